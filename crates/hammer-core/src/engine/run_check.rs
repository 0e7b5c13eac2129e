//! Checks of a run before anything is sent.

use std::time::Duration;

use hammer_diagnostic::format_count;

use crate::engine::error::{Error, ErrorKind};
use crate::engine::run::{MAX_IN_FLIGHT, MAX_THREADS, RunConfig};
use crate::model::description::Description;
use crate::schedule::schedule::Schedule;

const EMPTY_SCHEDULE: &str = "the schedule has no hits: its duration or hit count is 0";
const NOTHING_TO_WARM_UP: &str =
    "cannot warm up with a schedule that starts at a rate of 0, or with a playlist";
const WARMUP_EXHAUSTS_HITS: &str =
    "a warm-up would use up rows that are used once (try without `warmup`)";
const SERIES_EXHAUSTS_HITS: &str = "a series of runs would use up rows that are used once";

/// Checks the settings of a run against each other.
pub(super) fn check(
    config: &RunConfig,
    schedule: &Schedule,
    hammer: &Description,
) -> Result<(), Error> {
    let is_empty = schedule.hit_count() == Some(0) || schedule.duration() == Some(Duration::ZERO);
    let warms_up = !config.warmup.is_zero();
    let no_rate = warms_up && schedule.warmup_schedule(config.warmup).is_none();
    let problem = if is_empty {
        (ErrorKind::EmptySchedule, EMPTY_SCHEDULE.to_owned())
    } else if let Some(setting) = zero_setting(config) {
        let problem = format!("expected `{setting}` to be above 0, found 0");
        (ErrorKind::InvalidSetting, problem)
    } else if let Some((setting, max, found)) = large_setting(config) {
        let (max, found) = (format_count(max as u64), format_count(found as u64));
        let problem = format!("expected `{setting}` to be at most {max}, found {found}");
        (ErrorKind::InvalidSetting, problem)
    } else if no_rate {
        (ErrorKind::NothingToWarmUp, NOTHING_TO_WARM_UP.to_owned())
    } else if warms_up && hammer.max_hits.is_some() {
        let problem = WARMUP_EXHAUSTS_HITS.to_owned();
        (ErrorKind::WarmupExhaustsHits, problem)
    } else if config.is_series && hammer.max_hits.is_some() {
        (
            ErrorKind::SeriesExhaustsHits,
            SERIES_EXHAUSTS_HITS.to_owned(),
        )
    } else {
        return Ok(());
    };
    Err(Error::new(problem.0, problem.1))
}

/// The name of a setting that is too large, with its limit and its value.
fn large_setting(config: &RunConfig) -> Option<(&'static str, usize, usize)> {
    [
        (slots_setting(config), MAX_IN_FLIGHT, config.max_in_flight),
        ("threads", MAX_THREADS, config.threads),
    ]
    .into_iter()
    .find(|(_, max, found)| found > max)
}

/// The name of a setting that is 0 and must not be.
fn zero_setting(config: &RunConfig) -> Option<&'static str> {
    [
        (slots_setting(config), config.max_in_flight == 0),
        ("threads", config.threads == 0),
        ("timeout", config.timeout.is_zero()),
    ]
    .into_iter()
    .find_map(|(setting, is_zero)| is_zero.then_some(setting))
}

/// The name of the setting that limits the slots.
fn slots_setting(config: &RunConfig) -> &'static str {
    if config.is_user_pool {
        "users"
    } else {
        "max_in_flight"
    }
}
