//! The table of response, service and lateness.

use hammer_core::{DurationSummary, Report, StageReport};

use crate::text::lines::{WIDTH, truncate};
use crate::text::number::{format_count, format_decimal, format_significant};

/// Columns of a row up to its description.
const FIGURES_WIDTH: usize = 64;
/// Columns for the description of a stage.
const STAGE_WIDTH: usize = WIDTH - FIGURES_WIDTH;

/// The unit of time of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeUnit {
    Micros,
    Millis,
    Seconds,
}

impl TimeUnit {
    /// Selects the unit for times up to `us` microseconds.
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

/// Renders response, service and lateness, with up to `stages` rows below response for the stages.
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
    for (name, summary, description) in [
        ("response", report.response_us, "from due to done"),
        ("service", report.service_us, "from start to done"),
        ("lateness", report.lateness_us, "from due to start"),
    ] {
        out.push_str(&row(name, &summary, unit, description));
        if name == "response" {
            out.push_str(&stage_rows(&report.stages, stages, unit));
        }
    }
    out
}

/// Renders the response, rate and not-ok hits of each stage, in at most `max` rows.
fn stage_rows(stages: &[StageReport], max: usize, unit: TimeUnit) -> String {
    let shown = if stages.len() > max {
        max.saturating_sub(1)
    } else {
        stages.len()
    };
    let mut out = String::new();
    for (number, stage) in (1..).zip(&stages[..shown]) {
        let not_ok = stage.hits.scheduled.saturating_sub(stage.hits.ok);
        let figures = format!(
            "   {}/s   {} not ok",
            format_decimal(stage.rate.achieved),
            format_count(not_ok)
        );
        let name = format!(" stage {number}");
        let expression = truncate(
            &stage.stage,
            STAGE_WIDTH.saturating_sub(figures.chars().count()),
        );
        let description = format!("{expression}{figures}");
        out.push_str(&row(&name, &stage.response_us, unit, &description));
    }
    if max > 0 && shown < stages.len() {
        let more = stages.len() - shown;
        out.push_str(&format!("   {more} more stages (see -o json)\n"));
    }
    out
}

fn row(name: &str, summary: &DurationSummary, unit: TimeUnit, description: &str) -> String {
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
    format!("{row}   {description}\n")
}
