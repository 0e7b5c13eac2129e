//! The section of a load: its charts and its tables.

use hammer_core::PlanLoadReport;
use hammer_diagnostic::{format_seconds, printable};
use maud::{Markup, html};

use super::answers_section::answers_section;
use super::breakdown_tables::{groups_table, phases_table, stages_table};
use super::confidence_table::confidence_table;
use super::generator_section::generator_section;
use super::latency_table::latency_table;
use super::verdict_section::{measurement_text, shape};
use crate::backquoted::backquoted;
use crate::load_charts::{
    ChartDetail, ChartedLoad, curve_chart, heat_chart, percentiles_chart, rate_chart,
};

/// Shows the load with this index, with charts if there is room for their `detail`. A load of a plan
/// has a heading.
pub(crate) fn load_section(
    load: &PlanLoadReport,
    index: usize,
    detail: Option<ChartDetail>,
    is_plan: bool,
) -> Markup {
    let report = &load.report;
    let charted = detail.map(|detail| ChartedLoad::new(report, index, detail));
    html! {
        section class="load" id={ "load-" (index + 1) } {
            @if is_plan {
                h2 { "Load " (printable(&load.name)) }
                p class="subject" {
                    (printable(&report.hammer)) " " (printable(&report.target)) ", " (printable(&shape(report)))
                    @if load.offset_s > 0.0 { ", starting after " (format_seconds(load.offset_s)) }
                }
                @if !report.verdict.reasons.is_empty() {
                    p { "Measurement: " (measurement_text(report.verdict.status)) }
                    ul { @for reason in &report.verdict.reasons { li { (backquoted(reason)) } } }
                }
            } @else {
                h2 { "Measurements" }
            }
            (latency_table(report))
            (confidence_table(&report.response_us))
            @if let Some(charted) = &charted {
                (charts(charted))
            } @else {
                p class="note" { "Only the loads before this one have charts." }
            }
            (answers_section(report))
            (phases_table(report))
            (stages_table(report))
            (groups_table(report))
        }
        (generator_section(report, charted.as_ref(), is_plan.then_some(load.name.as_str())))
    }
}

fn charts(load: &ChartedLoad) -> Markup {
    html! {
        div class="charts" {
            (rate_chart(load))
            @if let Some(percentiles) = percentiles_chart(load) { (percentiles) }
            @if let Some(heat) = heat_chart(load) { (heat) }
            @if let Some(curve) = curve_chart(load) { (curve) }
        }
    }
}
