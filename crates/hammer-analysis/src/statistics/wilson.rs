//! Intervals of shares.

use super::estimate::Estimate;
use super::student::normal_quantile;

/// The interval of a share of `count` independent numbers: E. B. Wilson, JASA 22 (1927).
///
/// It is within 0 and 1, and not empty even if the share is 0. `count` may be the effective number
/// of dependent ones. Without any, it is from 0 to 1.
pub(crate) fn wilson_interval(share: f64, count: f64, confidence: f64) -> Estimate {
    if count <= 0.0 {
        return Estimate {
            value: share,
            low: 0.0,
            high: 1.0,
        };
    }
    let z = normal_quantile(f64::midpoint(1.0, confidence));
    let square = z * z / count;
    let center = (share + square / 2.0) / (1.0 + square);
    let spread = share * (1.0 - share) / count + square / (4.0 * count);
    let half = z * spread.sqrt() / (1.0 + square);
    Estimate {
        value: share,
        low: (center - half).clamp(0.0, share),
        high: (center + half).clamp(share, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe, Statistics in Medicine 17 (1998), p. 857 ff., table I, method 3.
    #[test]
    fn intervals_are_those_of_the_tables() {
        for (hits, count, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let found = wilson_interval(hits / count, count, 0.95);
            assert!((found.low - low).abs() < 5e-5, "{found:?}");
            assert!((found.high - high).abs() < 5e-5, "{found:?}");
        }
        let nothing = wilson_interval(0.0, 0.0, 0.95);
        assert_eq!((nothing.low, nothing.high), (0.0, 1.0));
    }
}
