//! Memory, files and ports that the generator ran out of.

use super::evidence::Evidence;
use super::finding::{Finding, FindingCode};
use super::thresholds;
use super::wording::{format_hits, format_megabytes, format_percent};

/// Judges the memory in use.
pub(super) fn memory(evidence: &Evidence<'_>) -> Option<Finding> {
    let (used, limit) = (
        evidence.generator.peak_rss_bytes,
        evidence.generator.host.memory_bytes?,
    );
    let share = used as f64 / limit.max(1) as f64;
    (share >= thresholds::MEMORY_SHARE).then(|| {
        let setting = evidence.generator.slots_setting();
        let (share, limit) = (format_percent(share), format_megabytes(limit));
        let reason = format!(
            "The generator used {share} of the {limit} of memory available to it, so connections may fail. Lower `{setting}` or raise the limit."
        );
        Finding::suspect(FindingCode::Memory, reason)
    })
}

/// Judges hits that failed because the generator ran out of a resource, so nothing was sent.
pub(super) fn shortages(evidence: &Evidence<'_>) -> impl Iterator<Item = Finding> {
    let setting = evidence.generator.slots_setting();
    let kinds = [
        (
            FindingCode::OutOfFiles,
            "files",
            "open files",
            format!("Raise the limit (ulimit -n) or lower `{setting}`."),
        ),
        (
            FindingCode::OutOfPorts,
            "ports",
            "local ports",
            format!(
                "Keep connections alive, lower `{setting}`, connect from several addresses, or \
                 widen net.ipv4.ip_local_port_range."
            ),
        ),
        (
            FindingCode::OutOfMemory,
            "memory",
            "memory for connections",
            format!("Lower `{setting}`."),
        ),
    ];
    kinds
        .into_iter()
        .filter_map(|(code, cause, resource, advice)| {
            let hits = format_hits(evidence.unsent(cause)?);
            let reason =
                format!("{hits} failed because the generator ran out of {resource}. {advice}");
            Some(Finding::invalid(code, reason))
        })
}
