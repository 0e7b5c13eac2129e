//! CPU time and stalls of a worker thread.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The share of time with work above which a thread cannot start hits when they are due.
///
/// Work includes being ready to run without a core. A queue with one server that is busy for a
/// share b of the time has b / (1 − b) waiting on average: 1 at a half, 9 at nine tenths, and
/// steeply more above that.
pub(crate) const BUSY_SHARE: f64 = 0.9;

/// The CPU usage and stalls of one worker thread during a run.
///
/// A figure is `None` if the system does not report it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThreadUsage {
    /// CPU time of the thread, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<f64>,
    /// The share of the time that the thread was running. Shares of less than 100 ms are `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy: Option<f64>,
    /// The share of seconds in which the thread was too busy to start hits when they were due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturated: Option<f64>,
    /// The share of the time that the thread was ready to run but had no core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_core: Option<f64>,
    /// The number of times that the thread lost its core while it was running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preempted: Option<u64>,
    /// The longest stall of the worker's loop, in µs: the delay from the time of a planned wake-up.
    pub blocked_max_us: f64,
    /// The activity of the thread during that stall, if it was long enough to measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_while: Option<StallCause>,
}

/// The activity of a thread while its loop stalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StallCause {
    /// It was ready to run but had no core.
    NoCore,
    /// It was running: in the hammer, or with more hits than it had time for.
    Busy,
    /// It slept in a blocking call, or its process was stopped.
    Asleep,
}

/// The shortest stall whose cause is measured, so that measuring costs little.
const MIN_STALL: Duration = Duration::from_millis(50);

/// The shortest time over which a thread is judged by shares of it. Starting a run takes a few
/// milliseconds, in which a thread is either always busy or never.
const MIN_SPAN: Duration = Duration::from_millis(100);

/// The time between two readings of a thread that does not stall.
const READING_INTERVAL: Duration = Duration::from_millis(50);

/// The figures of a thread at one instant.
#[derive(Debug, Clone, Copy)]
struct ThreadReading {
    at: Instant,
    cpu: Option<Duration>,
    no_core: Option<Duration>,
    preempted: Option<u64>,
}

/// Measures the [`ThreadUsage`] of the calling thread.
#[derive(Debug)]
pub(crate) struct ThreadUsageMeter {
    spins: bool,
    first_reading: ThreadReading,
    /// The reading at the start of the current second.
    last_second: ThreadReading,
    seconds: u32,
    saturated_seconds: u32,
    longest_stall: Duration,
    stall_cause: Option<StallCause>,
    /// A recent reading, which tells the work of a stall from the work before it.
    recent: ThreadReading,
}

impl ThreadUsageMeter {
    /// Starts measuring. The busy time of a thread that `spins` has no meaning.
    pub(crate) fn start(spins: bool) -> Self {
        let first_reading = ThreadReading::take();
        Self {
            spins,
            first_reading,
            last_second: first_reading,
            seconds: 0,
            saturated_seconds: 0,
            longest_stall: Duration::ZERO,
            stall_cause: None,
            recent: first_reading,
        }
    }

    /// Records a wake-up of the loop at `now`, `late` after its planned time.
    ///
    /// Returns the share of the time since the last reading in which the thread was running, about
    /// 20 times a second, unless the thread spins.
    pub(crate) fn record_wakeup(&mut self, now: Instant, late: Duration) -> Option<f64> {
        let is_stall = late >= MIN_STALL;
        if !is_stall && now.saturating_duration_since(self.recent.at) < READING_INTERVAL {
            self.longest_stall = self.longest_stall.max(late);
            return None;
        }
        let reading = ThreadReading::take();
        if late > self.longest_stall {
            self.longest_stall = late;
            let cause = is_stall.then(|| stall_cause(late, &self.recent, &reading));
            self.stall_cause = cause.flatten();
        }
        let before = std::mem::replace(&mut self.recent, reading);
        let busy = share(difference(before.cpu, reading.cpu), reading.at - before.at);
        busy.filter(|_| !self.spins)
    }

