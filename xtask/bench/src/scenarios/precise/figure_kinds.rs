//! The kinds of figures of the scenario `precise`, for each of its rates.

use crate::figure_collector::FigureKind;
use crate::record::BetterDirection;

/// The figures at one rate.
#[derive(Debug)]
pub(super) struct RateFigureKinds {
    /// Hits per second.
    pub(super) rate: u32,
    pub(super) lateness_p50: FigureKind,
    pub(super) lateness_p99: FigureKind,
    pub(super) spin_lateness_p50: FigureKind,
    pub(super) spin_lateness_p99: FigureKind,
    pub(super) response_p50: FigureKind,
    pub(super) cpu: FigureKind,
    pub(super) distance_p50: FigureKind,
    pub(super) distance_p99: FigureKind,
}

const fn microseconds(key: &'static str, title: &'static str) -> FigureKind {
    FigureKind {
        key,
        title,
        unit: "us",
        better: BetterDirection::Lower,
    }
}

/// The figures at the rate `$rate`, which is `$text` in titles.
macro_rules! at_rate {
    ($rate:literal, $text:literal) => {
        RateFigureKinds {
            rate: $rate,
            lateness_p50: microseconds(
                concat!("lateness_p50_us_", $rate),
                concat!("lateness p50 ", $text, ", µs"),
            ),
            lateness_p99: microseconds(
                concat!("lateness_p99_us_", $rate),
                concat!("lateness p99 ", $text, ", µs"),
            ),
            spin_lateness_p50: microseconds(
                concat!("spin_lateness_p50_us_", $rate),
                concat!("spin lateness p50 ", $text, ", µs"),
            ),
            spin_lateness_p99: microseconds(
                concat!("spin_lateness_p99_us_", $rate),
                concat!("spin lateness p99 ", $text, ", µs"),
            ),
            response_p50: microseconds(
                concat!("response_p50_us_", $rate),
                concat!("response p50 ", $text, ", µs"),
            ),
            cpu: microseconds(
                concat!("cpu_us_per_hit_", $rate),
                concat!("CPU per hit ", $text, ", µs"),
            ),
            distance_p50: microseconds(
                concat!("distance_p50_us_", $rate),
                concat!("distance p50 ", $text, ", µs"),
            ),
            distance_p99: microseconds(
                concat!("distance_p99_us_", $rate),
                concat!("distance p99 ", $text, ", µs"),
            ),
        }
    };
}

/// All rates, in ascending order.
pub(super) static RATES: [RateFigureKinds; 6] = [
    at_rate!(1000, "1k/s"),
    at_rate!(5000, "5k/s"),
    at_rate!(10000, "10k/s"),
    at_rate!(20000, "20k/s"),
    at_rate!(40000, "40k/s"),
    at_rate!(80000, "80k/s"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TITLE_COLUMNS;

    impl RateFigureKinds {
        fn all(&self) -> [&FigureKind; 8] {
            [
                &self.lateness_p50,
                &self.lateness_p99,
                &self.spin_lateness_p50,
                &self.spin_lateness_p99,
                &self.response_p50,
                &self.cpu,
                &self.distance_p50,
                &self.distance_p99,
            ]
        }
    }

    #[test]
    fn keys_and_titles_name_their_rate() {
        for kinds in &RATES {
            let (key, title) = (format!("_{}", kinds.rate), kinds.rate / 1000);
            let title = format!(" {title}k/s, µs");
            for kind in kinds.all() {
                assert!(kind.key.ends_with(&key), "{kind:?}");
                assert!(kind.title.ends_with(&title), "{kind:?}");
                assert!(kind.title.chars().count() <= TITLE_COLUMNS, "{kind:?}");
            }
        }
        let mut keys: Vec<_> = RATES.iter().flat_map(RateFigureKinds::all).collect();
        keys.sort_by_key(|kind| kind.key);
        keys.dedup_by_key(|kind| kind.key);
        assert_eq!(keys.len(), 6 * 8);
    }
}
