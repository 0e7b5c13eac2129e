//! Mask for the values of environment variables in a report.

use hammer_core::{BaselineComparison, PlanReport, Report};
use hammer_plan::SubstitutedVariables;

/// Replaces the values of the variables that a plan uses by their names in the texts of its report.
///
/// The names of loads stay: they select loads, and must differ. What was hit stays, too, in targets and
/// in the names of groups and routes.
pub(crate) fn mask_report(report: &mut PlanReport, variables: &SubstitutedVariables) {
    let PlanReport {
        verdict,
        thresholds,
        aborted,
        replay,
        loads,
        ..
    } = report;
    let routes = replay.iter_mut().flat_map(|replay| &mut replay.routes);
    let reports = loads.iter_mut().map(|load| &mut load.report);
    let targets = routes.map(|route| &mut route.route);
    mask_targets(targets.chain(reports.flat_map(targets_of)), variables);
    let texts = (verdict.reasons.iter_mut())
        .chain(thresholds.iter_mut().map(|checked| &mut checked.expression))
        .chain(aborted.iter_mut().map(|aborted| &mut aborted.expression))
        .chain(loads.iter_mut().flat_map(|load| texts(&mut load.report)));
    mask_texts(texts, variables);
}

/// Replaces the values of the variables in the comparison of a report with a baseline, whose differences
/// can be about targets.
pub(super) fn mask_baseline(baseline: &mut BaselineComparison, variables: &SubstitutedVariables) {
    mask_texts([&mut baseline.path].into_iter(), variables);
    let differences = baseline.incomparable.iter_mut();
    mask_targets(differences.chain(&mut baseline.warnings), variables);
}

fn mask_targets<'a>(texts: impl Iterator<Item = &'a mut String>, variables: &SubstitutedVariables) {
    for text in texts {
        *text = variables.mask_target(std::mem::take(text));
    }
}

fn mask_texts<'a>(texts: impl Iterator<Item = &'a mut String>, variables: &SubstitutedVariables) {
    for text in texts {
        *text = variables.mask(std::mem::take(text));
    }
}

/// The target of a load and the names of its groups, which are targets as a rule.
fn targets_of(report: &mut Report) -> impl Iterator<Item = &mut String> {
    let groups = report.groups.iter_mut().map(|group| &mut group.name);
    [&mut report.target].into_iter().chain(groups)
}

/// The other texts of the report of a load that the plan can determine.
fn texts(report: &mut Report) -> impl Iterator<Item = &mut String> {
    let Report {
        verdict,
        advice,
        proxies,
        thresholds,
        aborted,
        ..
    } = report;
    (verdict.reasons.iter_mut())
        .chain(advice.values_mut())
        .chain(proxies.iter_mut().map(|proxy| &mut proxy.url))
        .chain(thresholds.iter_mut().map(|checked| &mut checked.expression))
        .chain(aborted.iter_mut().map(|aborted| &mut aborted.expression))
}
