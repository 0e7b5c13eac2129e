//! The claims of the project, and whether they are met.

mod claim_list;
mod claim_source;

use self::claim_list::CLAIMS;
use self::claim_source::ClaimSource;
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
            measured,
            met: measured.map(|spread| bound.is_met_by(spread.median)),
        }
    };
    CLAIMS.iter().map(check).collect()
}

/// Counts the claims met, of those measured.
pub(crate) fn summary(claims: &[ClaimCheck]) -> String {
    let measured = claims.iter().filter(|one| one.met.is_some()).count();
    let met = claims.iter().filter(|one| one.met == Some(true)).count();
    format!("{met} of {measured} measured claims met")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::MeasuredFigure;
    use crate::record::tests::figure;
    use crate::table::CLAIM_COLUMNS;

    #[test]
    fn the_median_of_the_pairs_decides() {
        for (oha, met) in [([100.0, 74.0, 10.0], true), ([100.0, 75.0, 10.0], false)] {
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
            assert_eq!((claim.met, &*claim.asked), (Some(met), "≥ 1.35"));
            let measured = claims.iter().filter(|one| one.met.is_some()).count();
            assert_eq!(measured, 1, "{claims:?}");
            assert_eq!(
                summary(&claims),
                format!("{} of 1 measured claims met", i32::from(met))
            );
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
                own("workflow", "closed_ratio", 0.95),
                true,
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
            figures: vec![figure("engine", "hammer", "null_hits_per_s_1", &[speed])],
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
