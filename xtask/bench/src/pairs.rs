//! Pairs of runs in turn: hammer next to a peer, or one kind of request next to another.

use crate::context::BenchContext;
use crate::error::Error;
use crate::installed_tool::InstalledTool;

/// A run of a tool, by its index, as part of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PairedRun {
    /// The pair, from 0. It is the round of the figures.
    pair: usize,
    tool: usize,
}

/// The order of the two runs of a pair: each pair reverses that of the one before, so that neither run
/// is always the first.
pub(crate) fn pair_order(pair: usize) -> [usize; 2] {
    [pair % 2, 1 - pair % 2]
}

/// The runs of tool 0 and its peers, which are the other tools: `pairs` with each peer.
///
/// The peers take turns as well. Without peers, tool 0 runs alone.
fn paired_runs(pairs: usize, peers: usize) -> Vec<PairedRun> {
    let mut runs = Vec::new();
    for turn in 0..pairs {
        if peers == 0 {
            runs.push(PairedRun {
                pair: turn,
                tool: 0,
            });
        }
        for peer in 1..=peers {
            let pair = turn * peers + peer - 1;
            let both = pair_order(turn).map(|index| [0, peer][index]);
            runs.extend(both.map(|tool| PairedRun { pair, tool }));
        }
    }
    runs
}

impl BenchContext {
    /// Number of pairs of two tools in a scenario that measures pairs.
    pub(crate) fn pair_count(&self) -> usize {
        self.plan.rounds * self.plan.pairs_per_round
    }

    /// Calls `measure` for pairs of runs: the first of `tools`, which is hammer, next to each other one.
    ///
    /// Its first argument is the pair. A failed measurement becomes a problem and leaves a gap.
    pub(crate) fn run_pairs(
        &self,
        label: &str,
        tools: &[&InstalledTool],
        mut measure: impl FnMut(usize, &InstalledTool) -> Result<(), Error>,
    ) {
        let runs = paired_runs(self.pair_count(), tools.len() - 1);
        let pairs = runs.last().map_or(0, |run| run.pair + 1);
        for PairedRun { pair, tool } in runs {
            let name = tools[tool].name();
            self.print_pair_progress(label, pair, pairs, name);
            self.note_failure(label, tools[tool], measure(pair, tools[tool]));
        }
    }

    /// Prints progress to stderr.
    pub(crate) fn print_pair_progress(&self, label: &str, pair: usize, pairs: usize, what: &str) {
        eprintln!("… {label}, pair {} of {pairs}: {what}", pair + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_text(pairs: usize, peers: usize) -> String {
        let runs = paired_runs(pairs, peers).into_iter();
        let words: Vec<_> = runs
            .map(|run| format!("{}:{}", run.pair, run.tool))
            .collect();
        words.join(" ")
    }

    #[test]
    fn the_runs_of_a_pair_are_neighbors_in_changing_order() {
        for (pairs, peers, expected) in [
            (3, 0, "0:0 1:0 2:0"),
            (3, 1, "0:0 0:1 1:1 1:0 2:0 2:1"),
            (2, 2, "0:0 0:1 1:0 1:2 2:1 2:0 3:2 3:0"),
            (0, 2, ""),
        ] {
            assert_eq!(runs_text(pairs, peers), expected, "{pairs} {peers}");
        }
    }
}
