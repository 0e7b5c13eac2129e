//! The percentiles of both sides in the same charts.

use hammer_core::RunFile;
use hammer_diagnostic::printable;
use hammer_stats::Histogram;
use maud::{Markup, html};

use super::side_load::{SideLoad, SideLoads};
use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
    TimeSpan,
};
use crate::duration_text::format_us;
use crate::load_charts::{SlicePercentiles, curve, curve_places, positive_range};
use crate::scale::{Axis, format_millis};

/// The largest number of loads with charts.
const MAX_LOADS: usize = 8;
/// The largest number of points of a line.
const MAX_POINTS: usize = 300;

/// Draws response by percentile and over time, for each load.
pub(crate) fn comparison_charts(base: &[RunFile], new: &[RunFile]) -> Markup {
    let Some(first) = base.first() else {
        return html! {};
    };
    let is_single = first.report.single_load().is_some();
    let loads = first.report.loads.iter().take(MAX_LOADS).enumerate();
    html! {
        @for (index, load) in loads {
            @let sides = SideLoads::merged(base, new, &load.name, MAX_POINTS);
            @let suffix = if index == 0 { String::new() } else { format!("-{}", index + 1) };
            section {
                @if is_single { h2 { "Response" } } @else { h2 { "Response of " (printable(&load.name)) } }
                div class="charts" {
                    (curves(&sides, &suffix))
                    (over_time(&sides, &suffix))
                }
            }
        }
    }
}

/// The look of the base: so wide that it is seen below a new line in the same place.
fn base_style(color: usize) -> SeriesStyle {
    SeriesStyle::solid(color, 5.0)
}

fn curves(sides: &SideLoads, suffix: &str) -> Markup {
    let (base, new) = (&sides.base, &sides.new);
    let count = base.response.count().max(new.response.count());
    let x = Axis::percentile(count, PLOT_X);
    let xs = curve_places(x.max.min(count.max(1) as f64));
    // A side with fewer hits has no value beyond its last one.
    let side = |histogram: &Histogram| -> Vec<Option<f64>> {
        let values = curve(histogram, &xs).into_iter().zip(&xs);
        let last = histogram.count() as f64 * (1.0 + 1e-9);
        values
            .map(|(value, x)| value.filter(|_| *x <= last))
            .collect()
    };
    let (base_values, new_values) = (side(&base.response), side(&new.response));
    let range = positive_range([&*base_values, &new_values]);
    let series = [
        ("base", base_style(0), base_values),
        ("new", SeriesStyle::solid(1, 1.6), new_values),
    ];
    let series =
        series.map(|(name, style, values)| line(name.to_owned(), style, values, Some(name)));
    LineChart {
        text: ChartText {
            id: format!("chart-curve{suffix}"),
            title: "Response by percentile".to_owned(),
            finding: finding(&base.response, &new.response),
            note: "The answered hits of all runs of a side together. Each step to the right is another nine.",
        },
        x,
        y: Axis::log(range, PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(range.1, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Quantiles(xs),
        stages: vec![],
        series: series.into(),
    }
    .render()
}

fn over_time(sides: &SideLoads, suffix: &str) -> Markup {
    let SideLoads { base, new, spans } = sides;
    let percentiles = |side: &SideLoad| {
        let mut percentiles = SlicePercentiles::default();
        side.over_time.iter().for_each(|it| percentiles.push(it));
        percentiles
    };
    let (base_times, new_times) = (percentiles(base), percentiles(new));
    let range = positive_range([
        &*base_times.p50,
        &base_times.p99,
        &new_times.p50,
        &new_times.p99,
    ]);
    let series = [
        ("base p99", base_style(0), base_times.p99),
        ("new p99", SeriesStyle::solid(1, 1.6), new_times.p99),
        ("base p50", base_style(5), base_times.p50),
        ("new p50", SeriesStyle::solid(4, 1.2), new_times.p50),
    ];
    let series = series.map(|(name, style, values)| line(name.to_owned(), style, values, None));
    let end_s = spans.last().map_or(0.0, TimeSpan::end);
    LineChart {
        text: ChartText {
            id: format!("chart-percentiles{suffix}"),
            title: "Percentiles over time".to_owned(),
            finding: finding(&base.response, &new.response),
            note: "The answered hits of all runs of a side together, from their start.",
        },
        x: Axis::time(end_s, PLOT_X),
        y: Axis::log(range, PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(range.1, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Slices(spans.clone()),
        stages: vec![],
        series: series.into(),
    }
    .render()
}

fn line(
    name: String,
    style: SeriesStyle,
    values: Vec<Option<f64>>,
    end_label: Option<&'static str>,
) -> ChartSeries {
    ChartSeries {
        name,
        style,
        values: SeriesValues::Line(values),
        end_label,
    }
}

fn finding(base: &Histogram, new: &Histogram) -> String {
    if base.is_empty() || new.is_empty() {
        return "No hit of one side was answered.".to_owned();
    }
    let at = |histogram: &Histogram, quantile| {
        format_us(histogram.quantile(quantile).as_secs_f64() * 1e6)
    };
    format!(
        "The median response was {} in the base and {} in the new runs; the p99 was {} and {}.",
        at(base, 0.5),
        at(new, 0.5),
        at(base, 0.99),
        at(new, 0.99)
    )
}
