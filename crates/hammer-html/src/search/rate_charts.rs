//! Charts of the looks of a search over their rate.

use hammer_analysis::{LookOutcome, LookReport, SearchReport};
use hammer_diagnostic::{format_decimal, format_rate};
use maud::Markup;

use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, MarkShape, PLOT_X, PLOT_Y, SeriesStyle,
    SeriesValues,
};
use crate::duration_text::format_us;
use crate::load_charts::positive_range;
use crate::scale::{Axis, format_millis};
use crate::threshold_bounds::objective_bounds;

/// The marks of outcomes, with their names, shapes and colors.
const OUTCOMES: [(LookOutcome, &str, MarkShape, usize); 3] = [
    (LookOutcome::Held, "held", MarkShape::Disk, 2),
    (LookOutcome::Failed, "failed", MarkShape::Cross, 1),
    (LookOutcome::Void, "void", MarkShape::Diamond, 3),
];

/// Draws p50 and p99 of the looks of the search over their rate; `None` if nothing was answered.
pub(super) fn times_chart(report: &SearchReport) -> Option<Markup> {
    let text = ChartText {
        id: "chart-times".to_owned(),
        title: "Response by rate".to_owned(),
        finding: times_finding(&report.looks),
        note: "Each mark is a look. A look that ended early has the times of its first seconds only, and \
               those of a void look are the generator's. Looks without an answer are in the table.",
    };
    chart_of_times(&by_rate(&report.looks), &report.objectives, text)
}

/// Draws the achieved rate over the rate that was asked for.
pub(super) fn achieved_chart(report: &SearchReport) -> Option<Markup> {
    let looks = by_rate(&report.looks);
    let range = rate_range(&looks)?;
    let rates: Vec<f64> = looks.iter().map(|look| look.rate).collect();
    let achieved: Vec<Option<f64>> = looks.iter().map(|look| Some(look.achieved)).collect();
    let (_, highest) = positive_range([&*achieved]);
    let lowest = achieved.iter().flatten().copied().fold(range.0, f64::min);
    let y_range = (lowest.max(range.0 / 10.0), highest.max(range.1));
    let asked = line("asked", SeriesStyle::dashed(7, 1.5, "2 3"), {
        rates.iter().copied().map(Some).collect()
    });
    let mut series = vec![
        asked,
        line("achieved", SeriesStyle::solid(0, 1.6), achieved.clone()),
    ];
    series.extend(marks(&looks, &achieved));
    let x = Axis::rates(range, PLOT_X);
    let chart = LineChart {
        text: ChartText {
            id: "chart-achieved".to_owned(),
            title: "Achieved by asked rate".to_owned(),
            finding: achieved_finding(&looks),
            note: "The dashed line is what was asked for. Below it, hits were late or were not answered.",
        },
        y: Axis::rates_on(x.scale, y_range, PLOT_Y),
        x,
        other_y: None,
        places: LinePlaces::Rates(rates),
        stages: vec![],
        series,
    };
    Some(chart.render())
}

/// Draws p50 and p99 over the rate, with the bounds of objectives.
pub(super) fn chart_of_times(
    looks: &[&LookReport],
    objectives: &[String],
    text: ChartText,
) -> Option<Markup> {
    let millis = |us: Option<f64>| us.filter(|us| us.is_finite()).map(|us| us / 1e3);
    let p50: Vec<Option<f64>> = looks.iter().map(|look| millis(look.p50_us)).collect();
    let p99: Vec<Option<f64>> = looks.iter().map(|look| millis(look.p99_us)).collect();
    if p50.iter().chain(&p99).all(Option::is_none) {
        return None;
    }
    let marks = marks(looks, &p99);
    // The times of void looks are those of the generator.
    let of_target = |times: Vec<Option<f64>>| -> Vec<Option<f64>> {
        let times = times.into_iter().zip(looks);
        let is_judged = |look: &LookReport| look.outcome != LookOutcome::Void;
        times
            .map(|(time, look)| time.filter(|_| is_judged(look)))
            .collect()
    };
    let bounds = objective_bounds(objectives);
    let shown: Vec<Option<f64>> = bounds.iter().map(|(_, bound)| Some(*bound)).collect();
    let range = positive_range([&*p50, &p99, &shown]);
    let intervals: Vec<Option<(f64, f64)>> = looks.iter().map(|look| interval_ms(look)).collect();
    let mut series = vec![
        line("p50", SeriesStyle::solid(4, 1.6), of_target(p50)),
        ChartSeries {
            name: "p99".to_owned(),
            style: SeriesStyle::solid(0, 2.0),
            values: SeriesValues::Band {
                values: of_target(p99),
                intervals,
            },
            end_label: Some("p99"),
        },
    ];
    series.extend(marks);
    series.extend(bounds.into_iter().map(|(name, bound)| ChartSeries {
        name,
        style: SeriesStyle::dashed(7, 1.5, "2 3"),
        values: SeriesValues::Constant(bound),
        end_label: None,
    }));
    let chart = LineChart {
        text,
        x: Axis::rates(rate_range(looks)?, PLOT_X),
        y: Axis::for_range(range, PLOT_Y, "ms", format_millis),
        other_y: None,
        places: LinePlaces::Rates(looks.iter().map(|look| look.rate).collect()),
        stages: vec![],
        series,
    };
    Some(chart.render())
}

