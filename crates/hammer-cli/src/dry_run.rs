use std::io::{self, Write};
use std::time::Duration;

use hammer_core::{Arrivals, Limits, Needs, Shape};

use crate::exit::Exit;
use crate::instant;
use crate::job::Prepared;
use crate::load::LoadArgs;
use crate::plan::{Assembly, NamedLoad};
use crate::text::lines::{INDENT, WIDTH, cut, wrapped};
use crate::text::number::{rate, whole};
use crate::text::{asked, shape};

/// Hits that are told one by one.
const FIRST: usize = 3;
/// Moments at which the rates of all loads are added up.
const MOMENTS: u32 = 1000;

/// Prints what a run would do.
pub(crate) fn run(job: &dyn Prepared) -> Exit {
    let text = format!(
        "{}\n{}",
        wrapped("dry run", "this is what would be sent; nothing is", 1),
        load(job, None, Duration::ZERO)
    );
    print(&text)
}

/// Prints what a plan would do.
pub(crate) fn plan(plan: &Assembly) -> Exit {
    let loads = &plan.loads;
    if let [NamedLoad { job, offset, .. }] = &loads[..]
        && offset.is_zero()
    {
        return run(&**job);
    }
    let what = format!(
        "{} would run {} loads; nothing is sent",
        plan.name,
        loads.len()
    );
    let mut text = wrapped("dry run", &what, 2);
    let totals = loads.iter().map(|load| load.job.load().expected());
    let total = totals.reduce(|sum, more| Some(sum?.saturating_add(more?)));
    let exact = loads
        .iter()
        .all(|load| load.job.load().schedule().total().is_some());
    let hits = hits(total.flatten(), exact, "targets take");
    let end = end(loads).map_or(String::new(), |end| {
        let loads: Vec<_> = loads
            .iter()
            .map(|load| (load.offset, load.job.load()))
            .collect();
        let peak = asked(peak(&loads, end));
        format!(" in {} s   {peak} at the peak", rate(end.as_secs_f64()))
    });
    text.push_str(&wrapped("in all", &format!("{hits}{end}"), 2));
    text.push_str(&needs(plan.needs()));
    for NamedLoad { name, offset, job } in loads {
        text.push('\n');
        text.push_str(&load(&**job, Some(name), *offset));
    }
    print(&text)
}

fn print(text: &str) -> Exit {
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Exit::OK
}

/// One load: totals, a drawing, the first hits, and what it needs unless it has a name, for then
/// that is told for all loads together.
fn load(job: &dyn Prepared, name: Option<&str>, offset: Duration) -> String {
    let args = job.load();
    let (schedule, shape) = (args.schedule(), args.shape());
    let (total, length) = (schedule.total(), schedule.length());
    let mut text = format!(
        "{:<INDENT$}{}\n",
        name.unwrap_or("each hit"),
        cut(job.what(), WIDTH - INDENT)
    );
    if !offset.is_zero() {
        let offset = format!(
            "{} s after the start of the plan",
            rate(offset.as_secs_f64())
        );
        text.push_str(&wrapped("starts", &offset, 1));
    }
    let expected = args.expected();
    let hits = hits(expected, total.is_some(), "target takes");
    let lasting = length.map_or(String::new(), |length| {
        format!(" in {} s", rate(length.as_secs_f64()))
    });
    let average = expected
        .zip(length)
        .map_or(String::new(), |(total, length)| {
            format!(
                "   {} on average",
                asked(total as f64 / length.as_secs_f64())
            )
        });
    let peak = match shape.peak() {
        Some(peak) => {
            // What -z cuts off is never reached.
            let cut = length.filter(|length| shape.length() > Some(*length));
            let peak = cut.map_or(peak, |length| self::peak(&[(Duration::ZERO, args)], length));
            format!("   {} at the peak", asked(peak))
        }
        None => format!("   a closed loop of {} slots", whole(args.max_in_flight())),
    };
    let seed = format!("   seed {}", args.seed());
    text.push_str(&wrapped(
        "total",
        &format!("{hits}{lasting}{average}{peak}{seed}"),
        2,
    ));
    if let Some(manner) = manner(args) {
        text.push_str(&wrapped("manner", &manner, 2));
    }
    if let Some(length) = length {
        text.push_str(&shape::drawing(shape, length));
    }
    let mut first = vec![];
    for (number, due) in schedule.seed(args.seed()).offsets().take(FIRST).enumerate() {
        first.push(format!(
            "{:.3} s   hit {number}   {}",
            due.as_secs_f64(),
            job.what()
        ));
    }
    if first.is_empty() {
        first.push(format!("as soon as a slot is free   {}", job.what()));
    }
    for (index, line) in first.iter().enumerate() {
        let name = if index == 0 { "first hits" } else { "" };
        text.push_str(&format!("{name:<INDENT$}{}\n", cut(line, WIDTH - INDENT)));
    }
    if name.is_none() {
        text.push_str(&needs(job.needs(None)));
    }
    text
}

