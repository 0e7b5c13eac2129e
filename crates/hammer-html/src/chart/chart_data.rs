//! The data of a chart, which the script reads.

use serde::Serialize;

use super::chart_series::{ChartSeries, SeriesValues};
use super::json_script::ShortNumber;
use super::time_lines::TimeSpan;
use crate::scale::{Axis, AxisScale, AxisTick};

/// The kind of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChartKind {
    Time,
    Percentile,
    Rate,
    Heat,
}

/// The data of a chart. The documentation of the crate describes its JSON.
#[derive(Debug, Serialize)]
pub(crate) struct ChartData {
    pub(crate) kind: ChartKind,
    pub(crate) x: XAxisData,
    pub(crate) y: YAxisData,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) other_y: Option<YAxisData>,
    pub(crate) xs: Vec<ShortNumber>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) widths: Vec<ShortNumber>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<(ShortNumber, ShortNumber)>,
    pub(crate) series: Vec<SeriesData>,
}

#[derive(Debug, Serialize)]
pub(crate) struct XAxisData {
    min: f64,
    max: f64,
    scale: AxisScale,
    left: f64,
    right: f64,
    unit: &'static str,
}

impl From<&Axis> for XAxisData {
    fn from(axis: &Axis) -> Self {
        Self {
            min: axis.min,
            max: axis.max,
            scale: axis.scale,
            left: axis.start,
            right: axis.end,
            unit: axis.unit,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct YAxisData {
    min: f64,
    max: f64,
    scale: AxisScale,
    top: f64,
    bottom: f64,
    unit: &'static str,
    ticks: Vec<AxisTick>,
}

impl From<&Axis> for YAxisData {
    fn from(axis: &Axis) -> Self {
        Self {
            min: axis.min,
            max: axis.max,
            scale: axis.scale,
            top: axis.end,
            bottom: axis.start,
            unit: axis.unit,
            ticks: axis.ticks.clone(),
        }
    }
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct SeriesData {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<Option<ShortNumber>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) low: Vec<Option<ShortNumber>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) high: Vec<Option<ShortNumber>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) constant: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) stacked: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sparse: bool,
}

impl From<&ChartSeries> for SeriesData {
    fn from(series: &ChartSeries) -> Self {
        let short = |values: &[Option<f64>]| -> Vec<Option<ShortNumber>> {
            values.iter().map(|value| value.map(ShortNumber)).collect()
        };
        let mut data = Self {
            name: series.name.clone(),
            ..Self::default()
        };
        match &series.values {
            SeriesValues::Line(values) => data.values = short(values),
            SeriesValues::Stacked(values) => (data.values, data.stacked) = (short(values), true),
            SeriesValues::Marks { values, .. } => {
                (data.values, data.sparse) = (short(values), true)
            }
            SeriesValues::Constant(value) => data.constant = Some(*value),
            SeriesValues::Band { values, intervals } => {
                let ends = |end: fn((f64, f64)) -> f64| -> Vec<Option<ShortNumber>> {
                    let intervals = intervals.iter();
                    intervals
                        .map(|interval| interval.map(end).map(ShortNumber))
                        .collect()
                };
                data.values = short(values);
                (data.low, data.high) = (ends(|(low, _)| low), ends(|(_, high)| high));
            }
        }
        data
    }
}

/// The middles and the lengths of slices.
pub(crate) fn slice_places(spans: &[TimeSpan]) -> (Vec<ShortNumber>, Vec<ShortNumber>) {
    let places = spans
        .iter()
        .map(|span| (ShortNumber(span.middle()), ShortNumber(span.width_s)));
    places.unzip()
}
