//! Progress of a duel on stderr.

use std::path::Path;

use hammer_core::{HitCounts, RunFile};

use super::child_run::ChildVerbosity;
use crate::output::print_stderr;
use crate::text::number::{format_count, format_micros, format_percent};

/// Prints a line for each run that has ended and, on a terminal, one when it starts.
pub(super) struct DuelProgress(pub(super) ChildVerbosity);

impl DuelProgress {
    /// Shows that a run starts, such as `round 2 of 5, new`. Its own progress follows.
    pub(super) fn started(&self, title: &str, plan: &Path) {
        if self.0 == ChildVerbosity::Terminal {
            print_stderr(&format!("{title}: running {}", plan.display()));
        }
    }

    /// Shows the figures of a run.
    pub(super) fn ended(&self, title: &str, run: &RunFile) {
        if self.0 != ChildVerbosity::Quiet {
            print_stderr(&format!("{title}: {}", summary(run)));
        }
    }
}

/// The verdict and the hits of a run, and its p99 if it has one load.
fn summary(run: &RunFile) -> String {
    let report = &run.report;
    let verdict = report.verdict.status.as_str();
    let mut items = vec![verdict.to_owned(), ok_hits(&report.hits)];
    let load = report.single_load();
    if let Some(load) = load.filter(|load| load.response_us.count > 0) {
        items.push(format!("p99 {}", format_micros(load.response_us.p99)));
    }
    items.extend(error_share(&report.hits));
    items.join(", ")
}

fn ok_hits(hits: &HitCounts) -> String {
    let (ok, ended) = (format_count(hits.ok), format_count(hits.ended()));
    format!("{ok} of {ended} ok")
}

/// The share of hits that did not end ok, as in the comparison. `None` without hits.
fn error_share(hits: &HitCounts) -> Option<String> {
    let ended = hits.ended();
    let errors = ended.saturating_sub(hits.ok);
    let percent = errors as f64 * 100.0 / ended.max(1) as f64;
    (ended > 0).then(|| format!("{} % errors", format_percent(percent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The progress of a side that fails looked like that of the other one.
    #[test]
    fn errors_are_shown() {
        for (ok, failed, expected) in [
            (29_970, 30, "29,970 of 30,000 ok, 0.1 % errors"),
            (0, 20, "0 of 20 ok, 100 % errors"),
            (20, 0, "20 of 20 ok, 0 % errors"),
        ] {
            let hits = HitCounts {
                ok,
                failed,
                ..HitCounts::default()
            };
            let share = error_share(&hits).expect("hits");
            assert_eq!(format!("{}, {share}", ok_hits(&hits)), expected);
        }
        assert_eq!(error_share(&HitCounts::default()), None);
    }
}
