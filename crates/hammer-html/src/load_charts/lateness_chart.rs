//! The chart of the lateness of hits over time.

use hammer_core::OpenOrClosedLoop;
use hammer_diagnostic::format_seconds;
use maud::Markup;

use super::ChartedLoad;
use super::percentile_series::{SlicePercentiles, positive_range};
use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
};
use crate::duration_text::format_us;
use crate::scale::{Axis, format_millis};

/// Draws the lateness of hits over time; `None` in a closed loop, which has no due times, or if no hit
/// was started.
pub(crate) fn lateness_chart(load: &ChartedLoad) -> Option<Markup> {
    let is_open = load.report.loop_kind == OpenOrClosedLoop::Open;
    load.report.lateness_us.measured().filter(|_| is_open)?;
    let mut lateness = SlicePercentiles::default();
    for slice in &load.slices {
        lateness.push(&slice.measured.lateness());
    }
    let (min, max) = positive_range([&*lateness.p50, &lateness.max]);
    let finding = finding(load, &lateness);
    let lines = [
        ("max", SeriesStyle::dashed(4, 1.4, "2 2"), lateness.max),
        ("p99", SeriesStyle::solid(1, 2.0), lateness.p99),
        ("p50", SeriesStyle::solid(0, 1.6), lateness.p50),
    ];
    let lines = lines.map(|(name, style, values)| ChartSeries {
        name: name.to_owned(),
        style,
        values: SeriesValues::Line(values),
        end_label: Some(name),
    });
    let chart = LineChart {
        text: ChartText {
            id: load.chart_id("lateness"),
            title: "Lateness over time".to_owned(),
            finding,
            note: "Lateness is the time from when a hit was due until it was started. It includes \
                   waits for a free slot.",
        },
        x: Axis::time(load.end_s(), PLOT_X),
        y: Axis::log((min, max), PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(max, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Slices(load.spans()),
        stages: load.stage_marks(),
        series: lines.into(),
    };
    Some(chart.render())
}

fn finding(load: &ChartedLoad, lateness: &SlicePercentiles) -> String {
    let summary = &load.report.lateness_us;
    let slices = load.slices.iter().zip(&lateness.max);
    let worst = slices
        .filter_map(|(slice, max)| Some((slice.span.start_s, (*max)?)))
        .max_by(|one, other| one.1.total_cmp(&other.1));
    let worst = worst.filter(|_| load.slices.len() > 1);
    let worst = worst.map_or_else(String::new, |(start_s, _)| {
        format!(", in the slice at {}", format_seconds(start_s))
    });
    format!(
        "Half of the hits were started within {} of the time at which they were due, 99 % within {}. \
         The latest was {} late{worst}.",
        format_us(summary.p50),
        format_us(summary.p99),
        format_us(summary.max),
    )
}
