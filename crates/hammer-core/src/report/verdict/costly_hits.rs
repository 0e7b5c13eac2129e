//! Work of the generator that is a large part of a hit.

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::thresholds;
use super::wording::{format_ms, format_percent};

/// Judges the work of the generator within a hit, such as compressing its body or checking its
/// answer, which is part of its response.
///
/// Phases show it at any rate, with any number of threads, and with threads that poll. For hammers
/// without such phases, CPU time shows it.
pub(super) fn costly_hits(evidence: &Evidence<'_>) -> Option<Finding> {
    costly_phases(evidence).or_else(|| costly_cpu_time(evidence))
}

fn costly_phases(evidence: &Evidence<'_>) -> Option<Finding> {
    let work = evidence.own_phases_us()?;
    let response = evidence.response_us.measured()?.p50;
    let is_large =
        work >= thresholds::COSTLY_HIT_US && work >= thresholds::COSTLY_HIT_SHARE * response;
    is_large.then(|| {
        let (share, work) = (format_percent(work / response), format_ms(work));
        let reason = format!(
            "The generator spent {work} per hit on preparing requests and decoding answers, {share} of response at p50, so response partly describes the generator. {REMEDY}"
        );
        Finding::suspect(FindingCode::CostlyHits, reason)
    })
}

fn costly_cpu_time(evidence: &Evidence<'_>) -> Option<Finding> {
    let cpu = evidence.cpu_per_hit_us()?;
    let response = evidence.response_us.measured()?.p50;
    let share = if cpu >= thresholds::CLIENT_WORK_US {
        thresholds::COSTLY_HIT_SHARE
    } else {
        thresholds::MOSTLY_CPU_SHARE
    };
    (cpu >= thresholds::COSTLY_HIT_US && cpu >= share * response).then(|| {
        let (share, cpu) = (format_percent(cpu / response), format_ms(cpu));
        let reason = format!(
            "The generator spent {cpu} of CPU time per hit, {share} of response at p50, so response partly describes the generator. {REMEDY}"
        );
        Finding::suspect(FindingCode::CostlyHits, reason)
    })
}

const REMEDY: &str = "Do less within a hit: for example, do not compress or check large bodies.";
