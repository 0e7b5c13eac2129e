use std::collections::BTreeMap;
use std::time::Duration;

use super::host::EndpointRowCounter;
use super::pass::{RowAction, TimelinePass};
use super::playback_limits::PlaybackLimits;
use super::{NameCounts, PassLimit, PlannedRow, PlannedTimeSeries, TimelinePlayer};
use crate::timeline::{TimelineHeader, TimelineTrailer};
use crate::{Error, ErrorKind};

/// As far as clocks and their arithmetic go: some 500 years.
const MAX_DURATION: Duration = Duration::from_secs(500 * 365 * 24 * 3600);

/// What there is to send of a timeline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TimelineSurvey {
    /// What the timeline says of itself.
    pub header: TimelineHeader,
    /// What stands at its end.
    pub trailer: TimelineTrailer,
    /// Hits of the first pass, as far as that is played; so are all numbers below, unless they say more.
    pub hits: u64,
    /// Hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// The same of all passes.
    pub all_passes: PlannedCounts,
    /// Hits by the second in which they are due.
    pub time_series: PlannedTimeSeries,
    /// The most hits that are due in a second, counted from the start.
    pub peak_per_second: u64,
    /// The most that are due in a tenth of one.
    pub peak_per_tenth: u64,
    /// Hits by method.
    pub methods: NameCounts,
    /// Hits by the status that they had.
    pub statuses: NameCounts,
    /// Hits by the name of what they ask for: see [`PlannedRow::name`].
    pub names: NameCounts,
    /// Rows of the whole timeline that say which host they asked for.
    pub rows_with_host: u64,
    /// Rows of the whole timeline that asked for the host of the endpoint, whatever the port.
    pub rows_for_endpoint: u64,
    /// Rows of the whole timeline that say which client they came from.
    pub rows_with_client: u64,
    /// Hits that were in flight on average, if all took as long as was logged.
    pub in_flight: f64,
    /// The same in the second in which it is most.
    pub peak_in_flight: f64,
    period_us: u64,
    duration: Duration,
}

/// What is sent, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedCounts {
    /// Hits.
    pub hits: u64,
    /// Hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// Counts within the present slice of time, and the most that there was in one.
#[derive(Default)]
struct PeakCounter {
    slice: u128,
    current: u64,
    max: u64,
}

/// When the last row was due, as far as rows were counted.
#[derive(Default)]
struct LastPlannedRow {
    /// Of those that are wanted.
    at_us: u64,
    /// Of those that are sent.
    due: Duration,
    /// How many are sent if nothing ends it sooner.
    hits: u64,
    /// Whether something does.
    limited: bool,
    /// The row that lies too far.
    too_late: bool,
}

impl PeakCounter {
    fn count(&mut self, slice: u128, n: u64) {
        if slice != self.slice {
            (self.slice, self.current) = (slice, 0);
        }
        self.current = self.current.saturating_add(n);
        self.max = self.max.max(self.current);
    }
}

impl PlannedCounts {
    fn add(&mut self, sent: Result<(), &'static str>, copies: u64, room: u64) -> u64 {
        match sent {
            Ok(()) => {
                self.hits += copies.min(room);
                copies.min(room)
            }
            Err(why) => {
                *self.skipped.entry(why).or_default() += copies;
                0
            }
        }
    }

    fn repeated(mut self, passes: u64) -> Self {
        self.hits = self.hits.saturating_mul(passes);
        self.skipped
            .values_mut()
            .for_each(|n| *n = n.saturating_mul(passes));
        self.skipped.retain(|_, n| *n > 0);
        self
    }

    /// Hits that were planned, whether they can be sent or not.
    #[must_use]
    pub fn planned(&self) -> u64 {
        let skipped = self.skipped.values();
        skipped.fold(self.hits, |sum, n| sum.saturating_add(*n))
    }
}

