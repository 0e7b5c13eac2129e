//! Forecast of a playback, from a survey of its timeline.

use std::collections::BTreeMap;
use std::time::Duration;

use super::host::EndpointRowCounter;
use super::pass::{RowAction, TimelinePass};
use super::playback_limits::PlaybackLimits;
use super::{NameCounts, PassLimit, PlaybackRow, PlaybackTimeSeries, TimelinePlayer};
use crate::timeline::{TimelineHeader, TimelineTrailer};
use crate::{Error, ErrorKind};

/// Maximum duration of a playback, 500 years, which clocks and their arithmetic can handle.
const MAX_DURATION: Duration = Duration::from_secs(500 * 365 * 24 * 3600);

/// The hits that a playback will send, counted in advance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlaybackForecast {
    /// The header of the timeline.
    pub header: TimelineHeader,
    /// The trailer of the timeline.
    pub trailer: TimelineTrailer,
    /// Hits in the first pass, within the limits. The following counts are also of the first pass unless
    /// noted.
    pub hits: u64,
    /// Number of planned hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Counts of all passes.
    pub all_passes: PlaybackHitCounts,
    /// Hits by due time.
    pub time_series: PlaybackTimeSeries,
    /// Maximum number of hits in a second.
    pub peak_per_second: u64,
    /// Maximum number of hits in a tenth of a second.
    pub peak_per_tenth: u64,
    /// Hits by method.
    pub methods: NameCounts,
    /// Hits by logged status.
    pub statuses: NameCounts,
    /// Hits by method and route: see [`PlaybackRow::write_name`].
    pub names: NameCounts,
    /// Rows of the whole timeline that name a host.
    pub rows_with_host: u64,
    /// Rows of the whole timeline for the endpoint's host, with any port.
    pub rows_for_endpoint: u64,
    /// Rows of the whole timeline with a client.
    pub rows_with_client: u64,
    /// Mean number of hits in flight if all take their logged duration.
    pub in_flight: f64,
    /// Maximum of that mean over all seconds.
    pub peak_in_flight: f64,
    period_us: u64,
    duration: Duration,
}

/// Counts of hits that are sent or skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlaybackHitCounts {
    /// Number of hits that are sent.
    pub hits: u64,
    /// Number of planned hits that are not sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// The count of the current slice of time, and the maximum so far.
#[derive(Default)]
struct PeakCounter {
    slice: u128,
    current: u64,
    max: u64,
}

