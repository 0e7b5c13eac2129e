//! Charts of lines and stacked areas: over time, over percentiles, or over rates.

use hammer_diagnostic::format_rate;
use maud::{Markup, html};

use super::chart_data::{ChartData, ChartKind, SeriesData, slice_places};
use super::chart_series::{ChartSeries, SeriesValues};
use super::data_table::{TableColumn, data_table};
use super::figure::{ChartText, figure};
use super::json_script::ShortNumber;
use super::label_places::separate_labels;
use super::legend::legend;
use super::mark_shape::MarkShape;
use super::plot::{PLOT_X, PLOT_Y, bound_name, plot, tenth};
use super::time_lines::{TimeSpan, lines_through};
use crate::scale::Axis;
use crate::svg::PathData;

/// A stage that is shaded and named in a chart over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StageMark {
    pub(crate) span: TimeSpan,
    pub(crate) name: String,
}

/// The places of the values on the x-axis.
#[derive(Debug, Clone)]
pub(crate) enum LinePlaces {
    /// Slices of time.
    Slices(Vec<TimeSpan>),
    /// Values of 1/(1 − q) for quantiles q.
    Quantiles(Vec<f64>),
    /// Rates, from the lowest, in hits per second. Several values can be at one rate.
    Rates(Vec<f64>),
}

/// A chart of lines and stacked areas.
#[derive(Debug, Clone)]
pub(crate) struct LineChart {
    pub(crate) text: ChartText,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) other_y: Option<Axis>,
    pub(crate) places: LinePlaces,
    pub(crate) stages: Vec<StageMark>,
    pub(crate) series: Vec<ChartSeries>,
}

impl LineChart {
    /// Makes the figure.
    pub(crate) fn render(&self) -> Markup {
        let content = html! {
            (stage_marks(&self.stages, &self.x))
            @for (series, drawing) in self.series.iter().zip(self.drawings()) {
                g class={ "series " (series.style.class()) } data-series=(series.name)
                    color=(series.style.color()) {
                    (drawing)
                    @if let SeriesValues::Constant(value) = series.values {
                        (bound_name(&series.name, self.y.place(value)))
                    }
                }
            }
            (self.end_labels())
        };
        let plot = plot(&self.text, &self.x, &self.y, &content);
        figure(
            &self.text,
            &plot,
            &legend(&self.series),
            &self.table(),
            &self.data(),
        )
    }

    fn count(&self) -> usize {
        match &self.places {
            LinePlaces::Slices(spans) => spans.len(),
            LinePlaces::Quantiles(values) | LinePlaces::Rates(values) => values.len(),
        }
    }

    /// The drawing of each series. An area lies on the areas before it.
    fn drawings(&self) -> Vec<Markup> {
        let mut base = vec![0.0; self.count()];
        let draw = |series: &ChartSeries| match &series.values {
            SeriesValues::Stacked(values) => {
                let below = base.clone();
                for (sum, value) in base.iter_mut().zip(values) {
                    *sum += value.unwrap_or(0.0);
                }
                self.area(&below, &base)
            }
            SeriesValues::Band { intervals, .. } => html! {
                (self.band(intervals))
                (self.line(series))
            },
            SeriesValues::Marks { shape, .. } => self.marks(series, *shape),
            _ => self.line(series),
        };
        self.series.iter().map(draw).collect()
    }

    fn lines(&self, value: impl Fn(usize) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
        match &self.places {
            LinePlaces::Slices(spans) => lines_through(spans, value),
            LinePlaces::Quantiles(xs) | LinePlaces::Rates(xs) => {
                let points = xs.iter().enumerate();
                let points = points.map(|(index, x)| Some((*x, value(index)?)));
                let points: Vec<_> = points.collect();
                let runs = points.split(Option::is_none);
                runs.map(|run| run.iter().flatten().copied().collect())
                    .filter(|run: &Vec<_>| !run.is_empty())
                    .collect()
            }
        }
    }

    fn places(&self, line: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let place = |(x, y): &(f64, f64)| (self.x.place(*x), self.y.place(*y));
        line.iter().map(place).collect()
    }

    fn line(&self, series: &ChartSeries) -> Markup {
        let mut path = PathData::default();
        if let SeriesValues::Constant(value) = series.values {
            let y = self.y.place(value);
            path.polyline([(PLOT_X.0, y), (PLOT_X.1, y)]);
        } else {
            for line in self.lines(|index| series.values.at(index)) {
                path.polyline(self.places(&line));
            }
        }
        let style = &series.style;
        html! {
            path class="line" d=(path.into_text()) fill="none" stroke="currentColor"
                stroke-width=(style.width) stroke-dasharray=[style.dash] stroke-linejoin="round" {}
        }
    }

    /// Draws a mark at each value.
    fn marks(&self, series: &ChartSeries, shape: MarkShape) -> Markup {
        let points = self.lines(|index| series.values.at(index));
        shape.draw(points.iter().flat_map(|points| self.places(points)))
    }

    /// Fills the place between two lines.
    fn area(&self, below: &[f64], above: &[f64]) -> Markup {
        let mut path = PathData::default();
        let lower = self.lines(|index| below.get(index).copied());
        let upper = self.lines(|index| above.get(index).copied());
        let is_empty = below == above;
        for (lower, upper) in lower.iter().zip(&upper).filter(|_| !is_empty) {
            let (mut lower, upper) = (self.places(lower), self.places(upper));
            lower.reverse();
            path.polyline(upper.into_iter().chain(lower));
            path.close();
        }
        html! {
            path class="area" d=(path.into_text()) fill="currentColor" fill-opacity="0.75" {}
        }
    }

