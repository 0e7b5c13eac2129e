//! A share of a sequence, spread evenly and without chance.

/// A share of all requests, from 0 to 1.
///
/// Of the first n requests exactly `floor(n × share)` are taken, for every n, which puts the taken
/// ones as evenly as whole numbers allow (Bresenham's line).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct EvenShare(f64);

impl EvenShare {
    /// `None` unless `0 <= share <= 1`.
    pub(crate) fn new(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// Whether request `number`, counted from 1, is taken.
    pub(crate) fn includes(self, number: u64) -> bool {
        self.included_of(number) > self.included_of(number.saturating_sub(1))
    }

    /// How many of the first `n` requests are taken.
    ///
    /// 0.29 × 100 is 28.999… in binary. The share and the product are each off by half an epsilon
    /// at most, so a relative 4ε lifts what was meant as a whole number back over it.
    fn included_of(self, n: u64) -> u64 {
        (n as f64 * self.0 * (1.0 + 4.0 * f64::EPSILON)).floor() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_share() {
        for share in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(EvenShare::new(share), None, "{share}");
        }
    }

    #[test]
    fn takes_every_so_manieth() {
        for (share, taken) in [
            (0.0, &[][..]),
            (1.0, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (0.5, &[2, 4, 6, 8, 10]),
            (0.3, &[4, 7, 10]),
            (1.0 / 3.0, &[3, 6, 9]),
            (0.1, &[10]),
        ] {
            let share = EvenShare::new(share).expect("it is between 0 and 1");
            let got: Vec<u64> = (1..=10).filter(|n| share.includes(*n)).collect();
            assert_eq!(got, taken, "{share:?}");
        }
    }

    #[test]
    fn a_decimal_share_is_not_short_by_one() {
        for hundredths in 0..=100_u64 {
            let share = EvenShare::new(hundredths as f64 / 100.0).expect("it is between 0 and 1");
            for n in [100, 10_000] {
                let taken = (1..=n).filter(|number| share.includes(*number)).count() as u64;
                assert_eq!(taken, n * hundredths / 100, "{share:?} of {n}");
            }
        }
    }
}
