//! The chart of percentiles over time.

use hammer_core::Report;
use maud::Markup;

use super::ChartedLoad;
use super::percentile_series::{SlicePercentiles, positive_range};
use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
};
use crate::duration_text::{format_us, percentile_us};
use crate::scale::{Axis, format_millis};
use crate::threshold_bounds::threshold_bounds;
use hammer_diagnostic::format_seconds;

/// Draws percentiles of response and service over time; `None` if no hit was answered.
pub(crate) fn percentiles_chart(load: &ChartedLoad) -> Option<Markup> {
    load.report.response_us.measured()?;
    let (mut response, mut service) = (SlicePercentiles::default(), SlicePercentiles::default());
    for slice in &load.slices {
        response.push(&slice.measured.response());
        service.push(&slice.measured.service());
    }
    let (min, max) = positive_range([&*response.p50, &service.p50, &response.max]);
    let bounds = threshold_bounds(load.report, (min, max));
    let lowest = bounds.iter().map(|(_, bound)| *bound).fold(min, f64::min);
    let highest = bounds.iter().map(|(_, bound)| *bound).fold(max, f64::max);
    let finding = finding(load, &response);
    let series = all_series(response, service, bounds);
    let chart = LineChart {
        text: ChartText {
            id: load.chart_id("percentiles"),
            title: "Percentiles over time".to_owned(),
            finding,
            note: "Response is measured from the time at which a hit was due, service from the time \
                   at which it was started. Where they part, hits waited for a free slot.",
        },
        x: Axis::time(load.end_s(), PLOT_X),
        y: Axis::log((lowest, highest), PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(max, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Slices(load.spans()),
        stages: load.stage_marks(),
        series,
    };
    Some(chart.render())
}

fn all_series(
    response: SlicePercentiles,
    service: SlicePercentiles,
    bounds: Vec<(String, f64)>,
) -> Vec<ChartSeries> {
    let lines = [
        (
            "response max",
            SeriesStyle::dashed(4, 1.4, "2 2"),
            response.max,
            Some("max"),
        ),
        (
            "response p99",
            SeriesStyle::solid(1, 2.2),
            response.p99,
            Some("p99"),
        ),
        (
            "response p90",
            SeriesStyle::solid(3, 1.6),
            response.p90,
            Some("p90"),
        ),
        (
            "response p50",
            SeriesStyle::solid(0, 1.6),
            response.p50,
            Some("p50"),
        ),
        (
            "service p99",
            SeriesStyle::dashed(1, 1.4, "5 3"),
            service.p99,
            None,
        ),
        (
            "service p50",
            SeriesStyle::dashed(0, 1.4, "5 3"),
            service.p50,
            None,
        ),
    ];
    let lines = lines.map(|(name, style, values, end_label)| ChartSeries {
        name: name.to_owned(),
        style,
        values: SeriesValues::Line(values),
        end_label,
    });
    let bounds = bounds.into_iter().map(|(name, bound)| ChartSeries {
        name,
        style: SeriesStyle::dashed(7, 1.5, "2 3"),
        values: SeriesValues::Constant(bound),
        end_label: None,
    });
    lines.into_iter().chain(bounds).collect()
}

fn finding(load: &ChartedLoad, response: &SlicePercentiles) -> String {
    let report: &Report = load.report;
    let p99 = percentile_us(&report.response_us, "p99").map(format_us);
    let p99 = p99.map_or_else(String::new, |p99| format!(", the 99th percentile {p99}"));
    let slices = load.slices.iter().zip(&response.p99);
    let worst = slices
        .filter_map(|(slice, p99)| Some((slice.span.start_s, (*p99)?)))
        .max_by(|one, other| one.1.total_cmp(&other.1));
    let worst = worst.filter(|_| load.slices.len() > 1);
    let worst = worst.map(|(start_s, p99)| {
        let (start, p99) = (format_seconds(start_s), format_us(p99 * 1e3));
        format!(" The highest p99 of a slice was {p99}, at {start}.")
    });
    let max = format_us(report.response_us.max);
    format!(
        "The median response was {}{p99}, the maximum {max}.{}",
        format_us(report.response_us.p50),
        worst.unwrap_or_default()
    )
}
