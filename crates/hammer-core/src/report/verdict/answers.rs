//! Runs without a hit that was sent, or without an answer.

use hammer_diagnostic::format_count;

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::thresholds;
use super::wording::{format_hits, format_hits_were};
use crate::model::failure::Failure;

/// Failures to reach the target at all.
const NOT_REACHED: [Failure; 3] = [
    Failure::CONNECT_REFUSED,
    Failure::CONNECT_TIMEOUT,
    Failure::UNREACHABLE,
];

/// Failures of a target that is down, overloaded or of another protocol.
const MUTE: [Failure; 3] = [Failure::TIMEOUT, Failure::RESET, Failure::CLOSED_EARLY];

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
    // While the run lasts, hits in flight can still be answered.
    let sent = match evidence.is_over {
        true => evidence.sent(),
        false if evidence.elapsed_s < thresholds::MIN_MUTE_S => 0,
        false => evidence.hits.failed + evidence.hits.timed_out,
    };
    if sent == 0 || evidence.hits.answered() > 0 {
        return None;
    }
    let not_reached = NOT_REACHED
        .iter()
        .filter_map(|failure| evidence.failures.get(failure.name()));
    let not_reached: u64 = not_reached.sum();
    let most = most_frequent(evidence);
    let no_session = evidence.generator.sessions_opened == 0;
    let (code, what, remedy) = if not_reached == sent || no_session && evidence.connections == 0 {
        let what = match sent {
            1 => "The target was not reached by the only hit".to_owned(),
            _ => format!("The target was not reached by any of {}", format_hits(sent)),
        };
        let remedy = "Check its address, and that it is up.";
        (FindingCode::NotReached, what, remedy)
    } else if no_session {
        let hits = format_hits(sent);
        let what = format!("Connections opened, but none could be used for {hits}");
        let remedy = "Check that the target speaks this protocol.";
        (FindingCode::NoAnswers, what, remedy)
    } else {
        let what = match sent {
            1 => "The target did not answer the only hit".to_owned(),
            _ => format!("The target answered none of {}", format_hits(sent)),
        };
        let remedy = "Check that it is up and speaks this protocol.";
        (FindingCode::NoAnswers, what, remedy)
    };
    let remedy = match most {
        Some((name, _)) if has_own_remedy(evidence, name) => "See the advice for this failure.",
        _ => remedy,
    };
    let most = most.map_or_else(String::new, |(name, hits)| {
        format!(" ({}: {})", name.replace('_', " "), format_count(hits))
    });
    let reason = format!("{what}{most}, so there are no latencies. {remedy}");
    Some(Finding::suspect(code, reason))
}

/// The most frequent failure with its hits, or `None` if there are no failures.
fn most_frequent<'a>(evidence: &Evidence<'a>) -> Option<(&'a str, u64)> {
    let failures = evidence.failures.iter().filter(|(_, hits)| **hits > 0);
    let most = failures.max_by_key(|(_, hits)| **hits);
    most.map(|(name, hits)| (name.as_str(), *hits))
}

/// Returns true if the advice for a failure says more than that the target may be down or mute.
fn has_own_remedy(evidence: &Evidence<'_>, failure: &str) -> bool {
    let is_known = |known: &Failure| known.name() == failure;
    evidence.advice.contains_key(failure)
        && !NOT_REACHED.iter().any(is_known)
        && !MUTE.iter().any(is_known)
}
