//! The measured value that decides a claim.

use super::BenchRecords;
use super::measured_claim::MeasuredClaim;
use crate::ratio_interval::RatioInterval;
use crate::record::{BenchRecord, MeasuredFigure};
use crate::spread::{RoundSpread, paired_rounds};

/// The measured value that decides a claim. Scenario and figure are named as in records.
#[derive(Debug, Clone, Copy)]
pub(super) enum ClaimSource {
    /// Answers per second of CPU time of the raw target.
    TargetLimit,
    /// A figure of hammer.
    Own(&'static str, &'static str),
    /// The figure of hammer with the highest median. All of them must have been measured.
    HighestOf(&'static str, &'static [&'static str]),
    /// A figure of hammer whose rounds are ratios of pairs.
    RatioOfPairs(&'static str, &'static str),
    /// Hammer ÷ this peer.
    RatioToPeer(&'static str, &'static str, &'static str),
    /// Hammer ÷ the lowest peer of each round.
    RatioToBestPeer(&'static str, &'static str),
    /// Hammer ÷ hammer in the record of `--against`.
    RatioToBaseline(&'static str, &'static str),
    /// This one, of a full bench only.
    UnlessQuick(&'static ClaimSource),
}

impl ClaimSource {
    /// The value, if the bench measured it.
    pub(super) fn measured(self, records: BenchRecords<'_>) -> Option<MeasuredClaim> {
        let record = records.current;
        match self {
            Self::TargetLimit => {
                let limit = record.target_limit.get("raw")?;
                Some(MeasuredClaim::Rounds(limit.spread))
            }
            Self::Own(scenario, figure) => {
                let figure = own(record, scenario, figure)?;
                Some(MeasuredClaim::Rounds(figure.spread))
            }
            Self::HighestOf(scenario, figures) => {
                highest(record, scenario, figures).map(MeasuredClaim::Rounds)
            }
            Self::RatioOfPairs(scenario, figure) => {
                let pairs = own(record, scenario, figure)?.values();
                RatioInterval::of_ratios(&pairs).map(MeasuredClaim::Ratio)
            }
            Self::RatioToPeer(scenario, figure, peer) => {
                let mut ratios = record.ratios.iter();
                let ratio = ratios.find(|one| {
                    one.scenario == scenario && one.figure == figure && one.peer == peer
                });
                ratio?.interval.map(MeasuredClaim::Ratio)
            }
            Self::RatioToBestPeer(scenario, figure) => {
                ratio_to_best_peer(record, scenario, figure).map(MeasuredClaim::Ratio)
            }
            Self::RatioToBaseline(scenario, figure) => {
                let before = own(records.baseline?, scenario, figure)?.values();
                let after = own(record, scenario, figure)?.values();
                RatioInterval::of_separate_rounds(&after, &before).map(MeasuredClaim::Ratio)
            }
            Self::UnlessQuick(source) => {
                let measured = source.measured(records);
                measured.filter(|_| !record.quick)
            }
        }
    }
}

fn own<'a>(record: &'a BenchRecord, scenario: &str, figure: &str) -> Option<&'a MeasuredFigure> {
    record.figure(scenario, "hammer", figure)
}

/// The spread with the highest median; `None` if a figure was not measured.
fn highest(record: &BenchRecord, scenario: &str, figures: &[&str]) -> Option<RoundSpread> {
    let spreads = figures
        .iter()
        .map(|figure| Some(own(record, scenario, figure)?.spread));
    let spreads: Option<Vec<RoundSpread>> = spreads.collect();
    spreads?
        .into_iter()
        .max_by(|a, b| a.median.total_cmp(&b.median))
}

/// Hammer ÷ the lowest peer, round by round.
fn ratio_to_best_peer(record: &BenchRecord, scenario: &str, figure: &str) -> Option<RatioInterval> {
    let ours = record.figure(scenario, "hammer", figure)?;
    let theirs = |one: &&MeasuredFigure| {
        one.scenario == scenario && one.figure == figure && one.tool != "hammer"
    };
    let theirs: Vec<&MeasuredFigure> = record.figures.iter().filter(theirs).collect();
    let best: Vec<Option<f64>> = (0..ours.rounds.len())
        .map(|round| {
            let values = theirs.iter().filter_map(|one| *one.rounds.get(round)?);
            values.reduce(f64::min)
        })
        .collect();
    let (ours, best) = paired_rounds(&ours.rounds, &best);
    RatioInterval::of_pairs(&ours, &best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::figure;

    fn record(figures: Vec<MeasuredFigure>) -> BenchRecord {
        BenchRecord {
            figures,
            ..BenchRecord::default()
        }
    }

    /// The median of rounds, or the mean ratio to a thousandth.
    fn middle(
        source: ClaimSource,
        current: &BenchRecord,
        baseline: Option<&BenchRecord>,
    ) -> Option<f64> {
        let measured = source.measured(BenchRecords { current, baseline })?;
        Some(match measured {
            MeasuredClaim::Rounds(spread) => spread.median,
            MeasuredClaim::Ratio(interval) => (interval.mean * 1e3).round() / 1e3,
        })
    }

    /// 10 ÷ 40, 10 ÷ 20 and 10 ÷ 20.
    #[test]
    fn the_best_peer_is_chosen_per_round() {
        let key = "distance_p99_us";
        let record = record(vec![
            figure("even", "hammer", key, &[10.0, 10.0, 10.0]),
            figure("even", "oha", key, &[40.0, 80.0, 20.0]),
            figure("even", "wrk2", key, &[50.0, 20.0, 100.0]),
        ]);
        let ratio = |key| middle(ClaimSource::RatioToBestPeer("even", key), &record, None);
        assert_eq!(ratio(key), Some(0.397));
        assert_eq!(ratio("distance_p50_us"), None);
    }

    #[test]
    fn the_highest_median_of_all_rates_decides() {
        let own = |key, rounds: &[f64]| figure("precise", "hammer", key, rounds);
        let record = record(vec![
            own("at_1", &[1.0, 2.0, 99.0]),
            own("at_2", &[3.0, 4.0, 5.0]),
            figure("precise", "oha", "at_3", &[90.0]),
        ]);
        let highest = |keys| middle(ClaimSource::HighestOf("precise", keys), &record, None);
        assert_eq!(highest(&["at_1", "at_2"]), Some(4.0));
        assert_eq!(highest(&["at_1"]), Some(2.0));
        // A rate at which hammer failed has no figure. The other rates must not hide it.
        assert_eq!(highest(&["at_1", "at_2", "at_3"]), None);
    }

    #[test]
    fn a_baseline_is_compared_as_separate_rounds() {
        let engine = |rounds: &[f64]| record(vec![figure("engine", "hammer", "speed", rounds)]);
        let before = engine(&[100.0, 200.0, 100.0]);
        let after = engine(&[110.0, 110.0, 220.0, 110.0, 220.0, 110.0]);
        let source = ClaimSource::RatioToBaseline("engine", "speed");
        assert_eq!(middle(source, &after, Some(&before)), Some(1.1));
        assert_eq!(middle(source, &after, None), None);
        assert_eq!(middle(source, &after, Some(&record(vec![]))), None);
    }

    #[test]
    fn a_quick_bench_leaves_out_what_needs_a_full_one() {
        let mut record = record(vec![figure("rows", "hammer", "rows_once", &[5.0])]);
        let any = ClaimSource::Own("rows", "rows_once");
        let full = ClaimSource::UnlessQuick(&ClaimSource::Own("rows", "rows_once"));
        assert_eq!(middle(full, &record, None), Some(5.0));
        record.quick = true;
        assert_eq!(middle(full, &record, None), None);
        assert_eq!(middle(any, &record, None), Some(5.0));
    }
}
