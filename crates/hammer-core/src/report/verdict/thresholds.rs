//! Thresholds of the verdict, each with the reason for its value.

/// Lateness at p99, in µs, that affects the numbers if it is also a tenth of response or more.
///
/// Tokio's timers, used where there is no timerfd, are up to 1 ms late. A scheduler with a second
/// thread on the core adds as much. Below 2 ms, every run on that machine would have a reason.
pub(super) const LATE_P99_US: f64 = 2_000.0;

/// The share of response p99 from which lateness matters.
///
/// Runs against the same target differ by a few percent, so less than a tenth is noise.
pub(super) const LATE_P99_SHARE: f64 = 0.1;

/// Lateness at p99, in µs, at which the schedule was not kept, whatever the target did.
///
/// One hit in a hundred was then sent a tenth of a second after it was due. Hits that should be
/// spread arrive in clusters, which is a different load from the requested one.
pub(super) const LATE_P99_INVALID_US: f64 = 100_000.0;

/// The share of response p50 from which lateness at p50 matters, if it is also above
/// [`LATE_P50_US`] or [`LATE_P50_INVALID_US`].
///
/// Above a half, the generator causes most of the response of a typical hit.
pub(super) const LATE_P50_SHARE: f64 = 0.5;

/// Lateness at p50, in µs, that affects the numbers if it is also [`LATE_P50_SHARE`] of response.
///
/// A worker wakes for each hit, which makes a typical hit less than 50 µs late. Several times that
/// means that its timer is coarse or that its thread has too much work.
pub(super) const LATE_P50_US: f64 = 200.0;

/// Lateness at p50, in µs, from which the numbers describe the generator if it is also
/// [`LATE_P50_SHARE`] of response.
///
/// Tokio's timers, used where there is no timerfd, tick in milliseconds, which makes a typical hit
/// half a millisecond late.
pub(super) const LATE_P50_INVALID_US: f64 = 1_000.0;

/// The length of a single stall, in µs, that is worth a reason.
///
/// It delays every hit that is due within 0.2 s. In a run of 20 s, this is one hit in a hundred, the
/// p99. In a longer run, it is still the maximum. A shared machine causes shorter pauses now and
/// then. If they are frequent, lateness shows them.
pub(super) const STALL_US: f64 = 200_000.0;

/// The time after its due time, in µs, at which the generator handled a hit so late that its own
/// lateness, and not the target, left the hit unsent at a stop.
///
/// A worker handles a hit within a millisecond. Pauses of a shared machine are mostly shorter.
pub(crate) const STOPPED_LATE_US: u64 = 50_000;

/// The share of seconds in which a thread may be busy for
/// [`BUSY_SHARE`](crate::host::thread_usage::BUSY_SHARE) of the time.
///
/// A ramp up to the limit of the generator is not busy on average. If the thread was saturated for
/// a tenth of the time, the hits of that time determine p90 and above.
pub(super) const SATURATED_SECONDS_SHARE: f64 = 0.1;

/// The share of lateness at p99 that a single stall must have lasted to explain it.
///
/// After a stall of a second, hits that became due meanwhile are up to a second late, and those
/// that become due while the generator catches up are late by what is left of it.
pub(super) const LONG_STALL_SHARE: f64 = 0.5;

/// The shortest run, in seconds, in which the threads are judged. A shorter run mostly opens
/// connections.
pub(super) const MIN_BUSY_RUN_S: f64 = 1.0;

/// The least time with work, in seconds, by which a thread is judged.
///
/// Two hits take a few milliseconds, in which one wait for a core is already most of the time. In a
/// tenth of a second, there are enough wake-ups for a share to mean something.
pub(super) const MIN_THREAD_WORK_S: f64 = 0.1;

/// The share of time that a thread works without any hits: twenty wake-ups per second, and a
/// reading of its own clocks. Measured, it is 0.1 % to 0.3 %, beside other work on the machine.
pub(super) const IDLE_SHARE: f64 = 0.005;

/// The share of time that a thread may be ready to run without a core.
///
/// Waking a thread takes some µs, so at ten thousand wake-ups per second a few percent of the time
/// is normal. Above a tenth, another process was running.
pub(super) const NO_CORE_SHARE: f64 = 0.1;

/// The share of its time with work that a thread may be without a core, if hits take CPU time.
///
/// At a quarter, work takes a third longer, and so does the part of response that consists of it.
pub(super) const NO_CORE_WORK_SHARE: f64 = 0.25;

/// The work of a hit, in µs, from which a loss of cores stretches hits noticeably, if it is also a
/// tenth of response.
///
/// A hit with a small body takes 10 to 100 µs. It is over before another process gets the core, so
/// a loss of cores delays its start, which lateness shows.
pub(super) const HIT_WORK_US: f64 = 1_000.0;

/// The generator's work for a hit, in µs, that is worth a reason, if it is also
/// [`COSTLY_HIT_SHARE`] of response.
///
/// A hit with a small body takes 10 to 100 µs, which is most of the response of a fast target
/// without saying anything about the load.
pub(super) const COSTLY_HIT_US: f64 = 1_000.0;

/// The share of response p50 from which the generator's work for hits describes the generator.
///
/// Some CPU time is before the start or after the end of a hit. At a quarter, it is a large part of
/// response even so.
pub(super) const COSTLY_HIT_SHARE: f64 = 0.25;

/// The CPU time of a hit, in µs, that any client may need.
///
/// A TLS handshake takes 1 to 2 ms, and reading 10 MB takes 3 ms.
pub(super) const CLIENT_WORK_US: f64 = 5_000.0;

/// The share of response p50 from which CPU time below [`CLIENT_WORK_US`] describes the generator.
///
/// From a half, the generator does more for a typical hit than the target, even if any client would
/// have to.
pub(super) const MOSTLY_CPU_SHARE: f64 = 0.5;

/// The least time in phases that are work of the generator, in seconds, by which hits are judged.
///
/// One hit that loses its core for a time slice of a few milliseconds says nothing about the others.
pub(super) const MIN_PHASE_WORK_S: f64 = 0.02;

/// The share of CPU time that the host may give to others.
///
/// A virtual machine on a busy host always loses a few tenths of a percent. At 2 %, one hit in
/// fifty finds no core, and they make up p99.
pub(super) const STOLEN_SHARE: f64 = 0.02;

/// The share of periods in which the control group may throttle the generator.
///
/// A period is a tenth of a second by default, and a throttled group stops for the rest of it. At 5
/// %, this affects up to one hit in twenty, the p95.
pub(super) const THROTTLED_SHARE: f64 = 0.05;

/// The share of throttled periods from which the generator needs more CPU time than its control
/// group grants.
///
/// At a half, it is throttled in every other period. The CPU time needed for the schedule is
/// missing, and each period starts with the work left over from the last one.
pub(super) const THROTTLED_INVALID_SHARE: f64 = 0.5;

/// The share of available memory that the generator may use.
///
/// Above it, the system begins to reclaim pages, including the generator's, and the next connection
/// may end the process.
pub(super) const MEMORY_SHARE: f64 = 0.9;

/// The share of hits that may wait because all slots are in use, or that may be unsent.
///
/// The percentiles of the text report end at p99.9, which fewer than one hit in a thousand does not
/// affect.
pub(super) const WAITED_SHARE: f64 = 0.001;

/// The time without an answer after which a target is called mute in a run that lasts.
pub(super) const MIN_MUTE_S: f64 = 3.0;
