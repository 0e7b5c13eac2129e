//! The order in which the figures of a run are judged.

use std::cmp::Reverse;

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::{Verdict, VerdictStatus, answers, cores, costly_hits, lateness, memory, unsent, waits};

/// Judges a run by its figures.
pub(crate) fn judge(evidence: &Evidence<'_>) -> Verdict {
    let mut findings: Vec<Finding> = vec![];
    let late = lateness::lateness(evidence);
    let is_too_late = matches!(&late, Some(late) if late.status == VerdictStatus::Invalid);
    findings.extend(late);
    let overloaded = lateness::overloaded_thread(evidence);
    let is_overloaded = overloaded.is_some();
    findings.extend(overloaded.filter(|_| !is_too_late));
    findings.extend(cores::throttled(evidence));
    findings.extend(cores::no_core(evidence));
    findings.extend(cores::stolen(evidence));
    findings.extend(lateness::stall(evidence));
    findings.extend(cores::busy(evidence).filter(|_| !is_overloaded));
    findings.extend(memory::memory(evidence));
    findings.extend(memory::shortages(evidence));
    let kept_up = !findings.iter().any(says_late);
    findings.extend(costly_hits::costly_hits(evidence));
    findings.extend(unsent::unsent(evidence, kept_up));
    findings.extend(waits::waits_at_limit(evidence, kept_up));
    findings.extend(waits::waits_for_hammer(evidence));
    // What makes all other figures meaningless comes first.
    findings.splice(0..0, lateness::unresponsive(evidence));
    findings.splice(0..0, answers::nothing_sent(evidence));
    findings.splice(0..0, answers::no_answers(evidence));
    findings.sort_by_key(|finding| Reverse(finding.status));
    Verdict {
        status: (findings.first()).map_or(VerdictStatus::Valid, |worst| worst.status),
        codes: (findings.iter())
            .map(|finding| finding.code.as_str().to_owned())
            .collect(),
        statuses: findings.iter().map(|finding| finding.status).collect(),
        reasons: findings.into_iter().map(|finding| finding.reason).collect(),
    }
}

/// Returns true for a finding that says that the generator handled hits late all along, so that it
/// may be the reason for hits that waited or were unsent.
///
/// A single stall is not: only the hits that were due in it were late. Nor is a busy thread whose
/// hits were on time.
fn says_late(finding: &Finding) -> bool {
    match finding.code {
        FindingCode::LateP50 | FindingCode::LateP99 | FindingCode::OverloadedThread => true,
        FindingCode::Throttled => finding.status == VerdictStatus::Invalid,
        _ => false,
    }
}
