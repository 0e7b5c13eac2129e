//! What is left of a bench: the document that goes into a file.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::spread::{Spread, pairs};

/// The name and version of the document's shape.
pub(crate) const SCHEMA: &str = "hammer.bench/1";

/// Everything that was measured. `docs/dev/BENCHMARKS.md` says what the keys mean.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) schema: String,
    pub(crate) date: String,
    pub(crate) commit: Commit,
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    pub(crate) machine: Machine,
    pub(crate) versions: BTreeMap<String, String>,
    pub(crate) not_on_path: Vec<String>,
    pub(crate) target_limit: BTreeMap<String, Limit>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) ratios: Vec<Ratio>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) problems: Vec<String>,
}

/// Which tree was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) dirty: bool,
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        f.write_str(if self.dirty { ", with changes" } else { "" })
    }
}

/// Where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) kernel: String,
    /// The cores of target and generator; null if they share all there are.
    pub(crate) pinned: Option<Pinned>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Pinned {
    pub(crate) target: usize,
    pub(crate) generator: usize,
}

/// What a target can do on its core, at most.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// Which tool kept it busy.
    pub(crate) by: String,
    /// Answers for each second of processor time.
    pub(crate) per_second: Vec<f64>,
    #[serde(flatten)]
    pub(crate) spread: Spread,
}

/// Whether more or less of something is what one wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Better {
    Higher,
    Lower,
}

/// One figure of one tool in one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) scenario: String,
    pub(crate) tool: String,
    pub(crate) figure: String,
    pub(crate) unit: String,
    pub(crate) better: Better,
    /// In the order of the rounds; null where one gave nothing.
    pub(crate) rounds: Vec<Option<f64>>,
    #[serde(flatten)]
    pub(crate) spread: Spread,
}

/// Ours ÷ a peer's, round by round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ratio {
    pub(crate) scenario: String,
    pub(crate) figure: String,
    pub(crate) peer: String,
    pub(crate) pairs: Vec<f64>,
    #[serde(flatten)]
    pub(crate) spread: Spread,
}

/// Something that is promised, and what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) claim: String,
    /// `≥ 1.35` and the like.
    pub(crate) asked: String,
    /// Null if this bench did not measure it.
    pub(crate) measured: Option<Spread>,
    /// Whether the median is what was asked for.
    pub(crate) met: Option<bool>,
}

impl Record {
    /// A figure of a tool, if it was measured.
    pub(crate) fn figure(&self, scenario: &str, tool: &str, figure: &str) -> Option<&Figure> {
        let is =
            |one: &&Figure| one.scenario == scenario && one.tool == tool && one.figure == figure;
        self.figures.iter().find(is)
    }

    /// Pairs each of our figures with those of the peers.
    pub(crate) fn pair_up(&mut self) {
        let ours = self.figures.iter().filter(|one| one.tool == "hammer");
        let ratio = |ours: &Figure, theirs: &Figure| {
            let pairs = pairs(&ours.rounds, &theirs.rounds);
            Some(Ratio {
                scenario: ours.scenario.clone(),
                figure: ours.figure.clone(),
                peer: theirs.tool.clone(),
                spread: Spread::of(pairs.iter().copied())?,
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

    /// A figure with these rounds, of which more is better.
    pub(crate) fn figure(scenario: &str, tool: &str, name: &str, rounds: &[f64]) -> Figure {
        Figure {
            scenario: scenario.to_owned(),
            tool: tool.to_owned(),
            figure: name.to_owned(),
            unit: "1/s".to_owned(),
            better: Better::Higher,
            rounds: rounds.iter().copied().map(Some).collect(),
            spread: Spread::of(rounds.iter().copied()).expect("there are rounds"),
        }
    }

    #[test]
    fn pairs_what_belongs_together() {
        let mut record = Record {
            figures: vec![
                figure("closed", "hammer", "hits_per_s", &[10.0, 30.0]),
                figure("closed", "oha", "hits_per_s", &[5.0, 10.0]),
                figure("closed", "oha", "cpu_us_per_hit", &[1.0, 1.0]),
                figure("steady", "wrk2", "hits_per_s", &[1.0, 1.0]),
            ],
            ..Record::default()
        };
        record.pair_up();
        let [ratio] = record.ratios.as_slice() else {
            panic!("one pair: {:?}", record.ratios);
        };
        assert_eq!((&*ratio.peer, &*ratio.pairs), ("oha", &[2.0, 3.0][..]));
        assert_eq!(ratio.spread.median, 2.5);
    }

    #[test]
    fn survives_its_own_file() {
        let record = Record {
            schema: SCHEMA.to_owned(),
            figures: vec![figure("closed", "hammer", "hits_per_s", &[1.0, 2.0, 3.0])],
            ..Record::default()
        };
        let text = serde_json::to_string(&record).expect("it is plain data");
        assert!(text.contains(r#""rounds":[1.0,2.0,3.0],"min":1.0,"median":2.0,"max":3.0"#));
        let read: Record = serde_json::from_str(&text).expect("it was just written");
        assert_eq!(read.figures, record.figures);
    }
}
