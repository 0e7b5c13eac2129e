//! The thresholds of the verdict, each with the reason for its number. Nothing else in the engine
//! decides what is valid.

/// Later than this at p99, in µs, and a tenth of what was measured or more, colours the numbers.
///
/// Tokio's own timers, which are used where there is no timerfd, are up to 1 ms late, and a
/// scheduler with a second thread to run on a core adds as much: below 2 ms there would be a reason
/// in every run on such a machine.
pub(super) const LATE_P99_US: f64 = 2_000.0;

/// The share of the response's p99 that a late schedule may make up before it matters.
///
/// Runs of the same target differ by some percent. What is less than a tenth is lost in that.
pub(super) const LATE_P99_SHARE: f64 = 0.1;

/// A p99 this late, in µs, means that the schedule was not kept, whatever the target did.
///
/// One hit in a hundred was sent a tenth of a second after it was due: hits that were to be spread
/// came in heaps, and that is another load than the one that was asked for.
pub(super) const LATE_P99_INVALID_US: f64 = 100_000.0;

/// The share of the response's p50 from which on the numbers describe the generator, if its p50 is
/// also later than [`LATE_P50_US`].
///
/// From a half on most of what the typical hit took was the generator's own doing.
pub(super) const LATE_P50_SHARE: f64 = 0.5;

/// Later than this at p50, in µs, can't be the way in which hits are paced.
///
/// Hits that are due within the pacer's quantum start together, which makes the typical one up to
/// 0.2 ms late, and that may well be half of the response of a fast target. With tokio's timers,
/// which tick in milliseconds, it is half a millisecond.
pub(super) const LATE_P50_US: f64 = 1_000.0;

/// Standing still once for this long, in µs, is worth a reason.
///
/// It delays every hit of a fifth of a second. In a run of 20 s that is one hit in a hundred, the
/// p99; in a longer one it is still the maximum. Below it lie the pauses that a shared machine
/// makes now and then, and if they come often the lateness shows them.
pub(super) const STALL_US: f64 = 200_000.0;

/// Busier than this, a thread has no room to start a hit when it is due. So it is if it was not
/// running all that time but ready to, without a core.
///
/// A queue with one server that is busy for a share b of the time has b / (1 − b) waiting on the
/// average: 1 at a half, 9 at nine tenths, and from there on it rises steeply.
pub(crate) const BUSY_SHARE: f64 = 0.9;

/// The share of the seconds in which a thread may be as busy as [`BUSY`].
///
/// A ramp that ends where the generator ends is not busy on the average. If it had no room for a
/// tenth of the time, then p90 and all above it are from there.
pub(super) const SATURATED_SECONDS_SHARE: f64 = 0.1;

/// The least time, in seconds, over which being busy says anything: a shorter run consists of
/// opening connections.
pub(super) const MIN_BUSY_RUN_S: f64 = 1.0;

/// The share of the time that a thread may be ready to run without a core.
///
/// Waking a thread takes some µs, and at ten thousand wake-ups per second this is some percent of
/// the time with nobody to blame. From a tenth on somebody else was running.
pub(super) const NO_CORE_SHARE: f64 = 0.1;

/// The share of the cores' time that the host may give to others.
///
/// A virtual machine on a busy host loses a few tenths of a percent all the time. At 2 % one hit in
/// fifty finds no core, and p99 is made of these.
pub(super) const STOLEN_SHARE: f64 = 0.02;

/// The share of its periods in which the control group may stop the generator.
///
/// A period is a tenth of a second unless set otherwise, and a group that is stopped stays so for
/// the rest of it. At 5 % that is a part of one hit in twenty, the p95.
pub(super) const THROTTLED_SHARE: f64 = 0.05;

/// From this share on the generator needs more than its control group gives.
///
/// It ran out in every other period: the processor time that the schedule takes is not there, and
/// what was held back in one period is missing in the next one.
pub(super) const THROTTLED_INVALID_SHARE: f64 = 0.5;

/// The share of the memory it could have that the generator may use.
///
/// Above it the system begins to take pages back, from the generator too, and the next connection
/// may be the one that ends the process.
pub(super) const MEMORY_SHARE: f64 = 0.9;

/// The share of hits that may have waited for the bound on hits in flight, or were not sent.
///
/// The percentiles of the text report go to p99.9. What concerns less than one hit in a thousand
/// does not reach them.
pub(super) const WAITED_SHARE: f64 = 0.001;
