//! The measured value that decides a claim.

use super::BenchRecords;
use crate::record::{BenchRecord, MeasuredFigure};
use crate::spread::{RoundSpread, round_ratios};

/// The measured value that decides a claim. Scenario and figure are named as in records.
#[derive(Debug, Clone, Copy)]
pub(super) enum ClaimSource {
    /// Answers per second of CPU time of the raw target.
    TargetLimit,
    /// A figure of hammer.
    Own(&'static str, &'static str),
    /// A figure of hammer that only a full bench measures.
    OwnUnlessQuick(&'static str, &'static str),
    /// The figure of hammer with the highest median. All of them must have been measured.
    HighestOf(&'static str, &'static [&'static str]),
    /// Hammer ÷ this peer.
    RatioToPeer(&'static str, &'static str, &'static str),
    /// Hammer ÷ the lowest peer of each round.
    RatioToBestPeer(&'static str, &'static str),
    /// Hammer ÷ hammer in the record of `--against`.
    RatioToBaseline(&'static str, &'static str),
}

impl ClaimSource {
    /// The value, if the bench measured it.
    pub(super) fn measured(self, records: BenchRecords<'_>) -> Option<RoundSpread> {
        let record = records.current;
        match self {
            Self::TargetLimit => record.target_limit.get("raw").map(|limit| limit.spread),
            Self::Own(scenario, figure) => Some(own(record, scenario, figure)?.spread),
            Self::OwnUnlessQuick(scenario, figure) => {
                let figure = own(record, scenario, figure)?;
                (!record.quick).then_some(figure.spread)
            }
            Self::HighestOf(scenario, figures) => highest(record, scenario, figures),
            Self::RatioToPeer(scenario, figure, peer) => record
                .ratios
                .iter()
                .find(|one| one.scenario == scenario && one.figure == figure && one.peer == peer)
                .map(|ratio| ratio.spread),
            Self::RatioToBestPeer(scenario, figure) => ratio_to_best_peer(record, scenario, figure),
            Self::RatioToBaseline(scenario, figure) => {
                let before = own(records.baseline?, scenario, figure)?;
                let after = own(record, scenario, figure)?;
                RoundSpread::from_values(round_ratios(&after.rounds, &before.rounds))
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
fn ratio_to_best_peer(record: &BenchRecord, scenario: &str, figure: &str) -> Option<RoundSpread> {
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
    RoundSpread::from_values(round_ratios(&ours.rounds, &best))
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

    fn median(
        source: ClaimSource,
        current: &BenchRecord,
        baseline: Option<&BenchRecord>,
    ) -> Option<f64> {
        let measured = source.measured(BenchRecords { current, baseline });
        measured.map(|spread| spread.median)
    }

    #[test]
    fn the_best_peer_is_chosen_per_round() {
        let key = "distance_p99_us";
        let record = record(vec![
            figure("even", "hammer", key, &[10.0, 10.0, 10.0]),
            figure("even", "oha", key, &[40.0, 80.0, 20.0]),
            figure("even", "wrk2", key, &[50.0, 20.0, 100.0]),
        ]);
        let spread = ratio_to_best_peer(&record, "even", key).expect("it was measured");
        assert_eq!((spread.min, spread.median, spread.max), (0.25, 0.5, 0.5));
        assert_eq!(ratio_to_best_peer(&record, "even", "distance_p50_us"), None);
    }

    #[test]
    fn the_highest_median_of_all_rates_decides() {
        let own = |key, rounds: &[f64]| figure("precise", "hammer", key, rounds);
        let record = record(vec![
            own("at_1", &[1.0, 2.0, 99.0]),
            own("at_2", &[3.0, 4.0, 5.0]),
            figure("precise", "oha", "at_3", &[90.0]),
        ]);
        let highest = |keys| median(ClaimSource::HighestOf("precise", keys), &record, None);
        assert_eq!(highest(&["at_1", "at_2"]), Some(4.0));
        assert_eq!(highest(&["at_1"]), Some(2.0));
        // A rate at which hammer failed has no figure. The other rates must not hide it.
        assert_eq!(highest(&["at_1", "at_2", "at_3"]), None);
    }

    #[test]
    fn a_baseline_is_compared_round_by_round() {
        let engine = |rounds: &[f64]| record(vec![figure("engine", "hammer", "speed", rounds)]);
        let (before, after) = (engine(&[100.0, 200.0, 100.0]), engine(&[97.0, 220.0, 90.0]));
        let source = ClaimSource::RatioToBaseline("engine", "speed");
        assert_eq!(median(source, &after, Some(&before)), Some(0.97));
        assert_eq!(median(source, &after, None), None);
        assert_eq!(median(source, &after, Some(&record(vec![]))), None);
    }

    #[test]
    fn a_quick_bench_leaves_out_what_needs_a_full_one() {
        let mut record = record(vec![figure("rows", "hammer", "rows_once", &[5.0])]);
        let full = ClaimSource::OwnUnlessQuick("rows", "rows_once");
        let any = ClaimSource::Own("rows", "rows_once");
        assert_eq!(median(full, &record, None), Some(5.0));
        record.quick = true;
        assert_eq!(median(full, &record, None), None);
        assert_eq!(median(any, &record, None), Some(5.0));
    }
}
