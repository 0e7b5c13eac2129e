//! The claims of the project, and whether they are met.

mod claim_list;
mod claim_source;
mod measured_claim;

use self::claim_list::CLAIMS;
use self::claim_source::ClaimSource;
use self::measured_claim::MeasuredClaim;
use crate::number_format::group_thousands;
use crate::record::{BenchRecord, ClaimCheck};

/// The bound that a claim sets.
#[derive(Debug, Clone, Copy)]
enum ClaimBound {
    AtLeast(f64),
    AtMost(f64),
}

impl ClaimBound {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    fn text(self) -> String {
        let (sign, bound) = match self {
            Self::AtLeast(bound) => ("≥", bound),
            Self::AtMost(bound) => ("≤", bound),
        };
        if bound >= 1000.0 {
            return format!("{sign} {}", group_thousands(bound as u64));
        }
        format!("{sign} {bound}")
    }
}

/// The records that claims are about.
#[derive(Debug, Clone, Copy)]
struct BenchRecords<'a> {
    current: &'a BenchRecord,
    /// The record of `--against`.
    baseline: Option<&'a BenchRecord>,
}

/// Checks all claims, in the order of the scenarios.
///
/// Without a baseline, claims that compare with it are not measured.
pub(crate) fn check_claims(
    current: &BenchRecord,
    baseline: Option<&BenchRecord>,
) -> Vec<ClaimCheck> {
    let records = BenchRecords { current, baseline };
    let check = |&(claim, bound, source): &(&str, ClaimBound, ClaimSource)| {
        let measured = source.measured(records);
        ClaimCheck {
            claim: claim.to_owned(),
            asked: bound.text(),
            measured: measured.and_then(MeasuredClaim::rounds),
            interval: measured.and_then(MeasuredClaim::ratio),
            met: measured.and_then(|measured| measured.meets(bound)),
        }
    };
    CLAIMS.iter().map(check).collect()
}

/// Counts the claims met, of those measured, and those that are unclear.
pub(crate) fn summary(claims: &[ClaimCheck]) -> String {
    let measured = claims.iter().filter(|one| one.is_measured());
    let (mut met, mut unclear, mut all) = (0, 0, 0);
    for one in measured {
        all += 1;
        met += i32::from(one.met == Some(true));
        unclear += i32::from(one.met.is_none());
    }
    let unclear = match unclear {
        0 => String::new(),
        unclear => format!(", {unclear} unclear"),
    };
    format!("{met} of {all} measured claims met{unclear}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::MeasuredFigure;
    use crate::record::tests::figure;
    use crate::table::CLAIM_COLUMNS;

    #[test]
    fn the_interval_of_the_pairs_decides() {
        for (oha, met, counted) in [
            ([70.0, 71.0, 69.0], Some(true), "1 of 1 measured claims met"),
            (
                [80.0, 81.0, 79.0],
                Some(false),
                "0 of 1 measured claims met",
            ),
            // Hammer is 1.5 times as fast in the mean and in the median, but the pairs vary too much.
            (
                [66.0, 56.0, 79.0],
                None,
                "0 of 1 measured claims met, 1 unclear",
            ),
        ] {
            let mut record = BenchRecord {
                figures: vec![
                    figure("closed", "hammer", "hits_per_s", &[100.0, 100.0, 100.0]),
                    figure("closed", "oha", "hits_per_s", &oha),
                ],
                ..BenchRecord::default()
            };
            record.compute_ratios();
            let claims = check_claims(&record, None);
            let claim = claims
                .iter()
                .find(|one| one.claim.contains("÷ oha"))
                .expect("the claim exists");
            assert_eq!((claim.met, &*claim.asked), (met, "≥ 1.35"), "{claim:?}");
            assert!(claim.measured.is_none() && claim.interval.is_some());
            assert_eq!(summary(&claims), counted);
        }
    }

    #[test]
    fn claims_fit_their_column() {
        for (claim, ..) in &CLAIMS {
            assert!(claim.chars().count() <= CLAIM_COLUMNS, "{claim}");
        }
    }

    #[test]
    fn the_listed_figures_decide() {
        let own = |scenario, key, value| vec![figure(scenario, "hammer", key, &[value; 3])];
        for (claim, figures, met) in [
            (
                "memory: peak at 20,000/s, MB",
                own("memory", "peak_rss_mb_20000", 24.1),
                false,
            ),
            (
                "engine: allocations per hit",
                own("engine", "allocations_per_hit", 0.0002),
                true,
            ),
            (
                "closed: user time per hit, µs",
                own("closed", "user_us_per_hit", 1.01),
                false,
            ),
            (
                "closed: allocations per hit",
                own("closed", "allocations_per_hit", 0.0),
                true,
            ),
            (
                "workflow: hits/s, -L, cookies, checks ÷ plain",
                own("workflow", "closed_ratio", 0.96),
                true,
            ),
            (
                "outputs: CPU per hit, all reports ÷ none",
                own("outputs", "cpu_ratio_reports", 1.02),
                true,
            ),
            (
                "outputs: CPU per hit, log of hits too ÷ none",
                own("outputs", "cpu_ratio_hits", 1.05),
                false,
            ),
            (
                "precise: lateness p50 to 40,000/s, µs",
                precise_figures("lateness_p50_us_", 45.0),
                true,
            ),
            (
                "precise: --spin, lateness p50 to 40,000/s, µs",
                precise_figures("spin_lateness_p50_us_", 8.1),
                false,
            ),
            (
                "precise: response p50 at 20,000/s, µs",
                own("precise", "response_p50_us_20000", 120.5),
                false,
            ),
            (
                "precise: response p50 at 80,000/s, µs",
                own("precise", "response_p50_us_80000", 200.0),
                true,
            ),
        ] {
            let record = BenchRecord {
                figures,
                ..BenchRecord::default()
            };
            let claims = check_claims(&record, None);
            let measured: Vec<_> = claims.iter().filter(|one| one.met.is_some()).collect();
            let [only] = measured.as_slice() else {
                panic!("{claim}: {measured:?}");
            };
            assert_eq!((&*only.claim, only.met), (claim, Some(met)));
        }
    }

    /// A figure at each rate. Among those up to 40,000/s, `highest` is the highest.
    fn precise_figures(key: &str, highest: f64) -> Vec<MeasuredFigure> {
        [
            (1000, 1.0),
            (5000, 1.0),
            (10_000, 1.0),
            (20_000, highest),
            (40_000, 1.0),
            (80_000, 999.0),
        ]
        .map(|(rate, us)| figure("precise", "hammer", &format!("{key}{rate}"), &[us]))
        .to_vec()
    }

    #[test]
    fn the_engine_is_compared_with_the_baseline() {
        let engine = |speed| BenchRecord {
            figures: vec![figure("engine", "hammer", "null_hits_per_s_1", &[speed; 3])],
            ..BenchRecord::default()
        };
        for (after, met) in [(98.0, Some(true)), (96.0, Some(false))] {
            let claims = check_claims(&engine(after), Some(&engine(100.0)));
            let mut claims = claims.iter();
            let claim = claims.find(|one| one.claim.contains("--against"));
            assert_eq!(claim.expect("the claim exists").met, met, "{after}");
        }
    }
}
