//! Percentiles as exact decimals.

/// A percentile, kept as an integer: 99.9 has no exact float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Percentile {
    /// Billionths of a percent.
    billionths: u64,
}

const DIGITS: usize = 9;
const PERCENT: u64 = 1_000_000_000;

impl Percentile {
    /// Parses the digits after `p`. Returns `None` unless they are a number from 0 to 100 with at
    /// most nine decimal places.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || fraction.len() > DIGITS {
            return None;
        }
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let billionths: u64 = format!("{whole}{fraction:0<DIGITS$}").parse().ok()?;
        (billionths <= 100 * PERCENT).then_some(Self { billionths })
    }

    /// Returns the rank, from 1, of the hit at this percentile among `hits`: ⌈p · hits⌉, at least
    /// 1.
    pub(crate) fn rank(self, hits: u64) -> u64 {
        let rank =
            (u128::from(self.billionths) * u128::from(hits)).div_ceil(u128::from(100 * PERCENT));
        u64::try_from(rank).unwrap_or(u64::MAX).max(1)
    }

    /// Returns the percentile as a float from 0 to 100.
    pub(crate) fn percent(self) -> f64 {
        self.billionths as f64 / PERCENT as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_exact() {
        for (digits, hits, rank) in [
            ("99", 100, 99),
            ("99", 101, 100),
            ("99.9", 1000, 999),
            ("99.9", 1001, 1000),
            ("50", 1, 1),
            ("0", 10, 1),
            ("100", 10, 10),
            ("100", u64::MAX, u64::MAX),
            ("99.999999999", 100_000_000_000, 99_999_999_999),
        ] {
            let percentile = Percentile::parse(digits).expect(digits);
            assert_eq!(percentile.rank(hits), rank, "p{digits} of {hits}");
        }
    }

    #[test]
    fn malformed_percentiles_are_refused() {
        for digits in [
            "",
            ".",
            "1.",
            ".5",
            "101",
            "100.1",
            "999",
            "1e1",
            "-1",
            "+1",
            "99_9",
            "٣",
            "99.9999999999",
            "00000099",
        ] {
            assert_eq!(Percentile::parse(digits), None, "{digits}");
        }
    }
}
