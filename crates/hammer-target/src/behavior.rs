//! Behavior of a target: delays, stalls, failures and bodies.

use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;

use crate::error::{Error, ErrorKind};
use crate::even_share::EvenShare;
use crate::periodic_stall::PeriodicStall;
use crate::queue::WorkerPool;

/// The behavior of a target. By default, it answers 200 at once, without a body, and keeps connections
/// open.
#[derive(Debug, Clone, Default)]
pub struct TargetBehavior {
    delay: Duration,
    stall: Option<PeriodicStall>,
    workers: Option<WorkerPool>,
    status: StatusCode,
    fail_share: EvenShare,
    close_after: Option<NonZeroU64>,
    close_silently: bool,
    body_bytes: usize,
    token_lifetime: Option<Duration>,
}

impl TargetBehavior {
    /// Delays each answer by this time, after any stall and the service of any worker.
    ///
    /// [`RequestArrival::waited`](crate::RequestArrival::waited) is the measured time. On Linux, it is
    /// mostly less than 0.1 ms longer; elsewhere, timers round up to whole milliseconds.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Stops answering at regular intervals.
    #[must_use]
    pub fn stall(mut self, stall: PeriodicStall) -> Self {
        self.stall = Some(stall);
        self
    }

    /// Lets workers serve the requests, which wait in a queue while all workers are busy. Without this,
    /// requests do not wait for each other.
    ///
    /// A request takes its place in the queue when its head has arrived, or at the end of any stall.
    #[must_use]
    pub fn workers(mut self, pool: WorkerPool) -> Self {
        self.workers = Some(pool);
        self
    }

    /// Answers with this status instead of 200. Answers with 204 and 304 have no body.
    ///
    /// # Errors
    ///
    /// If the status is not a final one, from 200 to 599 (RFC 9110, section 15).
    pub fn status(mut self, status: u16) -> Result<Self, Error> {
        let valid = StatusCode::from_u16(status)
            .ok()
            .filter(|_| (200..600).contains(&status));
        self.status = valid.ok_or_else(|| {
            let message = format!("expected a status from 200 to 599, found {status}");
            Error::new(ErrorKind::Status, message)
        })?;
        Ok(self)
    }

    /// Drops the connection, or over HTTP/2 the stream, instead of answering this share of all requests
    /// (0 to 1).
    ///
    /// The choice is not random: of the first n requests, exactly `floor(n × share)` fail, evenly
    /// spread. They are delayed like all others before they fail.
    ///
    /// # Errors
    ///
    /// If the share is not from 0 to 1.
    pub fn fail_share(mut self, share: f64) -> Result<Self, Error> {
        self.fail_share = EvenShare::new(share).ok_or_else(|| {
            let message = format!("expected a share from 0 to 1, found {share}");
            Error::new(ErrorKind::FailShare, message)
        })?;
        Ok(self)
    }

    /// Closes each connection after this number of answers. The last answer has `Connection: close`,
    /// unless [`close_silently`](Self::close_silently) is set. Over HTTP/2, GOAWAY follows it, and requests
    /// that the client has already sent are answered.
    ///
    /// # Errors
    ///
    /// If the number is 0. For connections without an answer, use [`fail_share`](Self::fail_share).
    pub fn close_after(mut self, answers: u64) -> Result<Self, Error> {
        let answers = NonZeroU64::new(answers).ok_or_else(|| {
            Error::new(
                ErrorKind::CloseAfter,
                "expected at least one answer per connection, found 0",
            )
        })?;
        self.close_after = Some(answers);
        Ok(self)
    }

    /// Makes [`close_after`](Self::close_after) close connections without an announcement, like servers
    /// with an idle timeout. Requests that the client has already sent are lost and not counted.
    #[must_use]
    pub fn close_silently(mut self, silently: bool) -> Self {
        self.close_silently = silently;
        self
    }

    /// Gives each answer a body of this size.
    #[must_use]
    pub fn body_bytes(mut self, bytes: usize) -> Self {
        self.body_bytes = bytes;
        self
    }

    /// Requires a bearer token in each request, and answers 401 if it is missing or expired.
    ///
    /// As in OAuth 2.0, a `POST /token` from any client returns a token with this lifetime. These requests
    /// are neither counted as arrivals nor delayed.
    #[must_use]
    pub fn require_tokens(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Returns the lifetime of tokens, if they are required.
    pub(crate) fn token_lifetime(&self) -> Option<Duration> {
        self.token_lifetime
    }

    /// Returns the time that a request waits for the end of a stall, if it arrives `since_first` after
    /// the first one.
    pub(crate) fn stall_at(&self, since_first: Duration) -> Duration {
        self.stall
            .map_or(Duration::ZERO, |stall| stall.wait_at(since_first))
    }

    /// Returns the workers that serve the requests, if requests need one.
    pub(crate) fn worker_pool(&self) -> Option<WorkerPool> {
        self.workers
    }

    /// Returns the delay of each answer.
    pub(crate) fn response_delay(&self) -> Duration {
        self.delay
    }

    /// Returns true if request `number`, counted from 1, gets no answer.
    pub(crate) fn should_fail(&self, number: u64) -> bool {
        self.fail_share.includes(number)
    }

    /// Returns true if answer `number` of a connection, counted from 1, is its last.
    pub(crate) fn is_last_response(&self, number: u64) -> bool {
        self.close_after
            .is_some_and(|answers| number >= answers.get())
    }

    /// Returns true if the last answer of a connection announces the close.
    pub(crate) fn announces_close(&self) -> bool {
        !self.close_silently
    }

    /// Returns the status of all answers.
    pub(crate) fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Returns the body of all answers.
    pub(crate) fn body(&self) -> Bytes {
        match self.status {
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => Bytes::new(),
            _ => Bytes::from(vec![b'x'; self.body_bytes]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_invalid_values() {
        let behavior = TargetBehavior::default;
        for (refused, kind, message) in [
            (
                behavior().status(101),
                ErrorKind::Status,
                "expected a status from 200 to 599, found 101",
            ),
            (
                behavior().status(600),
                ErrorKind::Status,
                "expected a status from 200 to 599, found 600",
            ),
            (
                behavior().fail_share(1.5),
                ErrorKind::FailShare,
                "expected a share from 0 to 1, found 1.5",
            ),
            (
                behavior().close_after(0),
                ErrorKind::CloseAfter,
                "expected at least one answer per connection, found 0",
            ),
        ] {
            let error = refused.expect_err(message);
            assert_eq!(error.kind(), kind);
            assert_eq!(error.to_string(), message);
        }
    }
}
