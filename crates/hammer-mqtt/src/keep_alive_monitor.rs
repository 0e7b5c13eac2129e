use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::{Instant, Sleep, sleep};

use crate::broker_connection::BrokerConnection;
use crate::failures;

/// When the connection shows that it is alive, and finds out whether the broker is.
pub(crate) struct KeepAliveMonitor {
    /// Half of the keep-alive, so that no silence is longer than all of it; none if that is off.
    period: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes that were sent when the alarm last rang.
    bytes_sent: u64,
    /// The ping that was without an answer at the last alarm, by its number.
    oldest_ping: Option<u64>,
    /// Alarms since then that it is still without.
    unanswered: u32,
}

/// Alarms that a ping may be without an answer: one and a half times the keep-alive.
const MAX_UNANSWERED_CHECKS: u32 = 3;

impl KeepAliveMonitor {
    pub(crate) fn new(seconds: u16) -> Self {
        let period = (seconds > 0).then(|| Duration::from_secs(seconds.into()) / 2);
        Self {
            period,
            timer: period.map(|period| Box::pin(sleep(period))),
            bytes_sent: 0,
            oldest_ping: None,
            unanswered: 0,
        }
    }

    /// Whether the alarm rings now; it is set again then.
    fn timer_fired(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(period), Some(alarm)) = (self.period, &mut self.timer) else {
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
    pub(crate) fn check(
        &mut self,
        link: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if !self.timer_fired(cx) {
            return Ok(());
        }
        match link.oldest_ping() {
            // That some ping is out says nothing: hits may send one after the other.
            Some(ping) if self.oldest_ping == Some(ping) => {
                self.unanswered += 1;
                if self.unanswered >= MAX_UNANSWERED_CHECKS {
                    return Err(failures::KEEP_ALIVE_TIMEOUT);
                }
            }
            Some(_) => self.unanswered = 0,
            None => {
                self.unanswered = 0;
                if link.bytes_flushed() == self.bytes_sent {
                    link.queue_keep_alive();
                }
            }
        }
        self.oldest_ping = link.oldest_ping();
        self.bytes_sent = link.bytes_flushed();
        Ok(())
    }
}
