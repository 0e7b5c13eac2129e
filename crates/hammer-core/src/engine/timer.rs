//! Precise waiting until an instant.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

/// Ends a wait early.
#[derive(Default)]
pub(crate) struct Notifier {
    notified: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Notifier {
    pub(crate) fn notify(&self) {
        self.notified.set(true);
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> bool {
        let mut waker = self.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
        self.notified.take()
    }
}

/// Waits for an instant with a timerfd on Linux, because tokio's timers tick in milliseconds.
/// Elsewhere and under a paused clock, it uses tokio's timers.
pub(crate) struct PreciseTimer {
    sleep: Pin<Box<Sleep>>,
    #[cfg(target_os = "linux")]
    fd: Option<linux::TimerFd>,
}

impl PreciseTimer {
    /// Must be called within a runtime.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(unused_variables, reason = "only tokio's timer exists there")
    )]
    pub(crate) fn new(paused: bool) -> io::Result<Self> {
        Ok(Self {
            sleep: Box::pin(sleep_until(Instant::now())),
            #[cfg(target_os = "linux")]
            fd: if paused {
                None
            } else {
                Some(linux::TimerFd::new()?)
            },
        })
    }

    /// Returns at `deadline`, or when notified.
    pub(crate) async fn wait_until(
        &mut self,
        deadline: Instant,
        notifier: &Notifier,
    ) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(fd) = &mut self.fd {
            fd.set(deadline)?;
            return poll_fn(|cx| match notifier.poll(cx) {
                true => Poll::Ready(Ok(())),
                false => fd.poll(cx),
            })
            .await;
        }
        self.sleep.as_mut().reset(deadline);
        poll_fn(|cx| match notifier.poll(cx) {
            true => Poll::Ready(()),
            false => self.sleep.as_mut().poll(cx),
        })
        .await;
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::task::{Context, Poll, ready};
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::time::Instant;

    pub(super) struct TimerFd(AsyncFd<OwnedFd>);

    impl TimerFd {
        #[expect(
            deprecated,
            reason = "the successor is unsafe, and an `OwnedFd` meets its contract"
        )]
        pub(super) fn new() -> io::Result<Self> {
            // The timer slack of the thread is the delay that the kernel allows itself to save
            // power.
            let least = std::num::NonZeroU64::new(1);
            rustix::thread::set_current_timer_slack(least)?;
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self(AsyncFd::with_interest(fd, Interest::READABLE)?))
        }

        pub(super) fn set(&mut self, deadline: Instant) -> io::Result<()> {
            // Zero would disarm the timer.
            let left = deadline
                .saturating_duration_since(Instant::now())
                .max(Duration::from_nanos(1));
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
            Ok(())
        }

        /// Becomes ready when the timer has expired since the last poll.
        ///
        /// The fd is not read: setting the timer resets its count, and each expiry is a new edge to
        /// epoll.
        pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            ready!(self.0.poll_read_ready(cx))?.clear_ready();
            Poll::Ready(Ok(()))
        }
    }
}
