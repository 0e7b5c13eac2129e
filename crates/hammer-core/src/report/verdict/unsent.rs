//! Hits that were never started.

use hammer_diagnostic::format_count;

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::wording::format_hits_were;
use super::{VerdictStatus, thresholds};

/// Judges hits that were never started, which every percentile excludes although they would have
/// been the slowest.
///
/// `kept_up` is true if the generator was not late.
pub(super) fn unsent(evidence: &Evidence<'_>, kept_up: bool) -> Vec<Finding> {
    let generator = evidence.generator;
    let limit = format_count(generator.max_in_flight as u64);
    let setting = generator.slots_setting();
    // The peak is known when the run is over.
    let backlog = match generator.peak_backlog {
        peak if peak > 0 && evidence.is_over => format!(" ({} hits)", format_count(peak)),
        _ => String::new(),
    };
    let found: Vec<_> = [
        (
            FindingCode::BacklogFull,
            "backlog",
            format!(
                "the backlog was full{backlog}; latencies exclude them. Raise `{setting}` or lower the rate."
            ),
        ),
        (
            FindingCode::SlotsFullAtEnd,
            "in_flight_bound",
            format!(
                "all {limit} slots were in use until the drain ended; latencies exclude them. Raise `{setting}` or `drain`, or lower the rate."
            ),
        ),
        (FindingCode::SlotsNotOpened, "drain", not_opened(kept_up)),
    ]
    .into_iter()
    .filter_map(|(code, cause, reason)| Some((code, evidence.unsent(cause)?, reason)))
    .collect();
    let sum: u64 = found.iter().map(|(_, hits, _)| hits).sum();
    let is_much = evidence.share_of_hits(sum) > thresholds::WAITED_SHARE;
    let found = found.into_iter().map(|(code, hits, reason)| {
        let hits = format_hits_were(hits);
        let is_targets_doing = code == FindingCode::SlotsNotOpened && kept_up;
        let status = if is_much && !is_targets_doing {
            VerdictStatus::Invalid
        } else {
            VerdictStatus::Suspect
        };
        Finding::new(status, code, format!("{hits} not sent because {reason}"))
    });
    found
        .chain(skipped_late(evidence))
        .chain(stopped_late(evidence, kept_up))
        .collect()
}

/// The reason that slots had not opened when the drain ended.
///
/// A generator that kept up has asked for them in time, so the target has not let them open.
fn not_opened(kept_up: bool) -> String {
    let reason = if kept_up {
        "the target had not let their slots open when the drain ended; latencies exclude them. \
         Check that the target accepts connections, and whether it is overloaded."
    } else {
        "the drain ended before slots opened; latencies exclude them. Raise `drain` or lower the \
         rate."
    };
    reason.to_owned()
}

/// Judges hits that were skipped by request, which the percentiles exclude all the same.
fn skipped_late(evidence: &Evidence<'_>) -> Option<Finding> {
    let late = evidence.unsent("late")?;
    // A run that sent nothing has a reason of its own.
    (evidence.sent() > 0 && evidence.share_of_hits(late) > thresholds::WAITED_SHARE).then(|| {
        let (late, setting) = (format_hits_were(late), evidence.generator.slots_setting());
        let reason = format!(
            "{late} skipped because they could not start within `skip_late`; latencies exclude them. Raise `{setting}` or lower the rate."
        );
        Finding::suspect(FindingCode::SkippedLate, reason)
    })
}

/// Judges hits that were due when the run was stopped, and unsent because the generator was late:
/// all along, or in a stall before the stop.
///
/// Hits that the generator handled in time were waiting for the target, and their number says
/// nothing about the generator.
fn stopped_late(evidence: &Evidence<'_>, kept_up: bool) -> Option<Finding> {
    let stopped = evidence.unsent("stopped")?;
    let late = if kept_up {
        evidence.generator.stopped_late.min(stopped)
    } else {
        stopped
    };
    (evidence.share_of_hits(late) > thresholds::WAITED_SHARE).then(|| {
        let late = format_hits_were(late);
        let reason = format!(
            "{late} due and not sent when the run was stopped, because the generator did not keep up; latencies exclude them. See the other reasons, and repeat the run."
        );
        Finding::invalid(FindingCode::StoppedLate, reason)
    })
}
