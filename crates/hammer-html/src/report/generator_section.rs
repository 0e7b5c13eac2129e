//! The generator: threads, limits and what it had to wait for.

use hammer_core::{GeneratorReport, OpenOrClosedLoop, Report, ThreadUsage};
use hammer_diagnostic::{
    format_bytes, format_count, format_counted, format_percent, format_seconds, printable,
};
use maud::{Markup, html};

use crate::chart::bar;
use crate::duration_text::format_us;
use crate::load_charts::{ChartedLoad, lateness_chart};
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Shows the generator of a load, which is named in a plan.
pub(crate) fn generator_section(
    report: &Report,
    charted: Option<&ChartedLoad>,
    load: Option<&str>,
) -> Markup {
    let generator = &report.generator;
    html! {
        section class="generator" {
            h2 { "Generator" @if let Some(load) = load { " of " (printable(load)) } }
            p { (finding(report)) }
            @if let Some(chart) = charted.and_then(lateness_chart) { div class="charts" { (chart) } }
            dl class="facts" {
                @for (name, value) in facts(generator) { div { dt { (name) } dd { (value) } } }
            }
            @if !generator.workers.is_empty() { (threads_table(generator)) }
            (counts_table(report))
        }
    }
}

fn finding(report: &Report) -> String {
    let late = match report.generator.schedule_late_us.measured() {
        _ if report.loop_kind == OpenOrClosedLoop::Closed => {
            "In a closed loop, no hit has a due time, so none is late.".to_owned()
        }
        Some(late) => format!(
            "The generator itself handled hits {} after they were due (median), and {} at the p99.",
            format_us(late.p50),
            format_us(late.p99)
        ),
        None => "The generator handled no hit by a schedule.".to_owned(),
    };
    let busy = report.generator.workers.iter().filter_map(|it| it.busy);
    match busy.max_by(f64::total_cmp) {
        Some(_) if report.generator.spin => {
            format!("{late} Its threads polled, so they were always busy.")
        }
        Some(busiest) => format!(
            "{late} Its busiest thread was busy for {} of the time.",
            percent(busiest)
        ),
        None => late,
    }
}

fn facts(generator: &GeneratorReport) -> Vec<(String, String)> {
    let count = |number: u64| format_count(number);
    let slots = if generator.is_user_pool {
        "users"
    } else {
        "limit of hits in flight"
    };
    let mut facts = vec![
        ("threads".to_owned(), count(generator.threads as u64)),
        (slots.to_owned(), count(generator.max_in_flight as u64)),
        (
            "hits in flight at peak".to_owned(),
            count(generator.peak_in_flight),
        ),
        ("backlog at peak".to_owned(), count(generator.peak_backlog)),
        ("slots opened".to_owned(), count(generator.slots_opened)),
        (
            "sessions opened".to_owned(),
            count(generator.sessions_opened),
        ),
        (
            "hits that waited for a slot".to_owned(),
            count(generator.waited_at_limit),
        ),
        ("processor time".to_owned(), format_seconds(generator.cpu_s)),
        (
            "memory at peak".to_owned(),
            format_bytes(generator.peak_rss_bytes),
        ),
    ];
    for (setting, hits) in &generator.waited_for {
        facts.push((
            format!("hits that waited for {}", printable(setting)),
            count(*hits),
        ));
    }
    for (cause, hits) in &generator.unsent {
        let cause = cause.replace('_', " ");
        facts.push((format!("unsent: {}", printable(&cause)), count(*hits)));
    }
    if generator.log_dropped > 0 {
        facts.push((
            "hits missing from the log".to_owned(),
            count(generator.log_dropped),
        ));
    }
    if generator.unresponsive > 0 {
        facts.push((
            "threads that did not end".to_owned(),
            count(generator.unresponsive as u64),
        ));
    }
    let host = &generator.host;
    if let Some(stolen) = host.stolen {
        facts.push((
            "processor time given to other machines".to_owned(),
            percent(stolen),
        ));
    }
    if let Some(throttled) = host.throttled {
        facts.push((
            "periods throttled by the control group".to_owned(),
            percent(throttled),
        ));
    }
    if let Some(memory) = host.memory_bytes {
        facts.push(("memory available".to_owned(), format_bytes(memory)));
    }
    facts
}

fn percent(share: f64) -> String {
    let share = (share * 1000.0).round() / 10.0;
    format!("{} %", format_percent(share))
}

fn threads_table(generator: &GeneratorReport) -> Markup {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
    let row = |index: usize, usage: &ThreadUsage| {
        html! {
            tr {
                th scope="row" data-v=(index) { (index) }
                td data-v=[usage.busy] { (bar(usage.busy.unwrap_or(0.0), 0.0)) " " (share(usage.busy)) }
                td data-v=[usage.saturated] { (share(usage.saturated)) }
                td data-v=[usage.no_core] { (share(usage.no_core)) }
                td data-v=(usage.blocked_max_us) { (format_us(usage.blocked_max_us)) }
            }
        }
    };
    html! {
        h3 { "Threads" }
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "thread" } th scope="col" { "busy" }
                        th scope="col" { "seconds too busy" } th scope="col" { "ready without a core" }
                        th scope="col" { "longest stall" }
                    }
                }
                tbody {
                    @for (index, usage) in generator.workers.iter().take(MAX_ROWS).enumerate() { (row(index, usage)) }
                }
            }
        }
        (omitted_rows(generator.workers.len()))
    }
}

/// Lists the counters and facts of the hammer.
fn counts_table(report: &Report) -> Markup {
    let facts = report.facts.iter().map(|(name, values)| {
        let values = values.iter().take(8);
        let values =
            values.map(|(value, count)| format!("{value} ({})", format_counted(*count, "time")));
        (name, values.collect::<Vec<_>>().join(", "))
    });
    let counts = report
        .counts
        .iter()
        .map(|(name, count)| (name, format_count(*count)));
    let rows: Vec<(&String, String)> = counts.chain(facts).take(MAX_ROWS).collect();
    html! {
        @if !rows.is_empty() {
            h3 { "Counts" }
            dl class="facts" {
                @for (name, value) in rows {
                    div { dt { (printable(&name.replace('_', " "))) } dd { (printable(&value)) } }
                }
            }
        }
    }
}
