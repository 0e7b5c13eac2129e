//! A note about a load whose number of hits or concurrency is set, and whose rate is not.

use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};

use crate::args::LoadArgs;
use crate::text::format_rate;
use crate::text::number::{format_count, format_seconds};

/// The longest load of a given number of hits that needs no explanation.
const SHORT_LOAD: Duration = Duration::from_secs(60);

/// The limit if the concurrency is given, too.
const SHORT_LOOP: Duration = Duration::from_secs(10);

/// Explains a load at the default rate that is probably meant to be a closed loop, as in tools where
/// concurrency sets the pace: `-n 1000 -c 50` takes 1,000 s at 1/s.
pub(super) fn note(matches: &ArgMatches) -> Option<String> {
    let ids = ["rate", "hits", "max_in_flight", "users"];
    if !ids.iter().all(|id| matches.try_contains_id(id).is_ok()) {
        return None;
    }
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let is_once = matches
        .try_get_one::<bool>("once")
        .is_ok_and(|once| once == Some(&true));
    let has_slots = given("max_in_flight") || given("users");
    if given("rate") || is_once || !(given("hits") || has_slots) {
        return None;
    }
    let load = LoadArgs::from_arg_matches(matches).ok()?;
    let length = load.schedule().duration()?;
    let short = match has_slots {
        true => SHORT_LOOP,
        false => SHORT_LOAD,
    };
    if length <= short {
        return None;
    }
    let rate = format_rate(load.shape().first_rate()?.as_f64());
    let hits = format_count(load.expected_hits()?);
    let seconds = format_seconds(length.as_secs_f64());
    let slots = load.engine().max_in_flight();
    let closed = match has_slots {
        true => format!(
            "try -r max for a closed loop of {} slots",
            format_count(slots)
        ),
        false => "try -r max -c 50 for a closed loop of 50 slots".to_owned(),
    };
    Some(format!(
        "without --rate, hits are due at {rate}: {hits} hits take {seconds} ({closed}, or a rate such as -r 100)"
    ))
}
