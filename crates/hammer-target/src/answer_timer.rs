//! Precise timer for the answers of all connections.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Wakes requests at their deadlines, with one timer of the system for all of them.
///
/// Timers of the runtime round up to whole milliseconds, which would add half a millisecond to each
/// answer of a queue whose service takes as long.
#[derive(Debug, Default)]
pub(crate) struct AnswerTimer {
    waiting: Mutex<BinaryHeap<Reverse<WaitingRequest>>>,
    /// Wakes [`run`](Self::run) if a deadline is earlier than all others.
    earlier: Notify,
}

/// A request that waits. The earliest deadline is the smallest.
#[derive(Debug)]
struct WaitingRequest {
    deadline: Instant,
    due: oneshot::Sender<()>,
}

impl PartialEq for WaitingRequest {
    fn eq(&self, other: &Self) -> bool {
        self.deadline == other.deadline
    }
}

impl Eq for WaitingRequest {}

impl PartialOrd for WaitingRequest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for WaitingRequest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.deadline.cmp(&other.deadline)
    }
}

impl AnswerTimer {
    /// Waits until `deadline`, while [`run`](Self::run) runs.
    pub(crate) async fn sleep_until(&self, deadline: Instant) {
        let (due, is_due) = oneshot::channel();
        let is_earliest = {
            let mut waiting = self.lock_waiting();
            let next = waiting.peek().map(|Reverse(next)| next.deadline);
            waiting.push(Reverse(WaitingRequest { deadline, due }));
            next.is_none_or(|next| deadline < next)
        };
        if is_earliest {
            self.earlier.notify_one();
        }
        // Fails only if the target has stopped.
        let _ = is_due.await;
    }

    /// Wakes requests until the future is dropped.
    pub(crate) async fn run(&self) {
        let mut timer = SystemTimer::new();
        loop {
            match self.wake_due(Instant::now()) {
                None => self.earlier.notified().await,
                Some(next) => tokio::select! {
                    () = timer.sleep_until(next) => {}
                    () = self.earlier.notified() => {}
                },
            }
        }
    }

    /// Wakes the requests that are due, and returns the next deadline.
    fn wake_due(&self, now: Instant) -> Option<Instant> {
        let mut waiting = self.lock_waiting();
        while waiting.peek().is_some_and(|next| next.0.deadline <= now) {
            if let Some(Reverse(request)) = waiting.pop() {
                // Fails if the client has disconnected.
                let _ = request.due.send(());
            }
        }
        waiting.peek().map(|next| next.0.deadline)
    }

    fn lock_waiting(&self) -> MutexGuard<'_, BinaryHeap<Reverse<WaitingRequest>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A timer of the system, or of the runtime, which ticks in milliseconds, where the system has none.
struct SystemTimer {
    #[cfg(target_os = "linux")]
    timer_fd: Option<linux::TimerFd>,
}

impl SystemTimer {
    fn new() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            timer_fd: linux::TimerFd::new()
                .inspect_err(|error| tracing::warn!(%error, "answers are up to 1 ms late"))
                .ok(),
        }
    }

    async fn sleep_until(&mut self, deadline: Instant) {
        #[cfg(target_os = "linux")]
        if let Some(timer_fd) = &mut self.timer_fd
            && timer_fd.sleep_until(deadline).await.is_ok()
        {
            return;
        }
        tokio::time::sleep_until(deadline).await;
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::time::Instant;

    /// A file descriptor that becomes readable at a time.
    pub(super) struct TimerFd(AsyncFd<OwnedFd>);

    impl TimerFd {
        #[expect(
            deprecated,
            reason = "the successor is unsafe, and an `OwnedFd` meets its contract"
        )]
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self(AsyncFd::with_interest(fd, Interest::READABLE)?))
        }

        /// Sets the timer and waits for it. It is not read: setting it resets its count, and each
        /// expiry is a new edge to epoll.
        pub(super) async fn sleep_until(&mut self, deadline: Instant) -> io::Result<()> {
            // Zero would disarm the timer.
            let left = deadline.saturating_duration_since(Instant::now());
            let left = left.max(Duration::from_nanos(1));
            let it_value = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            let it_interval = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let spec = Itimerspec {
                it_interval,
                it_value,
            };
            timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &spec)?;
            self.0.readable().await?.clear_ready();
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn requests_wake_in_the_order_of_their_deadlines() {
        let timer = AnswerTimer::default();
        let start = Instant::now();
        let woken = Mutex::new(vec![]);
        let sleep = |us: u64| {
            let (timer, woken) = (&timer, &woken);
            async move {
                let deadline = start + Duration::from_micros(us);
                timer.sleep_until(deadline).await;
                assert!(Instant::now() >= deadline, "{us} µs");
                woken.lock().expect("no panic").push(us);
            }
        };
        let all = async { tokio::join!(sleep(3_000), sleep(0), sleep(1_200), sleep(700)) };
        tokio::select! {
            _ = all => {}
            () = timer.run() => {}
        }
        assert_eq!(
            woken.into_inner().expect("no panic"),
            [0, 700, 1_200, 3_000]
        );
    }
}
