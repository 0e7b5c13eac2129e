//! A thread of the generator in the last second.

use std::time::Duration;

use hammer_core::ThreadUsage;

use crate::live::live_second::LiveSecond;

/// The shortest stall that is shown as one. Each wake-up of a thread has some delay.
const LEAST_STALL: Duration = Duration::from_millis(10);

/// A thread of the generator in the last second.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThreadView {
    /// The share of the time that it was running, if known.
    pub(crate) busy: Option<f64>,
    /// The share of the time that it was ready to run and had no core, if known.
    pub(crate) no_core: Option<f64>,
    /// The longest stall of its loop since the start.
    pub(crate) longest_stall: Duration,
    /// True if the longest stall grew in the last second, to 10 ms or more.
    pub(crate) stalled: bool,
}

/// The threads in the last second: what was added to their figures since the tick before.
pub(crate) fn threads_since(before: Option<&LiveSecond>, now: &LiveSecond) -> Vec<ThreadView> {
    let previous = before.map_or(&[][..], |before| &before.generator.workers);
    let unused = ThreadUsage::default();
    let threads = now.generator.workers.iter().enumerate();
    threads
        .map(|(index, thread)| {
            let old = previous.get(index).unwrap_or(&unused);
            let busy_s = thread.cpu_s.map(|cpu_s| cpu_s - old.cpu_s.unwrap_or(0.0));
            let longest_stall =
                Duration::from_secs_f64(thread.blocked_max_us.clamp(0.0, 1e15) / 1e6);
            let is_longer = thread.blocked_max_us > old.blocked_max_us;
            ThreadView {
                busy: (busy_s.map(|busy_s| share(busy_s, time_since(before, now)))).or(thread.busy),
                no_core: share_since(before, now, old.no_core, thread.no_core),
                longest_stall,
                stalled: is_longer && longest_stall >= LEAST_STALL,
            }
        })
        .collect()
}

/// The share of the last second, of shares of the time since the start.
pub(crate) fn share_since(
    before: Option<&LiveSecond>,
    now: &LiveSecond,
    old: Option<f64>,
    new: Option<f64>,
) -> Option<f64> {
    let old_time = before.map_or(0.0, |before| before.elapsed.as_secs_f64());
    let old_s = old.unwrap_or(0.0) * old_time;
    let added = |new: f64| new * now.elapsed.as_secs_f64() - old_s;
    new.map(|new| share(added(new), time_since(before, now)))
}

/// The time since the tick before, which is longer than a second if some were dropped.
fn time_since(before: Option<&LiveSecond>, now: &LiveSecond) -> Duration {
    let before = before.map_or(Duration::ZERO, |before| before.elapsed);
    now.elapsed.saturating_sub(before)
}

fn share(seconds: f64, length: Duration) -> f64 {
    (seconds / length.as_secs_f64().max(1e-3)).clamp(0.0, 1.0)
}
