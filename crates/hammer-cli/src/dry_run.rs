//! `--dry-run`: a description of a load or a plan, without sending anything.

use std::io::{self, Write};
use std::time::Duration;

use hammer_core::{ArrivalProcess, ResourceLimits, ResourceNeeds, Shape};

use crate::command_exit::CommandExit;
use crate::load_args::LoadArgs;
use crate::parsers::instant;
use crate::plan::{RunnablePlan, RunnablePlanLoad};
use crate::setting_names::SettingNames;
use crate::text::lines::{INDENT, SEPARATOR, WIDTH, truncate, wrap, wrap_items};
use crate::text::number::{format_count, format_decimal, format_seconds};
use crate::text::{format_rate, rate_chart};
use crate::typed_load::PreparedLoad;

/// Number of hits that are listed.
const FIRST_HITS: usize = 3;
/// Number of instants at which the rates of all loads are summed.
const PEAK_SAMPLES: u32 = 1000;

/// Prints the description of a run.
pub(crate) fn run(job: &dyn PreparedLoad) -> CommandExit {
    let text = format!(
        "{}\n{}",
        wrap("dry run", "nothing is sent", 1),
        load_text(job, None, Duration::ZERO)
    );
    print(&text)
}

/// Prints the description of a plan.
pub(crate) fn run_plan(plan: &RunnablePlan) -> CommandExit {
    let loads = &plan.loads;
    if let [RunnablePlanLoad { job, offset, .. }] = &loads[..]
        && offset.is_zero()
    {
        return run(&**job);
    }
    let summary = format!(
        "{} would run {} loads; nothing is sent",
        plan.name,
        loads.len()
    );
    let mut text = wrap("dry run", &summary, 2);
    let totals = loads.iter().map(|load| load.job.load().expected_hits());
    let total = totals.reduce(|sum, more| Some(sum?.saturating_add(more?)));
    let exact = loads
        .iter()
        .all(|load| load.job.load().schedule().hit_count().is_some());
    let hits = hit_count_text(total.flatten(), exact, "targets allow");
    let end = plan_end(loads).map_or(String::new(), |end| {
        let loads: Vec<_> = loads
            .iter()
            .map(|load| (load.offset, load.job.load()))
            .collect();
        let peak = format_rate(peak_rate(&loads, end));
        format!(
            " in {}   {peak} at the peak",
            format_seconds(end.as_secs_f64())
        )
    });
    text.push_str(&wrap_items("total", &format!("{hits}{end}"), 2));
    text.push_str(&needs_text(plan.needs(), SettingNames::PlanKeys));
    for RunnablePlanLoad { name, offset, job } in loads {
        text.push('\n');
        text.push_str(&load_text(&**job, Some(name), *offset));
    }
    print(&text)
}

fn print(text: &str) -> CommandExit {
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(text.as_bytes());
    CommandExit::OK
}

/// Describes a load: totals, a chart of the rate, and the first hits.
///
/// A load without a name also gets its needs; those of a plan's loads are reported together.
fn load_text(job: &dyn PreparedLoad, name: Option<&str>, offset: Duration) -> String {
    let args = job.load();
    let (schedule, shape) = (args.schedule(), args.shape());
    let (total, length) = (schedule.hit_count(), schedule.duration());
    let mut text = format!(
        "{:<INDENT$}{}\n",
        name.unwrap_or("each hit"),
        truncate(job.describe_hit(), WIDTH - INDENT)
    );
    if !offset.is_zero() {
        let offset = format!(
            "{} s after the start of the plan",
            format_decimal(offset.as_secs_f64())
        );
        text.push_str(&wrap("starts", &offset, 1));
    }
    let expected = args.expected_hits();
    let hits = hit_count_text(expected, total.is_some(), "target allows");
    let duration = length.map_or(String::new(), |length| {
        format!(" in {}", format_seconds(length.as_secs_f64()))
    });
    // The mean of the rate, not of the hits: a slow rate has its first hit at once.
    let average = schedule.mean_rate().filter(|_| length.is_some());
    let average = average.map_or(String::new(), |average| {
        format!("   {} on average", format_rate(average))
    });
    let peak = match shape.peak() {
        Some(peak) => {
            // The peak may be in a part that -z cuts off.
            let cut = length.filter(|length| shape.duration() > Some(*length));
            let peak = cut.map_or(peak, |length| {
                self::peak_rate(&[(Duration::ZERO, args)], length)
            });
            format!("   {} at the peak", format_rate(peak))
        }
        None => format!(
            "   a closed loop of {} slots",
            format_count(args.max_in_flight())
        ),
    };
    let seed = format!("   seed {}", args.seed());
    text.push_str(&wrap_items(
        "total",
        &format!("{hits}{duration}{average}{peak}{seed}"),
        2,
    ));
    if let Some(settings) = special_settings(args) {
        text.push_str(&wrap_items("settings", &settings, 3));
    }
    if let Some(length) = length {
        text.push_str(&rate_chart::rate_chart(shape, length));
    }
    let mut first = vec![];
    for (number, due) in schedule
        .with_seed(args.seed())
        .offsets()
        .take(FIRST_HITS)
        .enumerate()
    {
        first.push(format!(
            "{:.3} s   hit {number}   {}",
            due.as_secs_f64(),
            job.describe_hit()
        ));
    }
    if first.is_empty() {
        first.push(format!(
            "as soon as a slot is free   {}",
            job.describe_hit()
        ));
    }
    for (index, line) in first.iter().enumerate() {
        let name = if index == 0 { "first hits" } else { "" };
        text.push_str(&format!(
            "{name:<INDENT$}{}\n",
            truncate(line, WIDTH - INDENT)
        ));
    }
    if name.is_none() {
        text.push_str(&needs_text(job.needs(None), job.setting_names()));
    }
    text
}

