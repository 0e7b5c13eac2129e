//! The verdict on all loads of a plan.

use std::cmp::Reverse;

use super::PlanLoadReport;
use crate::report::verdict::{Verdict, VerdictStatus};

/// A reason of a load's verdict.
struct NamedReason {
    status: VerdictStatus,
    /// The reason after the name of its load.
    text: String,
    code: Option<String>,
}

/// Returns the worst status with the reasons of all loads, each after the name of its load. The worst
/// reasons come first, and equally bad ones stay in the order of the loads.
pub(super) fn worst_verdict(loads: &[PlanLoadReport]) -> Verdict {
    let mut reasons: Vec<_> = loads.iter().flat_map(reasons).collect();
    reasons.sort_by_key(|reason| Reverse(reason.status));
    let statuses = loads.iter().map(|load| load.report.verdict.status);
    let mut verdict = Verdict {
        status: statuses.max().unwrap_or_default(),
        ..Verdict::default()
    };
    for NamedReason { status, text, code } in reasons {
        verdict.statuses.push(status);
        verdict.reasons.push(text);
        verdict.codes.extend(code);
    }
    verdict
}

fn reasons(load: &PlanLoadReport) -> impl Iterator<Item = NamedReason> {
    let PlanLoadReport { name, report, .. } = load;
    let Verdict {
        status,
        reasons,
        codes,
        statuses,
    } = &report.verdict;
    reasons.iter().enumerate().map(move |(index, reason)| {
        NamedReason {
            // Old reports have no status of each reason. The worst is that of the load.
            status: statuses.get(index).copied().unwrap_or(*status),
            text: format!("{name}: {reason}"),
            code: codes.get(index).cloned(),
        }
    })
}
