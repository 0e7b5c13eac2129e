//! Mask for the values of environment variables in a report.

use hammer_core::{BaselineComparison, PlanReport, Report};
use hammer_plan::SubstitutedVariables;

/// Replaces the values of the variables that a plan uses by their names in the texts of its report.
///
/// The names of loads stay: they select loads, and must differ.
pub(super) fn mask_report(report: &mut PlanReport, variables: &SubstitutedVariables) {
    let PlanReport {
        verdict,
        thresholds,
        aborted,
        replay,
        loads,
        ..
    } = report;
    let routes = replay.iter_mut().flat_map(|replay| &mut replay.routes);
    let texts = (verdict.reasons.iter_mut())
        .chain(thresholds.iter_mut().map(|checked| &mut checked.expression))
        .chain(aborted.iter_mut().map(|aborted| &mut aborted.expression))
        .chain(routes.map(|route| &mut route.route))
        .chain(loads.iter_mut().flat_map(|load| texts(&mut load.report)));
    mask_texts(texts, variables);
}

/// Replaces the values of the variables in the comparison of a report with a baseline.
pub(super) fn mask_baseline(baseline: &mut BaselineComparison, variables: &SubstitutedVariables) {
    let texts = [&mut baseline.path].into_iter();
    let texts = texts.chain(&mut baseline.incomparable);
    mask_texts(texts.chain(&mut baseline.warnings), variables);
}

fn mask_texts<'a>(texts: impl Iterator<Item = &'a mut String>, variables: &SubstitutedVariables) {
    for text in texts {
        *text = variables.mask(std::mem::take(text));
    }
}

/// The texts of the report of a load that the plan can determine.
fn texts(report: &mut Report) -> impl Iterator<Item = &mut String> {
    let Report {
        target,
        verdict,
        advice,
        groups,
        proxies,
        thresholds,
        aborted,
        ..
    } = report;
    [target]
        .into_iter()
        .chain(&mut verdict.reasons)
        .chain(advice.values_mut())
        .chain(groups.iter_mut().map(|group| &mut group.name))
        .chain(proxies.iter_mut().map(|proxy| &mut proxy.url))
        .chain(thresholds.iter_mut().map(|checked| &mut checked.expression))
        .chain(aborted.iter_mut().map(|aborted| &mut aborted.expression))
}
