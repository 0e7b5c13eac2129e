//! Runs without a hit that was sent, or without an answer.

use hammer_diagnostic::format_count;

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::wording::{format_hits, format_hits_were};
use crate::model::failure::Failure;

/// Failures to reach the target at all.
const NOT_REACHED: [Failure; 3] = [
    Failure::CONNECT_REFUSED,
    Failure::CONNECT_TIMEOUT,
    Failure::UNREACHABLE,
];

/// Judges a run in which no hit was sent, so that there is nothing to measure.
pub(super) fn nothing_sent(evidence: &Evidence<'_>) -> Option<Finding> {
    if !evidence.is_over || evidence.sent() > 0 {
        return None;
    }
    let due = evidence.hits.scheduled;
    let reason = if due == 0 {
        "No hit was due before the run ended, so nothing was measured. Let it run longer or raise \
         the rate."
            .to_owned()
    } else {
        let remedy = if evidence.unsent("late") == Some(due) {
            "Raise `skip_late` or lower the rate."
        } else if evidence.unsent("stopped") == Some(due) {
            "Let it run longer."
        } else {
            "See the other reasons."
        };
        let due = format_hits_were(due);
        format!("{due} due, but none was sent, so nothing was measured. {remedy}")
    };
    Some(Finding::invalid(FindingCode::NothingSent, reason))
}

/// Judges a run in which no hit was answered, so that there are no latencies.
///
/// That is not the generator's fault, but the numbers do not describe a target either.
pub(super) fn no_answers(evidence: &Evidence<'_>) -> Option<Finding> {
    let sent = evidence.sent();
    if !evidence.is_over || sent == 0 || evidence.hits.answered() > 0 {
        return None;
    }
    let not_reached = NOT_REACHED
        .iter()
        .filter_map(|failure| evidence.failures.get(failure.name()));
    let not_reached: u64 = not_reached.sum();
    let hits = format_hits(sent);
    let most = most_frequent(evidence);
    if not_reached == sent || evidence.generator.sessions_opened == 0 {
        let reason = format!(
            "The target was not reached by any of {hits}{most}, so there are no latencies. Check its address, and that it is up."
        );
        return Some(Finding::suspect(FindingCode::NotReached, reason));
    }
    let reason = format!(
        "The target answered none of {hits}{most}, so there are no latencies. Check that it is up and speaks this protocol."
    );
    Some(Finding::suspect(FindingCode::NoAnswers, reason))
}

/// The most frequent failure in parentheses, or nothing if there are no failures.
fn most_frequent(evidence: &Evidence<'_>) -> String {
    let failures = evidence.failures.iter().filter(|(_, hits)| **hits > 0);
    let most = failures.max_by_key(|(_, hits)| **hits);
    most.map_or_else(String::new, |(name, hits)| {
        format!(" ({}: {})", name.replace('_', " "), format_count(*hits))
    })
}
