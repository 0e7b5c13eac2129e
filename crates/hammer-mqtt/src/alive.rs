use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::{Instant, Sleep, sleep};

use crate::fault;
use crate::link::Link;

/// When the connection shows that it is alive, and finds out whether the broker is.
pub(crate) struct Alive {
    /// Half of the keep-alive, so that no silence is longer than all of it; none if that is off.
    period: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Bytes that were sent when the alarm last rang.
    sent: u64,
    /// The ping that was without an answer at the last alarm, by its number.
    oldest: Option<u64>,
    /// Alarms since then that it is still without.
    unanswered: u32,
}

/// Alarms that a ping may be without an answer: one and a half times the keep-alive.
const PATIENCE: u32 = 3;

impl Alive {
    pub(crate) fn new(seconds: u16) -> Self {
        let period = (seconds > 0).then(|| Duration::from_secs(seconds.into()) / 2);
        Self {
            period,
            alarm: period.map(|period| Box::pin(sleep(period))),
            sent: 0,
            oldest: None,
            unanswered: 0,
        }
    }

    /// Whether the alarm rings now; it is set again then.
    fn rings(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(period), Some(alarm)) = (self.period, &mut self.alarm) else {
            return false;
        };
        if alarm.as_mut().poll(cx).is_pending() {
            return false;
        }
        alarm.as_mut().reset(Instant::now() + period);
        // Set anew, it is to wake the task too.
        let _ = alarm.as_mut().poll(cx);
        true
    }

    /// Looks at the clock: pings after a silence, and finds out whether the broker has answered.
    pub(crate) fn look(&mut self, link: &mut Link, cx: &mut Context<'_>) -> Result<(), Failure> {
        if !self.rings(cx) {
            return Ok(());
        }
        match link.oldest_ping() {
            // That some ping is out says nothing: hits may send one after the other.
            Some(ping) if self.oldest == Some(ping) => {
                self.unanswered += 1;
                if self.unanswered >= PATIENCE {
                    return Err(fault::KEEP_ALIVE);
                }
            }
            Some(_) => self.unanswered = 0,
            None => {
                self.unanswered = 0;
                if link.flushed() == self.sent {
                    link.keep_alive();
                }
            }
        }
        self.oldest = link.oldest_ping();
        self.sent = link.flushed();
        Ok(())
    }
}