/// How many hits, or who decides.
fn hits(expected: Option<u64>, exact: bool, decides: &str) -> String {
    match expected {
        None => format!("as many hits as the {decides}"),
        Some(hits) => {
            let about = if exact { "" } else { "about " };
            let s = if hits == 1 { "" } else { "s" };
            format!("{about}{} hit{s}", whole(hits))
        }
    }
}

/// What else there is to say of how a load is sent, if it is not as usual.
fn manner(args: &LoadArgs) -> Option<String> {
    let arrivals = Some(args.arrivals()).filter(|arrivals| *arrivals != Arrivals::Even);
    let arrivals = arrivals.map(|arrivals| format!("{arrivals} arrivals"));
    let warmup = args.warmup().map(|length| {
        let first = args.shape().first_rate();
        let first = first.map_or("max".into(), |first| asked(first.as_f64()));
        let seconds = rate(length.as_secs_f64());
        format!("{seconds} s of warm-up at {first} before, which counts nowhere")
    });
    let late = args.skip_late().map(|most| {
        let ms = rate(most.as_secs_f64() * 1e3);
        format!("unsent if more than {ms} ms late")
    });
    let start = args
        .start_at()
        .map(|start| format!("from {} on", instant::shown(start)));
    let spent = args.most_hits().map(|most| {
        let most = whole(most);
        format!("no more than {most} hits: what each of them uses once, such as rows, is gone then")
    });
    let all: Vec<_> = [arrivals, warmup, late, start, spent]
        .into_iter()
        .flatten()
        .collect();
    (!all.is_empty()).then(|| all.join("   "))
}

fn needs(needs: Needs) -> String {
    let text = format!(
        "up to {} files and {} ports, if every hit took as long as the timeout",
        whole(needs.files),
        whole(needs.ports)
    );
    let short = needs.beyond(Limits::read());
    let short = short
        .iter()
        .map(|short| wrapped("warning", &short.to_string(), 2));
    short.fold(wrapped("needs", &text, 1), |text, short| text + &short)
}

fn end(loads: &[NamedLoad]) -> Option<Duration> {
    let end = |load: &NamedLoad| Some(load.offset + load.job.load().schedule().length()?);
    let ends: Option<Vec<Duration>> = loads.iter().map(end).collect();
    ends?.into_iter().max()
}

/// The greatest rate of all loads together, each with its offset: where a stage begins or is about
/// to end, and at moments between.
fn peak(loads: &[(Duration, &LoadArgs)], end: Duration) -> f64 {
    let nano = Duration::from_nanos(1);
    let parts: Vec<_> = loads
        .iter()
        .map(|(offset, load)| (*offset, load.shape(), load.schedule().length()))
        .collect();
    let at = |t: Duration| -> f64 {
        let rate = |(offset, shape, length): &(Duration, &Shape, Option<Duration>)| {
            let t = t.checked_sub(*offset)?;
            let over = length.is_some_and(|length| t >= length);
            shape.rate_at(t).filter(|_| !over)
        };
        parts.iter().filter_map(rate).sum()
    };
    let borders = parts.iter().flat_map(|(offset, shape, _)| {
        let starts = shape.stages().iter().map(|stage| *offset + stage.start());
        starts.flat_map(|start| [start, start.saturating_sub(nano)])
    });
    (0..=MOMENTS)
        .map(|moment| end.mul_f64(f64::from(moment) / f64::from(MOMENTS)))
        .chain(borders)
        .chain([end.saturating_sub(nano)])
        .map(at)
        .fold(0.0, f64::max)
}
