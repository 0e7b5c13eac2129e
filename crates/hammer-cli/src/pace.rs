use std::str::FromStr;

use hammer_core::{Rate, RateError, Schedule, Shape};

/// How fast to hit: at a rate, or as fast as the slots allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    At(Rate),
    Max,
}

impl Pace {
    /// The shape of a rate that never changes.
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::At(rate) => Shape::constant(rate),
            Self::Max => Shape::max(),
        }
    }

    /// The schedule at this pace, without bounds.
    pub(crate) fn schedule(self) -> Schedule {
        match self {
            Self::At(rate) => Schedule::constant(rate),
            Self::Max => Schedule::max(),
        }
    }
}

impl FromStr for Pace {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if text == "max" {
            Ok(Self::Max)
        } else {
            text.parse().map(Self::At)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_is_a_pace_and_so_is_a_rate() {
        assert_eq!("max".parse(), Ok(Pace::Max));
        assert_eq!("10k".parse(), Ok(Pace::At(Rate::per_second(10_000))));
        assert!("-5".parse::<Pace>().is_err());
    }
}
