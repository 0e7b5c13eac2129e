//! The legend of a chart.

use maud::{Markup, html};

use super::chart_series::{ChartSeries, SeriesValues};

/// Lists the series with their colors and dashes.
pub(crate) fn legend(series: &[ChartSeries]) -> Markup {
    html! {
        ul class="legend" {
            @for entry in series {
                li data-series=(entry.name) { (swatch(entry)) " " (entry.name) }
            }
        }
    }
}

fn swatch(series: &ChartSeries) -> Markup {
    let style = &series.style;
    html! {
        svg class={ "swatch " (style.class()) } width="26" height="10" viewBox="0 0 26 10"
            color=(style.color()) aria-hidden="true" {
            @match series.values {
                SeriesValues::Stacked(_) => {
                    rect width="26" height="10" fill="currentColor" fill-opacity="0.75" {}
                }
                SeriesValues::Marks { shape, .. } => (shape.draw([(13.0, 5.0)].into_iter())),
                _ => {
                    line x1="0" x2="26" y1="5" y2="5" stroke="currentColor" stroke-width=(style.width)
                        stroke-dasharray=[style.dash] {}
                }
            }
        }
    }
}