    /// Fills the place between the ends of intervals.
    fn band(&self, intervals: &[Option<(f64, f64)>]) -> Markup {
        let mut path = PathData::default();
        let end = |end: fn((f64, f64)) -> f64| {
            self.lines(|index| intervals.get(index).copied().flatten().map(end))
        };
        for (lower, upper) in end(|(low, _)| low).iter().zip(&end(|(_, high)| high)) {
            let (mut lower, upper) = (self.places(lower), self.places(upper));
            lower.reverse();
            path.polyline(upper.into_iter().chain(lower));
            path.close();
        }
        html! {
            path class="band" d=(path.into_text()) fill="currentColor" fill-opacity="0.2" {}
        }
    }

    /// Names lines at their ends. Names that would overlap move apart.
    fn end_labels(&self) -> Markup {
        let named = self.series.iter().filter_map(|series| {
            let label = series.end_label?;
            let last = (0..self.count())
                .rev()
                .find_map(|index| series.values.at(index))?;
            Some((self.y.place(last), label, &series.style))
        });
        // Of equal values, that of the earlier series is above.
        let mut labels: Vec<_> = named.rev().collect();
        labels.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut places: Vec<f64> = labels.iter().map(|(place, ..)| *place).collect();
        separate_labels(&mut places, 13.0, PLOT_Y);
        html! {
            g class="end-labels" {
                @for (place, (_, label, style)) in places.into_iter().zip(labels) {
                    text class=(style.class()) x=(PLOT_X.1 + 5.0) y=(tenth(place)) dy="0.35em"
                        fill="currentColor" color=(style.color()) { (label) }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let shown = self
            .series
            .iter()
            .filter(|series| !matches!(series.values, SeriesValues::Constant(_)));
        let names: Vec<(String, &ChartSeries)> = shown
            .map(|series| {
                let unit = self.y.unit;
                let separator = if unit.starts_with('/') { "" } else { ", " };
                (format!("{}{separator}{unit}", series.name), series)
            })
            .collect();
        let columns: Vec<TableColumn> = names
            .iter()
            .map(|(name, series)| TableColumn {
                name,
                value: Box::new(|row| series.values.at(row)),
            })
            .collect();
        match &self.places {
            LinePlaces::Slices(spans) => {
                let label = |row: usize| format!("{} s", short(spans[row].start_s));
                data_table("from", spans.len(), label, &columns)
            }
            LinePlaces::Quantiles(xs) => {
                let label = |row: usize| format!("{} %", percentile_of(xs[row]));
                data_table("percentile", xs.len(), label, &columns)
            }
            LinePlaces::Rates(xs) => {
                data_table("rate", xs.len(), |row| format_rate(xs[row]), &columns)
            }
        }
    }

    fn data(&self) -> ChartData {
        let (kind, (xs, widths)) = match &self.places {
            LinePlaces::Slices(spans) => (ChartKind::Time, slice_places(spans)),
            LinePlaces::Quantiles(xs) => {
                let xs = xs.iter().map(|x| ShortNumber(*x)).collect();
                (ChartKind::Percentile, (xs, vec![]))
            }
            LinePlaces::Rates(xs) => {
                let xs = xs.iter().map(|x| ShortNumber(*x)).collect();
                (ChartKind::Rate, (xs, vec![]))
            }
        };
        ChartData {
            kind,
            x: (&self.x).into(),
            y: (&self.y).into(),
            other_y: self.other_y.as_ref().map(Into::into),
            xs,
            widths,
            rows: vec![],
            series: self.series.iter().map(SeriesData::from).collect(),
        }
    }
}

/// Formats a time with at most two decimals.
fn short(seconds: f64) -> String {
    let text = format!("{seconds:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats the percentile whose value of 1/(1 − q) this is.
fn percentile_of(inverse: f64) -> String {
    hammer_diagnostic::format_percent(100.0 - 100.0 / inverse)
}

/// Shades every other stage, and names those that have room for their name.
fn stage_marks(stages: &[StageMark], x: &Axis) -> Markup {
    html! {
        @if stages.len() > 1 {
            g class="stages" {
                @for (index, stage) in stages.iter().enumerate() {
                    @let left = tenth(x.place(stage.span.start_s));
                    @let width = tenth(x.place(stage.span.end())) - left;
                    @if index % 2 == 1 {
                        rect class="stage" x=(left) y=(PLOT_Y.1) width=(tenth(width))
                            height=(PLOT_Y.0 - PLOT_Y.1) fill="currentColor" fill-opacity="0.07" {
                            title { (stage.name) }
                        }
                    }
                    @if let Some(label) = stage_label(index, &stage.name, width) {
                        text class="stage-name" x=(tenth(left + width / 2.0)) y=(PLOT_Y.1 - 6.0)
                            text-anchor="middle" font-size="11" fill="currentColor" { (label) }
                    }
                }
            }
        }
    }
}

/// The name of a stage, or its number, if it fits.
fn stage_label(index: usize, name: &str, width: f64) -> Option<String> {
    let fits = |text: &String| text.chars().count() as f64 * 6.0 + 6.0 <= width;
    let candidates = [name.to_owned(), (index + 1).to_string()];
    candidates.into_iter().find(fits)
}
