//! Processes by which hits arrive within a shape.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArrivalProcess {
    /// Even arrivals: hit k is due when the integral of the rate reaches k.
    #[default]
    Even,
    /// A Poisson process with the rate of the shape, like the hits of many independent callers.
    ///
    /// The number of hits is random, with the integral of the rate as its mean and variance.
    Poisson,
    /// Each hit at a random time within its interval.
    Uniform,
    /// All hits of a second at its start, as older tools send them.
    Burst,
    /// Hits due at the times of a [playlist](crate::Playlist); cannot be selected otherwise.
    Timeline,
}

impl ArrivalProcess {
    /// The name of the process, as parsed by `FromStr`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Even => "even",
            Self::Poisson => "poisson",
            Self::Uniform => "uniform",
            Self::Burst => "burst",
            Self::Timeline => "timeline",
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
        [Self::Even, Self::Poisson, Self::Uniform, Self::Burst]
            .into_iter()
            .find(|arrivals| arrivals.as_str() == text)
            .ok_or("unknown arrival process; expected even, poisson, uniform or burst")
    }
}
