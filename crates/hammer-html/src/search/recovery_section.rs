//! The recovery of the target from an overload.

use hammer_analysis::{RecoveryReport, SearchReport};
use hammer_diagnostic::format_rate;
use maud::{Markup, html};

use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
    StageMark, TimeSpan,
};
use crate::duration_text::format_us;
use crate::load_charts::positive_range;
use crate::scale::{Axis, format_millis};
use crate::sentence::sentence;

/// Shows the recovery; nothing if it was not asked for.
pub(super) fn recovery_section(report: &SearchReport) -> Markup {
    let (Some(recovery), Some(text)) = (&report.recovery, report.recovery_text()) else {
        return html! {};
    };
    let finding = sentence(&text);
    html! {
        section id="recovery" {
            h2 { "Recovery" }
            @match chart(recovery, finding.clone()) {
                Some(chart) => div class="charts" { (chart) },
                None => p { (finding) },
            }
        }
    }
}

/// Draws the p99 over time; `None` if nothing was answered.
fn chart(recovery: &RecoveryReport, finding: String) -> Option<Markup> {
    let slices = recovery.slices.iter();
    let p99: Vec<Option<f64>> = slices
        .map(|slice| slice.p99_us.filter(|us| us.is_finite()).map(|us| us / 1e3))
        .collect();
    if p99.iter().all(Option::is_none) {
        return None;
    }
    let spans: Vec<TimeSpan> = recovery
        .slices
        .iter()
        .map(|slice| TimeSpan {
            start_s: slice.start_s,
            width_s: slice.length_s,
        })
        .collect();
    let limit_ms = recovery.limit_us.map(|us| us / 1e3);
    let range = positive_range([&*p99, &[limit_ms]]);
    let end_s = spans.last().map_or(0.0, TimeSpan::end);
    let mut series = vec![ChartSeries {
        name: "p99".to_owned(),
        style: SeriesStyle::solid(0, 2.0),
        values: SeriesValues::Line(p99),
        end_label: Some("p99"),
    }];
    series.extend(limit_ms.map(|limit| ChartSeries {
        name: format!("limit {}", format_us(limit * 1e3)),
        style: SeriesStyle::dashed(7, 1.5, "2 3"),
        values: SeriesValues::Constant(limit),
        end_label: None,
    }));
    let chart = LineChart {
        text: ChartText {
            id: "chart-recovery".to_owned(),
            title: "p99 during and after an overload".to_owned(),
            finding,
            note: "A target that stays slow at a rate that held before does not recover by itself.",
        },
        x: Axis::time(end_s, PLOT_X),
        y: Axis::log(range, PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(range.1, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Slices(spans),
        stages: stages(recovery, end_s),
        series,
    };
    Some(chart.render())
}

fn stages(recovery: &RecoveryReport, end_s: f64) -> Vec<StageMark> {
    let stage = |start_s: f64, end_s: f64, rate: f64| StageMark {
        span: TimeSpan {
            start_s,
            width_s: (end_s - start_s).max(0.0),
        },
        name: format_rate(rate),
    };
    let overload_s = recovery.overload_s.min(end_s);
    vec![
        stage(0.0, overload_s, recovery.overload_rate),
        stage(overload_s, end_s, recovery.rate),
    ]
}