impl TimelineSurvey {
    pub(super) fn scan(
        player: &TimelinePlayer,
        mut make: impl FnMut(&PlannedRow<'_>) -> Result<(), &'static str>,
    ) -> Result<Self, Error> {
        let mut pass = player.open_pass(0)?;
        let mut survey = Self::new(pass.header().clone());
        let (end, copies) = (
            PlaybackLimits::from_player(player),
            u64::from(player.amplify),
        );
        let mut guard = EndpointRowCounter::new(player.endpoint.clone());
        let (mut second, mut tenth, mut busy) = (
            PeakCounter::default(),
            PeakCounter::default(),
            PeakCounter::default(),
        );
        let (mut duration_us, mut name) = (0_u128, String::new());
        let (mut counts, mut last, mut more) =
            (PlannedCounts::default(), LastPlannedRow::default(), true);
        while more {
            more = pass.next_row(player, |row, step| {
                guard.count_row(row);
                survey.rows_with_client += u64::from(row.client.is_some());
                let (at_us, sent) = match &step {
                    RowAction::Send(at_us, cue) => (*at_us, make(cue)),
                    RowAction::Skip(at_us, why) => (*at_us, Err(*why)),
                    RowAction::FilterOut => return,
                };
                let due = player.speed.due_after(at_us.into());
                last.at_us = at_us;
                last.hits += if sent.is_ok() { copies } else { 0 };
                last.too_late |= due > MAX_DURATION;
                let room = end.remaining_hits(due, counts.hits);
                last.limited |= room == 0;
                if room == 0 {
                    return;
                }
                let hits = counts.add(sent, copies, room);
                let skipped = if hits == 0 { copies } else { 0 };
                survey.time_series.count(due.as_secs(), hits, skipped);
                if let RowAction::Send(_, cue) = step
                    && hits > 0
                {
                    let took_us = cue.row.duration_us.unwrap_or(0).saturating_mul(hits);
                    last.due = due;
                    second.count(due.as_secs().into(), hits);
                    tenth.count(due.as_millis() / 100, hits);
                    busy.count(due.as_secs().into(), took_us);
                    duration_us += u128::from(took_us);
                    survey.count(&cue, hits, &mut name);
                }
            })?;
            if last.too_late {
                let what = "it would be due more than 500 years after the start";
                return Err(pass.row_error(what));
            }
        }
        (survey.peak_per_second, survey.peak_per_tenth) = (second.max, tenth.max);
        survey.peak_in_flight = busy.max as f64 / 1e6;
        (survey.rows_with_host, survey.rows_for_endpoint) =
            (guard.rows_with_host, guard.endpoint_rows);
        survey.trailer = pass.trailer().cloned().unwrap_or_default();
        survey.period_us = period_us(player, &pass, &last, copies);
        (survey.hits, survey.skipped) = (counts.hits, counts.skipped.clone());
        survey.all_passes = if last.limited || end.max_passes == 1 {
            counts
        } else {
            survey.count_all_passes(player, counts, &mut last, make)?
        };
        survey.duration = survey.planned_duration(player, &last)?;
        let played = player
            .speed
            .due_after(survey.period_us.into())
            .min(survey.duration);
        survey.in_flight = duration_us as f64 / 1e6 / played.as_secs_f64();
        // A pass may be shorter than a second.
        survey.peak_in_flight = survey.peak_in_flight.max(survey.in_flight);
        Ok(survey)
    }

    fn new(header: TimelineHeader) -> Self {
        Self {
            header,
            trailer: TimelineTrailer::default(),
            hits: 0,
            skipped: BTreeMap::new(),
            all_passes: PlannedCounts::default(),
            time_series: PlannedTimeSeries::default(),
            peak_per_second: 0,
            peak_per_tenth: 0,
            methods: NameCounts::default(),
            statuses: NameCounts::default(),
            names: NameCounts::default(),
            rows_with_host: 0,
            rows_for_endpoint: 0,
            rows_with_client: 0,
            in_flight: 0.0,
            peak_in_flight: 0.0,
            period_us: 0,
            duration: Duration::ZERO,
        }
    }

    fn count(&mut self, cue: &PlannedRow<'_>, hits: u64, name: &mut String) {
        let row = &cue.row;
        self.methods.count(row.method, hits);
        match row.status {
            Some(status) => self
                .statuses
                .count(itoa::Buffer::new().format(status), hits),
            None => self.statuses.count("none", hits),
        }
        cue.write_name(name);
        self.names.count(name, hits);
    }

    /// What there is in all passes, each of which has what `one` has: the last one that is begun is
    /// read as far as it is played, if that is not to its end.
    fn count_all_passes(
        &self,
        player: &TimelinePlayer,
        one: PlannedCounts,
        last: &mut LastPlannedRow,
        mut make: impl FnMut(&PlannedRow<'_>) -> Result<(), &'static str>,
    ) -> Result<PlannedCounts, Error> {
        let end = PlaybackLimits::from_player(player);
        if one.hits == 0 {
            return Ok(one);
        }
        let start = |pass: u64| u128::from(pass) * u128::from(self.period_us);
        let due = |pass, at_us: u64| player.speed.due_after(start(pass) + u128::from(at_us));
        let whole = end.complete_passes(one.hits, |pass| due(pass, last.at_us));
        let mut all = one.repeated(whole);
        last.due = due(whole.saturating_sub(1), last.at_us);
        if whole >= end.max_passes || end.remaining_hits(due(whole, 0), all.hits) == 0 {
            return Ok(all);
        }
        let (mut pass, copies) = (player.open_pass(whole)?, u64::from(player.amplify));
        let mut more = true;
        while more {
            let mut over = false;
            let rest = pass.next_row(player, |_, step| {
                let (at_us, sent) = match &step {
                    RowAction::Send(at_us, cue) => (*at_us, make(cue)),
                    RowAction::Skip(at_us, why) => (*at_us, Err(*why)),
                    RowAction::FilterOut => return,
                };
                let due = due(whole, at_us);
                let room = end.remaining_hits(due, all.hits);
                over = room == 0;
                if !over && all.add(sent, copies, room) > 0 {
                    last.due = due;
                }
            })?;
            more = rest && !over;
        }
        Ok(all)
    }

    fn planned_duration(
        &self,
        player: &TimelinePlayer,
        last: &LastPlannedRow,
    ) -> Result<Duration, Error> {
        let end = PlaybackLimits::from_player(player);
        let whole = match player.passes {
            PassLimit::Times(times) => {
                let us = u128::from(self.period_us) * u128::from(times);
                player.speed.due_after(us).min(end.max_duration)
            }
            PassLimit::For(_) => end.max_duration,
        };
        if whole > MAX_DURATION {
            let what = "play it: it would take more than 500 years";
            return Err(Error::new(ErrorKind::Row, what));
        }
        if self.all_passes.hits < end.max_hits {
            return Ok(whole);
        }
        // A gap of the mean width follows the last hit here, too.
        let gaps = u32::try_from(self.all_passes.hits - 1)
            .unwrap_or(u32::MAX)
            .max(1);
        let length = last.due + (last.due / gaps).max(Duration::from_micros(1));
        Ok(length.min(whole))
    }

    /// The µs of the timeline after which the next pass begins.
    #[must_use]
    pub fn period_us(&self) -> u64 {
        self.period_us
    }

    /// How long the timeline is played.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The most hits per second that there are: passes that are shorter than a second follow one another
    /// within it.
    #[must_use]
    pub fn peak_rate(&self) -> f64 {
        let mean = self.all_passes.hits as f64 / self.duration.as_secs_f64();
        mean.max(self.peak_per_second as f64)
    }

    /// How long one pass is, or the first one as far as it is played.
    #[must_use]
    pub fn pass_duration(&self, player: &TimelinePlayer) -> Duration {
        player
            .speed
            .due_after(self.period_us.into())
            .min(self.duration)
    }

    /// Rows that there are, sent or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.trailer.rows
    }
}

fn period_us(
    player: &TimelinePlayer,
    pass: &TimelinePass,
    last: &LastPlannedRow,
    copies: u64,
) -> u64 {
    let period_us = match (player.from_us, player.to_us) {
        (Some(from), Some(to)) => to.saturating_sub(from).saturating_sub(pass.idle_us()),
        // A gap of the mean width follows the last hit, as it follows all others.
        _ => {
            let gaps = (last.hits / copies).saturating_sub(1).max(1);
            last.at_us.saturating_add(last.at_us / gaps)
        }
    };
    period_us.max(last.at_us.saturating_add(1))
}
