use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How hits are spread over the time that their [shape](crate::Shape) gives them.
///
/// With N the integral of the rate, hit k is due at N⁻¹ of a position:
///
/// ```text
/// position of hit   0    1    2    3    4
/// even              |    |    |    |    |      k
/// uniform             |    | |    |   |   |    k + u(k), u(k) within [0, 1)
/// poisson               |||     |  |       |   the sum of k + 1 unit exponentials
/// burst             |||||                      all of a second at its top
/// ```
///
/// The randomness depends on the seed alone: equal seeds give equal schedules at any number of
/// threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArrivalProcess {
    /// As even as time allows: hit k when the integral of the rate reaches k.
    #[default]
    Even,
    /// A Poisson process with the rate of the shape, as many independent callers make it. How many
    /// hits it has is random, with the integral of the rate as mean and as variance.
    Poisson,
    /// Each hit anywhere within its own interval.
    Uniform,
    /// All hits of a second at its top: what older tools did to a target.
    Burst,
    /// Each when a [playlist](crate::Playlist) says, which is asked for in no other way.
    Timeline,
}

impl ArrivalProcess {
    /// The word that it is read from.
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
            .ok_or("unknown arrivals; right would be even, poisson, uniform or burst")
    }
}