/// The number of hits, or what determines it.
fn hit_count_text(expected: Option<u64>, exact: bool, decided_by: &str) -> String {
    match expected {
        None => format!("as many hits as the {decided_by}"),
        Some(hits) => {
            let about = if exact { "" } else { "about " };
            let s = if hits == 1 { "" } else { "s" };
            format!("{about}{} hit{s}", format_count(hits))
        }
    }
}

/// Settings of a load that differ from the defaults.
fn special_settings(args: &LoadArgs) -> Option<String> {
    let arrivals = Some(args.arrivals()).filter(|arrivals| *arrivals != ArrivalProcess::Even);
    let arrivals = arrivals.map(|arrivals| format!("{arrivals} arrivals"));
    let warmup = args.warmup().map(|length| {
        let first = args.shape().first_rate();
        let first = first.map_or("max".into(), |first| format_rate(first.as_f64()));
        let seconds = format_decimal(length.as_secs_f64());
        format!("{seconds} s of warm-up at {first}, not reported")
    });
    let late = args.skip_late().map(|limit| {
        let ms = format_decimal(limit.as_secs_f64() * 1e3);
        format!("unsent if more than {ms} ms late")
    });
    let start = args
        .start_at()
        .map(|start| format!("starts at {}", instant::format_utc(start)));
    let max_hits = args.max_hits().map(|limit| {
        let limit = format_count(limit);
        format!("at most {limit} hits, then values used once, such as rows, run out")
    });
    let all: Vec<_> = [arrivals, warmup, late, start, max_hits]
        .into_iter()
        .flatten()
        .collect();
    (!all.is_empty()).then(|| all.join(SEPARATOR))
}

fn needs_text(needs: ResourceNeeds, names: SettingNames) -> String {
    let text = format!(
        "up to {} files and {} ports if every hit takes as long as the timeout",
        format_count(needs.files),
        format_count(needs.ports)
    );
    let short = needs.shortages(ResourceLimits::read());
    let short = short
        .iter()
        .map(|short| wrap("warning", &names.reword(&short.to_string()), 2));
    short.fold(wrap("needs", &text, 1), |text, short| text + &short)
}

fn plan_end(loads: &[RunnablePlanLoad]) -> Option<Duration> {
    let end = |load: &RunnablePlanLoad| Some(load.offset + load.job.load().schedule().duration()?);
    let ends: Option<Vec<Duration>> = loads.iter().map(end).collect();
    ends?.into_iter().max()
}

/// The highest total rate of all loads, each with its offset.
///
/// The rate is sampled at both ends of every stage, and at regular instants between them.
fn peak_rate(loads: &[(Duration, &LoadArgs)], end: Duration) -> f64 {
    let nano = Duration::from_nanos(1);
    let parts: Vec<_> = loads
        .iter()
        .map(|(offset, load)| (*offset, load.shape(), load.schedule().duration()))
        .collect();
    let at = |t: Duration| -> f64 {
        let rate = |(offset, shape, length): &(Duration, &Shape, Option<Duration>)| {
            let t = t.checked_sub(*offset)?;
            let ended = length.is_some_and(|length| t >= length);
            shape.rate_at(t).filter(|_| !ended)
        };
        parts.iter().filter_map(rate).sum()
    };
    let bounds = parts.iter().flat_map(|(offset, shape, _)| {
        let starts = shape.stages().iter().map(|stage| *offset + stage.start());
        starts.flat_map(|start| [start, start.saturating_sub(nano)])
    });
    (0..=PEAK_SAMPLES)
        .map(|sample| end.mul_f64(f64::from(sample) / f64::from(PEAK_SAMPLES)))
        .chain(bounds)
        .chain([end.saturating_sub(nano)])
        .map(at)
        .fold(0.0, f64::max)
}
