//! Evenly spread share of a sequence, without randomness.

/// A share of all requests, from 0 to 1.
///
/// Of the first n requests, exactly `floor(n × share)` are included, for every n. This spreads them as
/// evenly as integers allow (Bresenham's line).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct EvenShare(f64);

impl EvenShare {
    /// Creates a share, or returns `None` unless `0 <= share <= 1`.
    pub(crate) fn new(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// Returns true if request `number`, counted from 1, is included.
    pub(crate) fn includes(self, number: u64) -> bool {
        self.included_of(number) > self.included_of(number.saturating_sub(1))
    }

    /// Returns the number of included requests among the first `n`.
    ///
    /// 0.29 × 100 is 28.999… in binary. The relative errors of the share and of the product are at most
    /// half an epsilon each, so adding 4ε restores products that should be integers.
    fn included_of(self, n: u64) -> u64 {
        (n as f64 * self.0 * (1.0 + 4.0 * f64::EPSILON)).floor() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_shares_outside_0_to_1() {
        for share in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(EvenShare::new(share), None, "{share}");
        }
    }

    #[test]
    fn included_requests_are_evenly_spread() {
        for (share, included) in [
            (0.0, &[][..]),
            (1.0, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (0.5, &[2, 4, 6, 8, 10]),
            (0.3, &[4, 7, 10]),
            (1.0 / 3.0, &[3, 6, 9]),
            (0.1, &[10]),
        ] {
            let share = EvenShare::new(share).expect("from 0 to 1");
            let got: Vec<u64> = (1..=10).filter(|n| share.includes(*n)).collect();
            assert_eq!(got, included, "{share:?}");
        }
    }

    #[test]
    fn decimal_shares_are_not_rounded_down() {
        for hundredths in 0..=100_u64 {
            let share = EvenShare::new(hundredths as f64 / 100.0).expect("from 0 to 1");
            for n in [100, 10_000] {
                let included = (1..=n).filter(|number| share.includes(*number)).count() as u64;
                assert_eq!(included, n * hundredths / 100, "{share:?} of {n}");
            }
        }
    }
}
