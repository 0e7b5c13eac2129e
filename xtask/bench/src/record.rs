//! The record of a bench, as it is written to a file.

use std::collections::BTreeMap;
use std::fmt;

pub(crate) use hammer_analysis::BetterDirection;
use serde::{Deserialize, Serialize};

use crate::ratio_interval::RatioInterval;
use crate::spread::{RoundSpread, paired_rounds};

/// Name and version of the format.
pub(crate) const SCHEMA: &str = "hammer.bench/1";

/// All results of a bench. `docs/dev/BENCHMARKS.md` explains the keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct BenchRecord {
    pub(crate) schema: String,
    pub(crate) date: String,
    pub(crate) commit: GitCommit,
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    pub(crate) machine: MachineInfo,
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) not_on_path: Vec<String>,
    pub(crate) target_limit: BTreeMap<String, TargetServerLimit>,
    pub(crate) figures: Vec<MeasuredFigure>,
    pub(crate) ratios: Vec<PeerRatio>,
    pub(crate) claims: Vec<ClaimCheck>,
    pub(crate) problems: Vec<String>,
}

/// The tree that was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct GitCommit {
    pub(crate) id: String,
    pub(crate) dirty: bool,
}

impl fmt::Display for GitCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        f.write_str(if self.dirty { ", with changes" } else { "" })
    }
}

/// The machine that ran the bench.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct MachineInfo {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) kernel: String,
    /// The cores of target and generator; null if they share all cores.
    pub(crate) pinned: Option<PinnedCores>,
    /// True if raw targets poll instead of sleeping; false in records from before they could.
    #[serde(default)]
    pub(crate) polling_targets: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PinnedCores {
    pub(crate) target: usize,
    pub(crate) generator: usize,
}

/// The limit of a target on its core.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TargetServerLimit {
    /// The tool that saturated it.
    pub(crate) by: String,
    /// Answers per second of CPU time, one value per run.
    pub(crate) per_second: Vec<f64>,
    #[serde(flatten)]
    pub(crate) spread: RoundSpread,
}

/// One figure of one tool in one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MeasuredFigure {
    pub(crate) scenario: String,
    pub(crate) tool: String,
    pub(crate) figure: String,
    pub(crate) unit: String,
    pub(crate) better: BetterDirection,
    /// Values in the order of the rounds; null for a round without one.
    pub(crate) rounds: Vec<Option<f64>>,
    #[serde(flatten)]
    pub(crate) spread: RoundSpread,
}

impl MeasuredFigure {
    /// The values of the rounds that have one.
    pub(crate) fn values(&self) -> Vec<f64> {
        self.rounds.iter().copied().flatten().collect()
    }
}

/// Hammer ÷ a peer, round by round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PeerRatio {
    pub(crate) scenario: String,
    pub(crate) figure: String,
    pub(crate) peer: String,
    pub(crate) pairs: Vec<f64>,
    #[serde(flatten)]
    pub(crate) spread: RoundSpread,
    /// The interval of the mean ratio; null with fewer than three pairs, and absent from records of
    /// before there was one.
    #[serde(default)]
    pub(crate) interval: Option<RatioInterval>,
}

/// A claim and its measured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClaimCheck {
    pub(crate) claim: String,
    /// The bound, such as `≥ 1.35`.
    pub(crate) asked: String,
    /// The rounds of a figure; null for a ratio, or if this bench did not measure it.
    pub(crate) measured: Option<RoundSpread>,
    /// The interval of a ratio; absent from records of before claims about ratios had one.
    #[serde(default)]
    pub(crate) interval: Option<RatioInterval>,
    /// True if the median meets the bound, or the whole interval does; null if it was not measured, or
    /// the bound lies within the interval.
    pub(crate) met: Option<bool>,
}

impl ClaimCheck {
    /// True if this bench measured it.
    pub(crate) fn is_measured(&self) -> bool {
        self.measured.is_some() || self.interval.is_some()
    }
}