/// The interval of the p99, in milliseconds.
fn interval_ms(look: &LookReport) -> Option<(f64, f64)> {
    let (low, high) = look.p99_ci95?;
    let is_judged = look.outcome != LookOutcome::Void && look.p99_us.is_some();
    let is_known = is_judged && low.is_finite() && high.is_finite();
    is_known.then_some((low / 1e3, high / 1e3))
}

/// Looks from the lowest rate, those of the same in the order in which they were made.
pub(super) fn by_rate(looks: &[LookReport]) -> Vec<&LookReport> {
    let mut looks: Vec<&LookReport> = looks.iter().collect();
    looks.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    looks
}

fn rate_range(looks: &[&LookReport]) -> Option<(f64, f64)> {
    let (first, last) = (looks.first()?, looks.last()?);
    (first.rate > 0.0).then_some((first.rate, last.rate))
}

fn line(name: &str, style: SeriesStyle, values: Vec<Option<f64>>) -> ChartSeries {
    ChartSeries {
        name: name.to_owned(),
        style,
        values: SeriesValues::Line(values),
        end_label: None,
    }
}

/// The marks of each outcome that looks have.
fn marks(looks: &[&LookReport], values: &[Option<f64>]) -> Vec<ChartSeries> {
    let series = OUTCOMES.map(|(outcome, name, shape, color)| {
        let of_outcome = looks.iter().zip(values);
        let values = of_outcome.map(|(look, value)| value.filter(|_| look.outcome == outcome));
        ChartSeries {
            name: name.to_owned(),
            style: SeriesStyle::solid(color, 2.0),
            values: SeriesValues::Marks {
                values: values.collect(),
                shape,
            },
            end_label: None,
        }
    });
    let has_mark = |series: &ChartSeries| (0..looks.len()).any(|it| series.values.at(it).is_some());
    series.into_iter().filter(has_mark).collect()
}

fn times_finding(looks: &[LookReport]) -> String {
    let looks = by_rate(looks).into_iter();
    let judged: Vec<(f64, f64)> = looks
        .filter(|look| look.outcome != LookOutcome::Void)
        .filter_map(|look| Some((look.rate, look.p99_us.filter(|us| us.is_finite())?)))
        .collect();
    let [Some(first), Some(last)] = [judged.first(), judged.last()] else {
        return String::new();
    };
    let text = |(rate, us): &(f64, f64)| format!("{} at {}", format_us(*us), format_rate(*rate));
    match first.0 == last.0 {
        true => format!("The p99 was {}.", text(first)),
        false => format!("The p99 was {} and {}.", text(first), text(last)),
    }
}

fn achieved_finding(looks: &[&LookReport]) -> String {
    let highest = looks
        .iter()
        .max_by(|one, other| one.achieved.total_cmp(&other.achieved));
    let Some(look) = highest else {
        return String::new();
    };
    format!(
        "The highest achieved rate was {}, {} % of the {} that were asked for.",
        format_rate(look.achieved),
        format_decimal((look.achieved / look.rate * 1000.0).round() / 10.0),
        format_rate(look.rate)
    )
}