    /// Records the end of a second.
    pub(crate) fn end_second(&mut self) {
        let now = ThreadReading::take();
        let before = std::mem::replace(&mut self.last_second, now);
        let busy = share(difference(before.cpu, now.cpu), now.at - before.at);
        if let Some(busy) = busy.filter(|_| !self.spins) {
            self.seconds += 1;
            self.saturated_seconds += u32::from(busy >= BUSY_SHARE);
        }
    }

    /// The usage until the end of the last second.
    pub(crate) fn so_far(&self) -> ThreadUsage {
        self.usage_until(&self.last_second)
    }

    pub(crate) fn finish(&self) -> ThreadUsage {
        self.usage_until(&ThreadReading::take())
    }

    fn usage_until(&self, now: &ThreadReading) -> ThreadUsage {
        let first = &self.first_reading;
        let wall = now.at - first.at;
        let cpu = difference(first.cpu, now.cpu);
        ThreadUsage {
            cpu_s: cpu.map(|cpu| cpu.as_secs_f64()),
            busy: share_of_run(cpu, wall).filter(|_| !self.spins),
            saturated: (self.seconds > 0)
                .then(|| f64::from(self.saturated_seconds) / f64::from(self.seconds)),
            no_core: share_of_run(difference(first.no_core, now.no_core), wall),
            preempted: (first.preempted.zip(now.preempted))
                .map(|(before, after)| after.saturating_sub(before)),
            blocked_max_us: self.longest_stall.as_nanos() as f64 / 1e3,
            blocked_while: self.stall_cause,
        }
    }
}

impl ThreadReading {
    fn take() -> Self {
        let file = |name: &str| std::fs::read_to_string(format!("/proc/thread-self/{name}")).ok();
        Self {
            at: Instant::now(),
            cpu: thread_cpu(),
            no_core: file("schedstat").and_then(|text| no_core(&text)),
            preempted: file("status").and_then(|text| preempted(&text)),
        }
    }
}

/// Finds the activity that took most of a stall of `late`, from the readings around it.
fn stall_cause(late: Duration, before: &ThreadReading, now: &ThreadReading) -> Option<StallCause> {
    let most = |part: Duration| part * 2 >= late;
    let (no_core, cpu) = (
        difference(before.no_core, now.no_core),
        difference(before.cpu, now.cpu),
    );
    if no_core.is_some_and(most) {
        Some(StallCause::NoCore)
    } else if cpu.is_some_and(most) {
        Some(StallCause::Busy)
    } else {
        no_core.and(cpu).map(|_| StallCause::Asleep)
    }
}

fn difference(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    Some(after?.saturating_sub(before?))
}

fn share(part: Option<Duration>, whole: Duration) -> Option<f64> {
    part.filter(|_| !whole.is_zero())
        .map(|part| part.as_secs_f64() / whole.as_secs_f64())
}

/// The share of the time that a thread ran, unless it is too short to mean anything. The clocks of
/// the system are read a little later than the time itself.
fn share_of_run(part: Option<Duration>, whole: Duration) -> Option<f64> {
    let share = share(part, whole).map(|share| share.min(1.0));
    share.filter(|_| whole >= MIN_SPAN)
}

/// CPU time of the calling thread.
fn thread_cpu() -> Option<Duration> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::time::{ClockId, clock_gettime};
        let used = clock_gettime(ClockId::ThreadCPUTime);
        Some(Duration::new(
            u64::try_from(used.tv_sec).ok()?,
            u32::try_from(used.tv_nsec).ok()?,
        ))
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    None
}

/// Parses the second field of schedstat: time on a run queue, in nanoseconds (the kernel's
/// Documentation/scheduler/sched-stats.rst).
fn no_core(schedstat: &str) -> Option<Duration> {
    let nanos = schedstat.split_whitespace().nth(1)?;
    nanos.parse().ok().map(Duration::from_nanos)
}

