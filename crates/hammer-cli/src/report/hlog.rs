//! The interval log of a run, for the tools of HdrHistogram.

use std::io;
use std::time::{Duration, SystemTime};

use hammer_core::{PlanLoadReport, RunFile};
use hammer_stats::{Histogram, IntervalLog};
use jiff::Timestamp;

use crate::text::sanitize;

/// A line of the log.
struct Line {
    start: Duration,
    length: Duration,
    tag: Option<String>,
    histogram: Histogram,
}

/// Renders a line for each slice of the timeline and each kind of duration that was measured in it.
///
/// The response of a single load has no tag, because the tools read the lines without a tag unless told
/// otherwise. In a plan, all tags begin with the name of the load.
///
/// # Errors
///
/// If a bucket counts more than 2⁶³ hits.
pub(crate) fn render(run: &RunFile) -> io::Result<Vec<u8>> {
    let started_at: Option<Timestamp> = run.started_at.parse().ok();
    let comments = [
        format!("Written by hammer {}, run {}", run.version, run.id),
        "Values are in ns, Interval_Max is in ms".to_owned(),
        "response = done - due, service = done - started, lateness = started - due".to_owned(),
    ];
    let comments = comments.map(|comment| sanitize(&comment));
    let comments = comments.each_ref().map(String::as_str);
    let mut log = IntervalLog::new(&comments, started_at.map(SystemTime::from));
    let loads = &run.report.loads;
    let is_single = loads.len() == 1;
    let lines = loads.iter().flat_map(|load| lines(load, is_single));
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|line| line.start);
    for line in lines {
        let Line {
            start,
            length,
            tag,
            histogram,
        } = line;
        log.push(tag.as_deref(), start, length, &histogram)
            .map_err(io::Error::other)?;
    }
    Ok(log.into_text().into_bytes())
}

/// The lines of a load, in the order of their slices.
fn lines(load: &PlanLoadReport, is_single: bool) -> Vec<Line> {
    let offset = Duration::try_from_secs_f64(load.offset_s).unwrap_or_default();
    let mut lines = vec![];
    for slice in &load.report.timeline {
        let Some(measured) = &slice.measured else {
            continue;
        };
        for (kind, histogram) in [
            ("response", measured.response()),
            ("service", measured.service()),
            ("lateness", measured.lateness()),
        ] {
            if histogram.is_empty() {
                continue;
            }
            lines.push(Line {
                start: offset.saturating_add(Duration::from_secs(slice.t_s)),
                length: Duration::from_secs(slice.width_s),
                tag: match is_single {
                    true => Some(kind.to_owned()).filter(|kind| kind != "response"),
                    false => Some(format!("{}/{kind}", sanitize(&load.name))),
                },
                histogram,
            });
        }
    }
    lines
}