impl BenchRecord {
    /// A figure of a tool, if it was measured.
    pub(crate) fn figure(
        &self,
        scenario: &str,
        tool: &str,
        figure: &str,
    ) -> Option<&MeasuredFigure> {
        let is = |one: &&MeasuredFigure| {
            one.scenario == scenario && one.tool == tool && one.figure == figure
        };
        self.figures.iter().find(is)
    }

    /// Computes the ratio of each figure of hammer to each peer's.
    pub(crate) fn compute_ratios(&mut self) {
        let ours = self.figures.iter().filter(|one| one.tool == "hammer");
        let ratio = |ours: &MeasuredFigure, theirs: &MeasuredFigure| {
            let (our_rounds, their_rounds) = paired_rounds(&ours.rounds, &theirs.rounds);
            let pairs = our_rounds.iter().zip(&their_rounds);
            let pairs: Vec<f64> = pairs.map(|(ours, theirs)| ours / theirs).collect();
            Some(PeerRatio {
                scenario: ours.scenario.clone(),
                figure: ours.figure.clone(),
                peer: theirs.tool.clone(),
                spread: RoundSpread::from_values(pairs.iter().copied())?,
                interval: RatioInterval::of_pairs(&our_rounds, &their_rounds),
                pairs,
            })
        };
        let ratios = ours.flat_map(|ours| {
            let theirs = self.figures.iter().filter(|theirs| {
                theirs.tool != ours.tool
                    && theirs.scenario == ours.scenario
                    && theirs.figure == ours.figure
            });
            theirs.filter_map(move |theirs| ratio(ours, theirs))
        });
        self.ratios = ratios.collect();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A figure with these rounds; higher is better.
    pub(crate) fn figure(scenario: &str, tool: &str, name: &str, rounds: &[f64]) -> MeasuredFigure {
        MeasuredFigure {
            scenario: scenario.to_owned(),
            tool: tool.to_owned(),
            figure: name.to_owned(),
            unit: "1/s".to_owned(),
            better: BetterDirection::Higher,
            rounds: rounds.iter().copied().map(Some).collect(),
            spread: RoundSpread::from_values(rounds.iter().copied())
                .expect("the rounds are not empty"),
        }
    }

    #[test]
    fn pairs_figures_of_one_scenario() {
        let mut record = BenchRecord {
            figures: vec![
                figure("closed", "hammer", "hits_per_s", &[10.0, 30.0]),
                figure("closed", "oha", "hits_per_s", &[5.0, 10.0]),
                figure("closed", "oha", "cpu_us_per_hit", &[1.0, 1.0]),
                figure("steady", "wrk2", "hits_per_s", &[1.0, 1.0]),
            ],
            ..BenchRecord::default()
        };
        record.compute_ratios();
        let [ratio] = record.ratios.as_slice() else {
            panic!("expected one pair: {:?}", record.ratios);
        };
        assert_eq!((&*ratio.peer, &*ratio.pairs), ("oha", &[2.0, 3.0][..]));
        assert_eq!(ratio.spread.median, 2.5);
        assert_eq!(ratio.interval, None);
    }

    #[test]
    fn three_pairs_have_an_interval() {
        let mut record = BenchRecord {
            figures: vec![
                figure("closed", "hammer", "hits_per_s", &[11.0, 24.0, 39.0]),
                figure("closed", "oha", "hits_per_s", &[10.0, 20.0, 30.0]),
            ],
            ..BenchRecord::default()
        };
        record.compute_ratios();
        let expected = RatioInterval::of_pairs(&[11.0, 24.0, 39.0], &[10.0, 20.0, 30.0]);
        assert!(expected.is_some());
        assert_eq!(record.ratios[0].interval, expected);
    }

    #[test]
    fn reads_what_it_writes() {
        let record = BenchRecord {
            schema: SCHEMA.to_owned(),
            figures: vec![figure("closed", "hammer", "hits_per_s", &[1.0, 2.0, 3.0])],
            ..BenchRecord::default()
        };
        let text = serde_json::to_string(&record).expect("the record serializes");
        assert!(text.contains(r#""rounds":[1.0,2.0,3.0],"min":1.0,"median":2.0,"max":3.0"#));
        let read: BenchRecord = serde_json::from_str(&text).expect("the text parses");
        assert_eq!(read.figures, record.figures);
    }
}