/// The last rows of a pass.
#[derive(Default)]
struct TimelinePassEnd {
    /// Time of the last row that matched the filter, in µs after the start.
    at_us: u64,
    /// Due time of the last row that is sent.
    due: Duration,
    /// Number of hits without the limits.
    hits: u64,
    /// True if a limit ends the pass.
    limited: bool,
    /// True if a row is due after the maximum duration.
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

impl PlaybackHitCounts {
    fn add(&mut self, sent: Result<(), &'static str>, copies: u64, remaining: u64) -> u64 {
        match sent {
            Ok(()) => {
                self.hits += copies.min(remaining);
                copies.min(remaining)
            }
            Err(reason) => {
                *self.skipped.entry(reason).or_default() += copies;
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

    /// Returns the number of planned hits: sent and skipped.
    #[must_use]
    pub fn planned(&self) -> u64 {
        let skipped = self.skipped.values();
        skipped.fold(self.hits, |sum, n| sum.saturating_add(*n))
    }
}

impl PlaybackForecast {
    pub(super) fn scan(
        player: &TimelinePlayer,
        mut make: impl FnMut(&PlaybackRow<'_>) -> Result<(), &'static str>,
    ) -> Result<Self, Error> {
        let mut pass = player.open_pass(0)?;
        let mut forecast = Self::new(pass.header().clone());
        let (limits, copies) = (
            PlaybackLimits::from_player(player),
            u64::from(player.amplify),
        );
        let mut endpoint_counter = EndpointRowCounter::new(player.endpoint.clone());
        let (mut second, mut tenth, mut in_flight) = (
            PeakCounter::default(),
            PeakCounter::default(),
            PeakCounter::default(),
        );
        let (mut duration_us, mut name) = (0_u128, String::new());
        let (mut counts, mut last, mut more) = (
            PlaybackHitCounts::default(),
            TimelinePassEnd::default(),
            true,
        );
        while more {
            more = pass.next_row(player, |row, action| {
                endpoint_counter.count_row(row);
                forecast.rows_with_client += u64::from(row.client.is_some());
                let (at_us, sent) = match &action {
                    RowAction::Send(at_us, planned) => (*at_us, make(planned)),
                    RowAction::Skip(at_us, reason) => (*at_us, Err(*reason)),
                    RowAction::FilterOut => return,
                };
                let due = player.speed.due_after(at_us.into());
                last.at_us = at_us;
                last.hits += if sent.is_ok() { copies } else { 0 };
                last.too_late |= due > MAX_DURATION;
                let remaining = limits.remaining_hits(due, counts.hits);
                last.limited |= remaining == 0;
                if remaining == 0 {
                    return;
                }
                let hits = counts.add(sent, copies, remaining);
                let skipped = if hits == 0 { copies } else { 0 };
                forecast.time_series.count(due.as_secs(), hits, skipped);
                if let RowAction::Send(_, planned) = action
                    && hits > 0
                {
                    let took_us = planned.row.duration_us.unwrap_or(0).saturating_mul(hits);
                    last.due = due;
                    second.count(due.as_secs().into(), hits);
                    tenth.count(due.as_millis() / 100, hits);
                    in_flight.count(due.as_secs().into(), took_us);
                    duration_us += u128::from(took_us);
                    forecast.count(&planned, hits, &mut name);
                }
            })?;
            if last.too_late {
                let problem = "it would be due more than 500 years after the start";
                return Err(pass.row_error(problem));
            }
        }
        (forecast.peak_per_second, forecast.peak_per_tenth) = (second.max, tenth.max);
        forecast.peak_in_flight = in_flight.max as f64 / 1e6;
        (forecast.rows_with_host, forecast.rows_for_endpoint) = (
            endpoint_counter.rows_with_host,
            endpoint_counter.endpoint_rows,
        );
        forecast.trailer = pass.trailer().cloned().unwrap_or_default();
        forecast.period_us = period_us(player, &pass, &last, copies);
        (forecast.hits, forecast.skipped) = (counts.hits, counts.skipped.clone());
        forecast.all_passes = if last.limited || limits.max_passes == 1 {
            counts
        } else {
            forecast.count_all_passes(player, counts, &mut last, make)?
        };
        forecast.duration = forecast.planned_duration(player, &last)?;
        let played = player
            .speed
            .due_after(forecast.period_us.into())
            .min(forecast.duration);
        forecast.in_flight = duration_us as f64 / 1e6 / played.as_secs_f64();
        // The mean is higher than the peak if a pass is shorter than a second.
        forecast.peak_in_flight = forecast.peak_in_flight.max(forecast.in_flight);
        Ok(forecast)
    }

    fn new(header: TimelineHeader) -> Self {
        Self {
            header,
            trailer: TimelineTrailer::default(),
            hits: 0,
            skipped: BTreeMap::new(),
            all_passes: PlaybackHitCounts::default(),
            time_series: PlaybackTimeSeries::default(),
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

    fn count(&mut self, planned: &PlaybackRow<'_>, hits: u64, name: &mut String) {
        let row = &planned.row;
        self.methods.count(row.method, hits);
        match row.status {
            Some(status) => self
                .statuses
                .count(itoa::Buffer::new().format(status), hits),
            None => self.statuses.count("none", hits),
        }
        planned.write_name(name);
        self.names.count(name, hits);
    }

    /// Counts all passes from the counts of the first one. If the last pass is incomplete, its rows are
    /// read up to the limit.
    fn count_all_passes(
        &self,
        player: &TimelinePlayer,
        first: PlaybackHitCounts,
        last: &mut TimelinePassEnd,
        mut make: impl FnMut(&PlaybackRow<'_>) -> Result<(), &'static str>,
    ) -> Result<PlaybackHitCounts, Error> {
        let limits = PlaybackLimits::from_player(player);
        if first.hits == 0 {
            return Ok(first);
        }
        let start = |pass: u64| u128::from(pass) * u128::from(self.period_us);
        let due = |pass, at_us: u64| player.speed.due_after(start(pass) + u128::from(at_us));
        let complete = limits.complete_passes(first.hits, |pass| due(pass, last.at_us));
        let mut all = first.repeated(complete);
        last.due = due(complete.saturating_sub(1), last.at_us);
        if complete >= limits.max_passes || limits.remaining_hits(due(complete, 0), all.hits) == 0 {
            return Ok(all);
        }
        let (mut pass, copies) = (player.open_pass(complete)?, u64::from(player.amplify));
        let mut more = true;
        while more {
            let mut ended = false;
            let rest = pass.next_row(player, |_, action| {
                let (at_us, sent) = match &action {
                    RowAction::Send(at_us, planned) => (*at_us, make(planned)),
                    RowAction::Skip(at_us, reason) => (*at_us, Err(*reason)),
                    RowAction::FilterOut => return,
                };
                let due = due(complete, at_us);
                let remaining = limits.remaining_hits(due, all.hits);
                ended = remaining == 0;
                if !ended && all.add(sent, copies, remaining) > 0 {
                    last.due = due;
                }
            })?;
            more = rest && !ended;
        }
        Ok(all)
    }

    fn planned_duration(
        &self,
        player: &TimelinePlayer,
        last: &TimelinePassEnd,
    ) -> Result<Duration, Error> {
        let limits = PlaybackLimits::from_player(player);
        let duration = match player.passes {
            PassLimit::Times(times) => {
                let us = u128::from(self.period_us) * u128::from(times);
                player.speed.due_after(us).min(limits.max_duration)
            }
            PassLimit::For(_) => limits.max_duration,
        };
        if duration > MAX_DURATION {
            let message = "play the timeline: it would take more than 500 years";
            return Err(Error::new(ErrorKind::Row, message));
        }
        if self.all_passes.hits < limits.max_hits {
            return Ok(duration);
        }
        // As in `period_us`, a mean gap follows the last hit.
        let gaps = u32::try_from(self.all_passes.hits - 1)
            .unwrap_or(u32::MAX)
            .max(1);
        let length = last.due + (last.due / gaps).max(Duration::from_micros(1));
        Ok(length.min(duration))
    }

    /// Returns the period of the passes, in µs of the timeline.
    #[must_use]
    pub fn period_us(&self) -> u64 {
        self.period_us
    }

    /// Returns the duration of the playback.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Returns the peak rate in hits per second. It is at least the mean rate, since several short passes
    /// can fall in one second.
    #[must_use]
    pub fn peak_rate(&self) -> f64 {
        // Rows at one instant have no rate, only a number within their second.
        let span = match self.duration {
            instant if instant <= Duration::from_micros(1) => 1.0,
            duration => duration.as_secs_f64(),
        };
        let mean = self.all_passes.hits as f64 / span;
        mean.max(self.peak_per_second as f64)
    }

    /// Returns the duration of one pass, or of the first one up to the limits.
    #[must_use]
    pub fn pass_duration(&self, player: &TimelinePlayer) -> Duration {
        player
            .speed
            .due_after(self.period_us.into())
            .min(self.duration)
    }

    /// Returns the number of rows of the whole timeline.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.trailer.rows
    }
}

fn period_us(
    player: &TimelinePlayer,
    pass: &TimelinePass,
    last: &TimelinePassEnd,
    copies: u64,
) -> u64 {
    let period_us = match (player.from_us, player.to_us) {
        (Some(from), Some(to)) => to.saturating_sub(from).saturating_sub(pass.idle_us()),
        // A mean gap follows the last hit, so that the rate stays the same across passes.
        _ => {
            let gaps = (last.hits / copies).saturating_sub(1).max(1);
            last.at_us.saturating_add(last.at_us / gaps)
        }
    };
    period_us.max(last.at_us.saturating_add(1))
}
