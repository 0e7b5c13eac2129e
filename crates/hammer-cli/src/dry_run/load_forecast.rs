//! Description of a load that is not sent.

use std::time::Duration;

use hammer_core::{ArrivalProcess, Description, ProxyReport};

use super::peak_rate::peak_rate;
use crate::args::{EngineArgs, LoadArgs};
use crate::parsers::instant;
use crate::text::lines::{INDENT, SEPARATOR, WIDTH, truncate, wrap, wrap_items};
use crate::text::number::{
    format_count, format_counted, format_decimal, format_seconds, short_span,
};
use crate::text::proxies::proxy_lines;
use crate::text::{format_rate, rate_chart};

/// Number of hits that are listed.
pub(crate) const FIRST_HITS: u64 = 3;

/// Description of a load for a dry run.
pub(crate) struct LoadForecast {
    /// The name of the first line, if the load has no name.
    pub(crate) subject: &'static str,
    /// The text of the first line.
    pub(crate) description: String,
    /// The number of hits that will be due, or its expected value; `None` if the target decides.
    pub(crate) expected_hits: Option<u64>,
    /// True if exactly this number of hits will be due.
    pub(crate) exact: bool,
    /// Duration and rates.
    pub(crate) totals: Vec<String>,
    /// Settings that differ from the defaults.
    pub(crate) settings: Vec<String>,
    /// The proxies that hits go through.
    pub(crate) proxies: Vec<ProxyReport>,
    /// Further lines, such as a chart of the rate.
    pub(crate) details: String,
}

impl LoadForecast {
    /// Describes a load that repeats a hit; `first` describes the first hits with their values, if they
    /// are known.
    pub(crate) fn of_hits(
        args: &LoadArgs,
        hit: &str,
        first: &[String],
        description: Description,
    ) -> Self {
        let (schedule, shape) = (args.schedule(), args.shape());
        let length = schedule.duration();
        let expected_hits = args.expected_hits();
        let mut totals = vec![];
        // The mean of the rate, not of the hits: a slow rate has its first hit at once.
        if let Some(average) = schedule.mean_rate().filter(|_| length.is_some()) {
            totals.push(format!("{} on average", format_rate(average)));
        }
        totals.push(match shape.peak() {
            Some(peak) => {
                // The peak may be in a part that -z cuts off.
                let cut = length.filter(|length| shape.duration() > Some(*length));
                let peak = cut.map_or(peak, |length| {
                    peak_rate(&[(Duration::ZERO, schedule.clone())], length)
                });
                format!("{} at the peak", format_rate(peak))
            }
            None => {
                let slots = format_count(args.engine().max_in_flight());
                format!("a closed loop of {slots} slots")
            }
        });
        totals.push(format!("seed {}", args.engine().seed()));
        let chart = length.map_or(String::new(), |length| {
            rate_chart::rate_chart(shape, length)
        });
        Self {
            subject: "each hit",
            description: truncate(hit, WIDTH - INDENT),
            expected_hits,
            exact: schedule.hit_count().is_some(),
            totals,
            settings: [load_settings(args), engine_settings(args.engine())].concat(),
            proxies: proxy_reports(description),
            details: chart + &first_hits(args, hit, first),
        }
    }

    /// Renders the description of a load of this name that starts at `offset`.
    pub(super) fn render(&self, name: &str, offset: Duration, length: Option<Duration>) -> String {
        let name = if name.is_empty() { self.subject } else { name };
        let mut text = wrap(name, &self.description, 2);
        if !offset.is_zero() {
            let seconds = format_decimal(offset.as_secs_f64());
            let start = format!("{seconds} s after the start of the plan");
            text.push_str(&wrap("starts", &start, 1));
        }
        text.push_str(&proxy_lines(&self.proxies, 0));
        let hits = hits_in(self.expected_hits, self.exact, length, "target allows");
        let totals = [&[hits], &self.totals[..]].concat().join(SEPARATOR);
        text.push_str(&wrap_items("total", &totals, 2));
        if !self.settings.is_empty() {
            text.push_str(&wrap_items("settings", &self.settings.join(SEPARATOR), 3));
        }
        text + &self.details
    }
}

/// The proxies of a hammer.
pub(crate) fn proxy_reports(description: Description) -> Vec<ProxyReport> {
    let proxies = description.proxies.into_iter();
    proxies.map(ProxyReport::from).collect()
}

/// Settings of every load that differ from the defaults.
pub(crate) fn engine_settings(args: &EngineArgs) -> Vec<String> {
    let users = args.users().map(|users| {
        let s = if users == 1 { "" } else { "s" };
        format!("{} user{s} in turn", format_count(users))
    });
    let late = args.skip_late().map(|limit| {
        let ms = format_decimal(limit.as_secs_f64() * 1e3);
        format!("unsent if more than {ms} ms late")
    });
    let start = args.start_at();
    let start = start.map(|start| format!("starts at {}", instant::format_utc(start)));
    let spin = args
        .spin()
        .then(|| "threads poll instead of sleeping".to_owned());
    [users, late, start, spin].into_iter().flatten().collect()
}

/// The number of hits, or what determines it, and the time that they take if it is known.
pub(super) fn hits_in(
    expected: Option<u64>,
    exact: bool,
    length: Option<Duration>,
    decided_by: &str,
) -> String {
    let hits = match expected {
        None => format!("as many hits as the {decided_by}"),
        Some(hits) => {
            let about = if exact { "" } else { "about " };
            format!("{about}{}", format_counted(hits, "hit"))
        }
    };
    match length {
        Some(length) => {
            let seconds = length.as_secs_f64();
            let span = short_span(seconds);
            let span = span.unwrap_or_else(|| format!("in {}", format_seconds(seconds)));
            format!("{hits} {span}")
        }
        None => hits,
    }
}

/// Settings of a load with a rate that differ from the defaults.
fn load_settings(args: &LoadArgs) -> Vec<String> {
    let arrivals = Some(args.arrivals()).filter(|arrivals| *arrivals != ArrivalProcess::Even);
    let arrivals = arrivals.map(|arrivals| format!("{arrivals} arrivals"));
    let warmup = args.warmup().map(|length| {
        let first = args.shape().first_rate();
        let first = first.map_or("max".into(), |first| format_rate(first.as_f64()));
        let seconds = format_decimal(length.as_secs_f64());
        format!("{seconds} s of warm-up at {first}, not reported")
    });
    let max_hits = args.max_hits().map(|limit| {
        let limit = format_count(limit);
        format!("at most {limit} hits, then values used once, such as rows, run out")
    });
    [arrivals, warmup, max_hits].into_iter().flatten().collect()
}

/// The first hits with their due times.
fn first_hits(args: &LoadArgs, hit: &str, described: &[String]) -> String {
    let hit = |number: usize| described.get(number).map_or(hit, String::as_str);
    let schedule = args.schedule().with_seed(args.engine().seed());
    let due = schedule.offsets().take(FIRST_HITS as usize).enumerate();
    let mut lines: Vec<String> = due
        .map(|(number, due)| {
            let (due, hit) = (due.as_secs_f64(), hit(number));
            format!("{due:.3} s   hit {number}   {hit}")
        })
        .collect();
    if lines.is_empty() {
        lines.push(format!("as soon as a slot is free   {}", hit(0)));
    }
    let line = |(index, line): (usize, &String)| {
        let name = if index == 0 { "first hits" } else { "" };
        format!("{name:<INDENT$}{}\n", truncate(line, WIDTH - INDENT))
    };
    lines.iter().enumerate().map(line).collect()
}
