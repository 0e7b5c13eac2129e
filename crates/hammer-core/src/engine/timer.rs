//! Precise waiting until an instant.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Instant, SystemTime};

use tokio::time::{Sleep, sleep_until};

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

    /// Returns true if notified since the last call.
    fn take(&self) -> bool {
        self.notified.take()
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

/// Waits for an instant.
pub(crate) struct WakeTimer(TimerKind);

enum TimerKind {
    /// Tokio's timer, which ticks in milliseconds.
    Tokio(Pin<Box<Sleep>>),
    /// A timer of the system.
    #[cfg(target_os = "linux")]
    Precise(linux::TimerFd),
    /// Polls the I/O until the time has come.
    Spinning,
}

impl WakeTimer {
    /// Creates a timer of the system, where there is one: tokio's tick in milliseconds.
    ///
    /// Must be called within a runtime.
    pub(crate) fn precise() -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        return Ok(Self(TimerKind::Precise(linux::TimerFd::new()?)));
        #[cfg(not(target_os = "linux"))]
        return Ok(Self::tokio());
    }

    /// Creates a timer that never sleeps: it polls the I/O until the time has come.
    pub(crate) fn spinning() -> Self {
        Self(TimerKind::Spinning)
    }

    /// Creates a timer of tokio, which also works under a paused clock.
    ///
    /// Must be called within a runtime.
    #[cfg_attr(
        all(target_os = "linux", not(feature = "testing")),
        expect(dead_code, reason = "the system's timer is better")
    )]
    pub(crate) fn tokio() -> Self {
        let sleep = sleep_until(tokio::time::Instant::now());
        Self(TimerKind::Tokio(Box::pin(sleep)))
    }

    /// Returns at `deadline`, or when notified, but not before a pass over the I/O.
    pub(crate) async fn wait_until(
        &mut self,
        deadline: Instant,
        notifier: &Notifier,
    ) -> io::Result<()> {
        if deadline <= now() {
            tokio::task::yield_now().await;
            return Ok(());
        }
        match &mut self.0 {
            TimerKind::Tokio(sleep) => {
                sleep.as_mut().reset(deadline.into());
                poll_fn(|cx| match notifier.poll(cx) {
                    true => Poll::Ready(()),
                    false => sleep.as_mut().poll(cx),
                })
                .await;
                Ok(())
            }
            #[cfg(target_os = "linux")]
            TimerKind::Precise(timer) => {
                timer.set(deadline)?;
                poll_fn(|cx| match notifier.poll(cx) {
                    true => Poll::Ready(Ok(())),
                    false => timer.poll(cx),
                })
                .await
            }
            TimerKind::Spinning => {
                while !notifier.take() && Instant::now() < deadline {
                    tokio::task::yield_now().await;
                }
                Ok(())
            }
        }
    }
}

/// The current time of the runtime's clock.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Converts a wall-clock time to an instant. A missing or past time becomes now.
pub(crate) fn instant_at(time: Option<SystemTime>) -> Instant {
    let left = time.and_then(|time| time.duration_since(SystemTime::now()).ok());
    now() + left.unwrap_or_default()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::task::{Context, Poll, ready};
    use std::time::{Duration, Instant};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

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
