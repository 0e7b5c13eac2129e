//! Pings that keep a connection alive and detect a dead broker.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::{Instant, Sleep, sleep};

use crate::connection::broker_connection::BrokerConnection;
use crate::failures;

/// Sends a ping after silence, and fails the connection if the broker does not answer.
pub(crate) struct KeepAliveMonitor {
    /// Half of the keep-alive, so that no silence exceeds it; `None` if the keep-alive is off.
    period: Option<Duration>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes sent at the last check.
    bytes_sent: u64,
    /// The number of the oldest unanswered ping at the last check.
    oldest_ping: Option<u64>,
    /// The number of checks since then with the same oldest ping.
    unanswered: u32,
}

/// The checks after which an unanswered ping fails the connection: 1.5 times the keep-alive.
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

    /// Returns true if the timer has fired, and restarts it.
    fn timer_fired(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(period), Some(timer)) = (self.period, &mut self.timer) else {
            return false;
        };
        if timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        timer.as_mut().reset(Instant::now() + period);
        // Polls the restarted timer, so that it wakes the task.
        let _ = timer.as_mut().poll(cx);
        true
    }

    /// Sends a ping after silence, and fails if the broker has not answered one in time.
    pub(crate) fn check(
        &mut self,
        connection: &mut BrokerConnection,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if !self.timer_fired(cx) {
            return Ok(());
        }
        match connection.oldest_ping() {
            // A pending ping alone is not an error: hits may send pings all the time.
            Some(ping) if self.oldest_ping == Some(ping) => {
                self.unanswered += 1;
                if self.unanswered >= MAX_UNANSWERED_CHECKS {
                    return Err(failures::KEEP_ALIVE_TIMEOUT);
                }
            }
            Some(_) => self.unanswered = 0,
            None => {
                self.unanswered = 0;
                if connection.bytes_flushed() == self.bytes_sent {
                    connection.queue_keep_alive();
                }
            }
        }
        self.oldest_ping = connection.oldest_ping();
        self.bytes_sent = connection.bytes_flushed();
        Ok(())
    }
}
