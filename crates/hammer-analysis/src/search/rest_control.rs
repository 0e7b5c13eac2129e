//! Rests that grow while the target has not recovered.

use std::time::Duration;

/// A rest grows up to this multiple.
const LARGEST_FACTOR: u32 = 8;
/// The rest from which it grows, if none was asked for.
const SMALLEST_REST: Duration = Duration::from_secs(1);

/// The rest before the next look. It doubles each time that the target has not recovered, and goes back
/// when it has.
#[derive(Debug, Clone)]
pub(super) struct RestControl {
    asked: Duration,
    factor: u32,
}

impl RestControl {
    pub(super) fn new(asked: Duration) -> Self {
        Self { asked, factor: 1 }
    }

    pub(super) fn record(&mut self, has_recovered: bool) {
        self.factor = if has_recovered {
            1
        } else {
            (self.factor * 2).min(LARGEST_FACTOR)
        };
    }

    pub(super) fn rest(&self) -> Duration {
        if self.factor == 1 {
            self.asked
        } else {
            self.asked.max(SMALLEST_REST).saturating_mul(self.factor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit_and_goes_back() {
        let mut control = RestControl::new(Duration::from_secs(2));
        let mut seen = vec![];
        for has_recovered in [true, false, false, false, false, true] {
            control.record(has_recovered);
            seen.push(control.rest().as_secs());
        }
        assert_eq!(seen, [2, 4, 8, 16, 16, 2]);
    }
}
