//! The duration of a run, and the rates that were requested and achieved in it.

use std::time::Duration;

use super::RunMeasurements;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;

impl RunMeasurements {
    pub(super) fn loop_kind(&self) -> OpenOrClosedLoop {
        if self.schedule.shape().is_closed_loop() {
            OpenOrClosedLoop::Closed
        } else {
            OpenOrClosedLoop::Open
        }
    }

    /// The time from the start to the end of the schedule, or to the stop.
    pub(super) fn duration(&self, stopped: bool) -> Duration {
        let is_open = self.loop_kind() == OpenOrClosedLoop::Open;
        let planned = self.schedule.duration();
        let end = planned.map_or(self.end.schedule_end, |planned| {
            planned.min(self.end.schedule_end)
        });
        match planned {
            _ if stopped => end,
            // The due time of the last hit is random.
            _ if is_open && self.schedule.ends_randomly(self.total.hits.scheduled) => end,
            Some(planned) if is_open => planned,
            // In a closed loop, the last hits may end before the time is up.
            Some(planned) => planned.min(self.end.elapsed),
            None => self.end.elapsed,
        }
    }

    /// The requested hits per second until `duration`.
    pub(super) fn requested_rate(&self, duration: Duration) -> Option<f64> {
        if self.schedule.is_playlist() && !duration.is_zero() {
            return Some(self.total.hits.scheduled as f64 / duration.as_secs_f64());
        }
        self.schedule.mean_rate_until(duration)
    }

    /// The requested hits per second from `start` to `end`, of the current interval; 0 after the end of
    /// the schedule, or after the stop.
    pub(super) fn requested_rate_in(
        &self,
        start: Duration,
        end: Duration,
        stopped: bool,
    ) -> Option<f64> {
        let seconds = (end - start).as_secs_f64();
        let shape = self.schedule.shape();
        if self.schedule.is_playlist() {
            return Some(self.current.hits.scheduled as f64 / seconds);
        }
        let planned = self.schedule.duration();
        let schedule_end = match planned {
            Some(planned) if !stopped => planned,
            _ => (planned.unwrap_or(Duration::MAX)).min(self.actual_end().unwrap_or(Duration::MAX)),
        };
        let hits_until = |t: Duration| shape.integral(t.min(schedule_end)).as_f64();
        (!shape.is_closed_loop()).then(|| (hits_until(end) - hits_until(start)) / seconds)
    }

    /// The time from which no worker has due hits, or `None` while one has.
    fn actual_end(&self) -> Option<Duration> {
        let ends = self.gauges.iter().map(|worker| worker.schedule_end);
        ends.reduce(|a, b| Some(a?.max(b?))).flatten()
    }

    /// The hits per second that were started, or in a closed loop answered.
    pub(super) fn achieved_rate(&self, duration: Duration) -> f64 {
        let total = &self.total;
        let hits = self.loop_kind().achieved_hits(total.started, &total.hits);
        let span = match self.loop_kind() {
            OpenOrClosedLoop::Open => duration,
            // Hits of protocols without answers count once settling has shown that they arrived.
            OpenOrClosedLoop::Closed => (duration + self.end.settle_time).min(self.end.elapsed),
        };
        let span = span.max(self.end.last_start).as_secs_f64();
        if span > 0.0 { hits as f64 / span } else { 0.0 }
    }
}