/// Parses the number of involuntary context switches (proc_pid_status(5)).
fn preempted(status: &str) -> Option<u64> {
    let count = status
        .lines()
        .find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that ran for 0.1 ms was busy for 99 % of it, and without a core for 150 %.
    #[test]
    fn shares_of_a_short_time_mean_nothing() {
        let ms = Duration::from_millis;
        for (part, whole, expected) in [
            (ms(99), ms(99), None),
            (ms(0), ms(0), None),
            (ms(50), ms(100), Some(0.5)),
            (ms(150), ms(100), Some(1.0)),
        ] {
            assert_eq!(
                share_of_run(Some(part), whole),
                expected,
                "{part:?} of {whole:?}"
            );
        }
        assert_eq!(share_of_run(None, ms(1000)), None);
    }

    #[test]
    fn thread_figures_are_parsed() {
        let secs = Duration::from_secs;
        for (text, time) in [
            ("520043 2000000000 1\n", Some(secs(2))),
            ("0 0 0", Some(Duration::ZERO)),
            ("520043", None),
            ("", None),
            ("a b c", None),
        ] {
            assert_eq!(no_core(text), time, "{text}");
        }
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t9\nnonvoluntary_ctxt_switches:\t42\n";
        assert_eq!(preempted(status), Some(42));
        assert_eq!(preempted("Name:\tx\n"), None);
        assert_eq!(difference(Some(secs(1)), Some(secs(3))), Some(secs(2)));
        assert_eq!(difference(None, Some(secs(3))), None);
        assert_eq!(share(Some(secs(1)), Duration::ZERO), None);
        assert_eq!(share(Some(secs(1)), secs(4)), Some(0.25));
    }

    #[test]
    fn most_of_a_stall_decides_its_cause() {
        let ms = Duration::from_millis;
        let at = Instant::now();
        let reading = |no_core, cpu| ThreadReading {
            at,
            cpu,
            no_core,
            preempted: None,
        };
        let before = reading(Some(ms(10)), Some(ms(500)));
        for (no_core, cpu, expected) in [
            (Some(ms(110)), Some(ms(501)), Some(StallCause::NoCore)),
            (Some(ms(109)), Some(ms(600)), Some(StallCause::Busy)),
            (Some(ms(109)), Some(ms(599)), Some(StallCause::Asleep)),
            (None, Some(ms(600)), Some(StallCause::Busy)),
            (None, Some(ms(500)), None),
            (None, None, None),
        ] {
            let found = stall_cause(ms(200), &before, &reading(no_core, cpu));
            assert_eq!(found, expected, "{no_core:?} {cpu:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_busy_time_of_a_thread_that_never_sleeps_is_not_measured() {
        let mut meter = ThreadUsageMeter::start(true);
        meter.end_second();
        let later = Instant::now() + 2 * READING_INTERVAL;
        assert_eq!(meter.record_wakeup(later, Duration::ZERO), None);
        let usage = meter.finish();
        assert_eq!((usage.busy, usage.saturated), (None, None));
        assert!(usage.cpu_s.is_some());
    }

    /// Work before a stall was taken for work in it.
    #[cfg(target_os = "linux")]
    #[test]
    fn work_before_a_stall_is_not_its_cause() {
        let mut meter = ThreadUsageMeter::start(false);
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(60) {
            std::hint::spin_loop();
        }
        let busy = meter.record_wakeup(Instant::now(), Duration::ZERO);
        assert!(
            busy.is_some_and(|busy| busy > 0.0 && busy < 1.1),
            "{busy:?}"
        );
        let stall = Duration::from_millis(80);
        std::thread::sleep(stall);
        meter.record_wakeup(Instant::now(), stall);
        let cause = meter.finish().blocked_while;
        assert!(
            cause.is_none_or(|cause| cause != StallCause::Busy),
            "{cause:?}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_spinning_thread_is_busy() {
        let mut meter = ThreadUsageMeter::start(false);
        let start = Instant::now();
        while start.elapsed() < MIN_SPAN {
            std::hint::spin_loop();
        }
        meter.record_wakeup(start, Duration::from_millis(3));
        meter.record_wakeup(start, Duration::from_millis(2));
        meter.end_second();
        assert_eq!(meter.so_far().blocked_max_us, 3000.0);
        let usage = meter.finish();
        let busy = usage.busy.expect("Linux has the clock of a thread");
        assert!(busy > 0.0 && busy < 1.1, "{usage:?}");
        assert!(usage.saturated.is_some(), "{usage:?}");
        assert_eq!(usage.blocked_max_us, 3000.0);
    }
}
