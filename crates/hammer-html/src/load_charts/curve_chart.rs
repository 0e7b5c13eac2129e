//! The percentile curve of response and service.

use std::time::Duration;

use hammer_core::{IntervalStats, Report};
use hammer_stats::{ConfidenceBlocks, Histogram};
use maud::Markup;

use super::ChartedLoad;
use super::percentile_series::positive_range;
use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
};
use crate::duration_text::{format_us, percentile_us};
use crate::scale::{Axis, format_millis};
use crate::threshold_bounds::threshold_bounds;

/// Points of a curve for each tenfold of hits.
const POINTS_PER_DECADE: u32 = 24;

/// Draws response and service by percentile; `None` if no hit was answered.
pub(crate) fn curve_chart(load: &ChartedLoad) -> Option<Markup> {
    let measured: &IntervalStats = load.report.measured.as_deref()?;
    let count = measured.response().count();
    if count == 0 {
        return None;
    }
    let x = Axis::percentile(count, PLOT_X);
    let xs = curve_places(x.max.min(count as f64));
    let response = curve(measured.response(), &xs);
    let service = curve(measured.service(), &xs);
    let response_intervals = intervals(load.response_blocks.as_ref(), &xs);
    let service_intervals = intervals(load.service_blocks.as_ref(), &xs);
    let has_band = response_intervals.iter().any(Option::is_some);
    let (min, max) = positive_range([&*response, &service]);
    let bounds = threshold_bounds(load.report, (min, max));
    let lowest = bounds.iter().map(|(_, bound)| *bound).fold(min, f64::min);
    let highest = bounds.iter().map(|(_, bound)| *bound).fold(max, f64::max);
    let mut series = vec![
        ChartSeries {
            name: "response".to_owned(),
            style: SeriesStyle::solid(0, 2.0),
            values: SeriesValues::Band {
                values: response,
                intervals: response_intervals,
            },
            end_label: None,
        },
        ChartSeries {
            name: "service".to_owned(),
            style: SeriesStyle::dashed(1, 1.6, "5 3"),
            values: SeriesValues::Band {
                values: service,
                intervals: service_intervals,
            },
            end_label: None,
        },
    ];
    series.extend(bounds.into_iter().map(|(name, bound)| ChartSeries {
        name,
        style: SeriesStyle::dashed(7, 1.5, "2 3"),
        values: SeriesValues::Constant(bound),
        end_label: None,
    }));
    let chart = LineChart {
        text: ChartText {
            id: load.chart_id("curve"),
            title: "Percentiles of all answered hits".to_owned(),
            finding: finding(load.report),
            note: note(load, has_band),
        },
        x,
        y: Axis::log((lowest, highest), PLOT_Y, "ms", format_millis),
        other_y: Some(Axis::linear(max, PLOT_Y, "ms", format_millis)),
        places: LinePlaces::Quantiles(xs),
        stages: vec![],
        series,
    };
    Some(chart.render())
}

fn note(load: &ChartedLoad, has_band: bool) -> &'static str {
    if has_band {
        "Each step to the right is another nine: the scale of HdrHistogram. The bands contain \
         the true percentiles with a confidence of 95 %; they end where too few hits are left."
    } else if load.has_merged_slices {
        "Each step to the right is another nine: the scale of HdrHistogram. There is no band of \
         confidence, because slices of time were merged to fit into a page."
    } else {
        "Each step to the right is another nine: the scale of HdrHistogram."
    }
}

/// The interval of 95 % at each place, in milliseconds; `None` where too few hits are beyond it.
fn intervals(blocks: Option<&ConfidenceBlocks>, places: &[f64]) -> Vec<Option<(f64, f64)>> {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let at = |place: &f64| {
        let quantile = 1.0 - 1.0 / place;
        if quantile <= 0.0 {
            return None;
        }
        let found = blocks?.confidence(quantile).ok()?;
        Some((millis(found.low), millis(found.high)))
    };
    places.iter().map(at).collect()
}

/// The values of 1/(1 − q) at which a curve is drawn, up to `max`: those of the quantiles that people
/// name, and more between them.
pub(crate) fn curve_places(max: f64) -> Vec<f64> {
    let steps = (max.log10().max(0.0) * f64::from(POINTS_PER_DECADE)).floor() as u32;
    let between =
        (0..=steps).map(|step| 10_f64.powf(f64::from(step) / f64::from(POINTS_PER_DECADE)));
    let named = [2.0, 20.0].into_iter().filter(|place| *place <= max);
    let mut places: Vec<f64> = between.chain(named).chain([max.max(1.0)]).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|one, other| (*one / *other - 1.0).abs() < 1e-9);
    places
}

/// The quantile of each place, in milliseconds.
pub(crate) fn curve(histogram: &Histogram, places: &[f64]) -> Vec<Option<f64>> {
    let at = |place: &f64| {
        let time = histogram.quantile(1.0 - 1.0 / place).as_secs_f64() * 1e3;
        (!histogram.is_empty()).then_some(time)
    };
    places.iter().map(at).collect()
}

fn finding(report: &Report) -> String {
    let figures = ["p90", "p99", "p99.9"].into_iter().filter_map(|name| {
        let us = percentile_us(&report.response_us, name)?;
        Some(format!("{name} {}", format_us(us)))
    });
    let figures: Vec<String> = figures.collect();
    let p50 = format_us(report.response_us.p50);
    let service = format_us(report.service_us.p50);
    let others = match figures.is_empty() {
        true => String::new(),
        false => format!(" ({})", figures.join(", ")),
    };
    format!("The median response was {p50}{others}; the median service was {service}.")
}
