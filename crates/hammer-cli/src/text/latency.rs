use hammer_core::{DurationSummary, Report, StageReport};

use super::lines::{WIDTH, truncate};
use super::number::{format_count, format_decimal, format_significant};

/// Columns of a row with its figures.
const FIGURES_WIDTH: usize = 64;
/// Columns for what is said of a stage.
const STAGE_WIDTH: usize = WIDTH - FIGURES_WIDTH;

/// A unit of time that a whole table is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Micros,
    Millis,
    Seconds,
}

impl TimeUnit {
    /// The unit in which most of what is up to `us` microseconds reads without many zeros.
    pub(crate) fn for_micros(us: f64) -> Self {
        match us {
            us if us < 1e3 => Self::Micros,
            us if us < 1e7 => Self::Millis,
            _ => Self::Seconds,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::Seconds => "s",
        }
    }

    pub(crate) fn format(self, us: f64) -> String {
        format_significant(match self {
            Self::Micros => us,
            Self::Millis => us / 1e3,
            Self::Seconds => us / 1e6,
        })
    }
}

/// Response, service and lateness side by side, with up to `stages` rows below response for the
/// stages of the rate.
pub(crate) fn table(report: &Report, stages: usize) -> String {
    let longest = if report.response_us.count > 0 {
        report.response_us
    } else {
        report.lateness_us
    };
    let unit = TimeUnit::for_micros(longest.p99);
    let mut out = format!("latency, {:<2}", unit.name());
    for column in ["p50", "p90", "p99", "p99.9", "max"] {
        out.push_str(&format!("{column:>10}"));
    }
    out.push('\n');
    for (name, summary, meaning) in [
        ("response", report.response_us, "from the moment it was due"),
        ("service", report.service_us, "from the moment it was sent"),
        ("lateness", report.lateness_us, "from due until sent"),
    ] {
        out.push_str(&row(name, &summary, unit, meaning));
        if name == "response" {
            out.push_str(&stage_rows(&report.stages, stages, unit));
        }
    }
    out
}

/// The response of each stage, with its rate and what went wrong in it, in at most `most` rows.
fn stage_rows(stages: &[StageReport], most: usize, unit: TimeUnit) -> String {
    let shown = if stages.len() > most {
        most.saturating_sub(1)
    } else {
        stages.len()
    };
    let mut out = String::new();
    for (number, stage) in (1..).zip(&stages[..shown]) {
        let not_ok = stage.hits.scheduled.saturating_sub(stage.hits.ok);
        let behind = format!(
            "   {}/s   {} not ok",
            format_decimal(stage.rate.achieved),
            format_count(not_ok)
        );
        let name = format!(" stage {number}");
        let what = truncate(
            &stage.stage,
            STAGE_WIDTH.saturating_sub(behind.chars().count()),
        );
        let what = format!("{what}{behind}");
        out.push_str(&row(&name, &stage.response_us, unit, &what));
    }
    if most > 0 && shown < stages.len() {
        let more = stages.len() - shown;
        out.push_str(&format!("   {more} more stages, all of them in -o json\n"));
    }
    out
}

fn row(name: &str, summary: &DurationSummary, unit: TimeUnit, meaning: &str) -> String {
    let DurationSummary {
        count,
        p50,
        p90,
        p99,
        p99_9,
        max,
        ..
    } = *summary;
    let mut row = format!("  {name:<9}");
    for us in [p50, p90, p99, p99_9, max] {
        let cell = if count == 0 {
            "-".into()
        } else {
            unit.format(us)
        };
        row.push_str(&format!("{cell:>10}"));
    }
    format!("{row}   {meaning}\n")
}
