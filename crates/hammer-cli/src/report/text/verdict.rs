//! The verdict with its reasons, and the condition that ended the run.

use hammer_core::{AbortReason, PlanReport, VerdictStatus};

use super::thresholds;
use crate::text::lines::wrap;

/// Renders the verdict with its reasons, or else its meaning, in at most `max` lines.
///
/// A colored verdict that `praises` is green if valid; next to many hits that are not ok, it must not
/// look like praise of the target.
pub(super) fn lines(report: &PlanReport, max: usize, color: bool, praises: bool) -> String {
    let verdict = &report.verdict;
    let status = verdict.status;
    let word = status.as_str();
    let mut out = String::new();
    if verdict.reasons.is_empty() {
        out = wrap(word, &report.valid_text(), 1);
    }
    for (index, reason) in verdict.reasons.iter().enumerate() {
        // A reason ends with its remedy, so only the first may be cut, and only for lack of room.
        if index == 0 {
            out = wrap(word, reason, max.max(1));
            continue;
        }
        let others = verdict.reasons.len() - index;
        let left = max.saturating_sub(out.lines().count());
        let lines = wrap("", reason, usize::MAX);
        if lines.lines().count() + usize::from(others > 1) <= left {
            out.push_str(&lines);
        } else {
            if left > 0 {
                out.push_str(&wrap("", &more_reasons(others), 1));
            }
            break;
        }
    }
    if !color || !praises && status == VerdictStatus::Valid {
        return out;
    }
    let code = match status {
        VerdictStatus::Valid => 32,
        VerdictStatus::Suspect => 33,
        VerdictStatus::Invalid => 31,
    };
    out.replacen(word, &format!("\x1b[1;{code}m{word}\x1b[0m"), 1)
}

/// Text for reasons that are not shown.
fn more_reasons(reasons: usize) -> String {
    let s = if reasons == 1 { "" } else { "s" };
    format!("and {reasons} more reason{s} (see -o json)")
}

/// The condition that ended the run, if any.
pub(super) fn abort_line(aborted: Option<&AbortReason>) -> String {
    aborted
        .into_iter()
        .map(|aborted| wrap("aborted", &thresholds::abort_text(aborted), 2))
        .collect()
}
