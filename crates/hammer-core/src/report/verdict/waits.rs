//! Hits that waited for a slot or for a limit of the hammer.

use hammer_diagnostic::format_count;

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::thresholds;
use super::wording::format_hits;

/// Judges hits that waited because all slots were in use.
///
/// The target causes that wait, and response includes it. But the target got fewer concurrent hits
/// than were due, and more slots might have avoided the wait.
pub(super) fn waits_at_limit(evidence: &Evidence<'_>, kept_up: bool) -> Option<Finding> {
    // Skipped hits have a reason of their own.
    let skipped = evidence.unsent("late").unwrap_or_default();
    let waited = (evidence.generator.waited_at_limit).saturating_sub(skipped);
    if evidence.is_closed_loop() || evidence.share_of_hits(waited) <= thresholds::WAITED_SHARE {
        return None;
    }
    let setting = evidence.generator.slots_setting();
    let consequence = if kept_up {
        format!("response includes that wait. Raise `{setting}` or lower the rate.")
    } else {
        "the generator did not keep up either. See the other reasons.".to_owned()
    };
    let limit = format_count(evidence.generator.max_in_flight as u64);
    let waited = format_hits(waited);
    let reason = format!("{waited} waited because all {limit} slots were in use; {consequence}");
    Some(Finding::suspect(FindingCode::SlotsFull, reason))
}

/// Judges hits that waited because a limit of the hammer was reached, such as its number of
/// connections.
pub(super) fn waits_for_hammer(evidence: &Evidence<'_>) -> Vec<Finding> {
    let waits = evidence.generator.waited_for.iter();
    waits
        .filter(|(_, waited)| evidence.share_of_hits(**waited) > thresholds::WAITED_SHARE)
        .map(|(setting, waited)| {
            let waited = format_hits(*waited);
            let reason = format!(
                "{waited} waited because `{setting}` was reached; response includes that wait. Raise `{setting}` or lower the rate."
            );
            Finding::suspect(FindingCode::HammerLimit, reason)
        })
        .collect()
}
