//! The drawing of a chart: its size, its axes and its grid.

use maud::{Markup, html};

use super::figure::ChartText;
use crate::scale::Axis;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 290.0;
/// The left and right end of the x-axis.
pub(crate) const PLOT_X: (f64, f64) = (66.0, 596.0);
/// The bottom and top of the y-axis.
pub(crate) const PLOT_Y: (f64, f64) = (254.0, 22.0);

/// Draws a chart with its axes and `content`, which is between the grid and the labels.
///
/// Without the style of the page, it is as large as its view box, so that its texts can be read on a
/// narrow screen too, where the page then scrolls. The style fits it to its column.
pub(crate) fn plot(text: &ChartText, x: &Axis, y: &Axis, content: &Markup) -> Markup {
    let (title, description) = (format!("{}-title", text.id), format!("{}-desc", text.id));
    html! {
        svg class="plot" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT)
            role="img" aria-labelledby={ (title) " " (description) }
            color="#222222" font-family="sans-serif" font-size="12" {
            title id=(title) { (text.title) }
            desc id=(description) { (text.finding) }
            (y_axis(y))
            (content)
            (x_axis(x))
        }
    }
}

/// Draws horizontal grid lines with their labels.
fn y_axis(axis: &Axis) -> Markup {
    html! {
        g class="y-axis" {
            @for tick in &axis.ticks {
                @let place = tenth(axis.place(tick.value));
                line class="grid" x1=(PLOT_X.0) x2=(PLOT_X.1) y1=(place) y2=(place)
                    stroke="currentColor" stroke-opacity="0.15" {}
                text class={ "tick" @if tick.is_minor { " minor" } } x=(PLOT_X.0 - 7.0) y=(place)
                    dy="0.35em" text-anchor="end" fill="currentColor" { (tick.label) }
            }
        }
    }
}

/// Draws the line at the bottom with its labels.
fn x_axis(axis: &Axis) -> Markup {
    html! {
        g class="x-axis" {
            line x1=(PLOT_X.0) x2=(PLOT_X.1) y1=(PLOT_Y.0) y2=(PLOT_Y.0) stroke="currentColor" {}
            @for tick in &axis.ticks {
                @let place = tenth(axis.place(tick.value));
                line x1=(place) x2=(place) y1=(PLOT_Y.0) y2=(PLOT_Y.0 + 5.0) stroke="currentColor" {}
                text class={ "tick" @if tick.is_minor { " minor" } } x=(place) y=(PLOT_Y.0 + 8.0)
                    dy="1em" text-anchor="middle" fill="currentColor" { (tick.label) }
            }
        }
    }
}

/// Names a horizontal line, above its start.
pub(crate) fn bound_name(name: &str, place: f64) -> Markup {
    html! {
        text class="bound-name" x=(PLOT_X.0 + 4.0) y=(tenth(place - 3.0)) font-size="10"
            fill="currentColor" stroke="#ffffff" stroke-width="3" paint-order="stroke" { (name) }
    }
}

/// Rounds a place to a tenth of a unit.
pub(crate) fn tenth(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}
