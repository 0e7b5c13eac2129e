//! Processes by which hits arrive within a shape.
//!
//! A new process is one line of [`arrival_processes!`]. The compiler then names each `match` that has to
//! treat it, and the test `arrivals` of hammer-cli names each help text and document that has to list it.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Defines the processes, each with its name.
macro_rules! arrival_processes {
    ($(#[$outer:meta])* pub enum ArrivalProcess { $($(#[$doc:meta])* $process:ident = $name:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ArrivalProcess {
            $($(#[$doc])* #[serde(rename = $name)] $process,)+
        }

        impl ArrivalProcess {
            /// All processes.
            pub const ALL: &[Self] = &[$(Self::$process),+];

            /// The name of the process, as parsed by `FromStr`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$process => $name,)+
                }
            }
        }
    };
}

arrival_processes! {
    /// The process by which hits arrive within a [shape](crate::Shape).
    ///
    /// With N the integral of the rate, hit k is due at N⁻¹ of its position:
    ///
    /// ```text
    /// position of hit   0    1    2    3    4
    /// even              |    |    |    |    |      k
    /// uniform             |    | |    |   |   |    k + u(k), u(k) within [0, 1)
    /// poisson               |||     |  |       |   the sum of k + 1 unit exponentials
    /// burst             |||||                      all of a second at its start
    /// ```
    ///
    /// Random arrivals depend on the seed alone: equal seeds give equal schedules with any number of
    /// threads.
    pub enum ArrivalProcess {
        /// Even arrivals: hit k is due when the integral of the rate reaches k.
        #[default]
        Even = "even",
        /// A Poisson process with the rate of the shape, like the hits of many independent callers.
        ///
        /// The number of hits is random, with the integral of the rate as its mean and variance.
        Poisson = "poisson",
        /// Each hit at a random time within its interval.
        Uniform = "uniform",
        /// All hits of a second at its start, as older tools send them.
        Burst = "burst",
        /// Hits due at the times of a [playlist](crate::Playlist); cannot be selected otherwise.
        Timeline = "timeline",
    }
}

/// The names of the processes that can be selected, as in a sentence.
static CHOICES: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = ArrivalProcess::choices()
        .map(ArrivalProcess::as_str)
        .collect();
    match &names[..] {
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    }
});

/// The error for an unknown name.
static UNKNOWN: LazyLock<String> =
    LazyLock::new(|| format!("unknown arrival process; expected {}", *CHOICES));

impl ArrivalProcess {
    /// Iterates over the processes that can be selected.
    pub fn choices() -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|process| process.is_choice())
    }

    /// The names of the processes that can be selected, as in `even, poisson, uniform or burst`.
    #[must_use]
    pub fn choices_text() -> &'static str {
        &CHOICES
    }

    /// Returns true if the times of the hits depend on the seed.
    #[must_use]
    pub fn is_random(self) -> bool {
        match self {
            Self::Poisson | Self::Uniform => true,
            Self::Even | Self::Burst | Self::Timeline => false,
        }
    }

    /// Returns true if the number of hits within a time depends on the seed.
    #[must_use]
    pub fn has_random_count(self) -> bool {
        match self {
            Self::Poisson => true,
            Self::Even | Self::Uniform | Self::Burst | Self::Timeline => false,
        }
    }

    /// Returns true if a schedule of a shape can have the process.
    fn is_choice(self) -> bool {
        match self {
            Self::Even | Self::Poisson | Self::Uniform | Self::Burst => true,
            Self::Timeline => false,
        }
    }
}

impl fmt::Display for ArrivalProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ArrivalProcess {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::choices()
            .find(|arrivals| arrivals.as_str() == text)
            .ok_or(&UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_process_that_can_be_selected_is_named_and_parsed() {
        for process in ArrivalProcess::ALL {
            let parsed: Result<ArrivalProcess, _> = process.as_str().parse();
            assert_eq!(parsed.ok(), Some(*process).filter(|it| it.is_choice()));
            let named = ArrivalProcess::choices_text().contains(process.as_str());
            assert_eq!(named, process.is_choice(), "{process}");
        }
        assert_eq!(
            "x".parse::<ArrivalProcess>(),
            Err("unknown arrival process; expected even, poisson, uniform or burst")
        );
    }
}
