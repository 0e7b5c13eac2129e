//! How a target misbehaves.

use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;

use crate::error::{Error, ErrorKind};
use crate::even_share::EvenShare;
use crate::periodic_stall::PeriodicStall;

/// How a target answers. The default: 200 at once, without a body, on connections that stay open.
#[derive(Debug, Clone, Default)]
pub struct TargetBehavior {
    delay: Duration,
    stall: Option<PeriodicStall>,
    status: StatusCode,
    fail_share: EvenShare,
    close_after: Option<NonZeroU64>,
    close_silently: bool,
    body_bytes: usize,
    token_lifetime: Option<Duration>,
}

impl TargetBehavior {
    /// Makes every hit wait this long, after any stall.
    ///
    /// The runtime's timers round up to whole milliseconds; [`RequestArrival::waited`] has what it
    /// really was.
    ///
    /// [`RequestArrival::waited`]: crate::Arrival::waited
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Stands still now and then.
    #[must_use]
    pub fn stall(mut self, stall: PeriodicStall) -> Self {
        self.stall = Some(stall);
        self
    }

    /// Answers with this status instead of 200. 204 and 304 come without a body.
    ///
    /// # Errors
    ///
    /// If it is not a final status: 200 to 599 (RFC 9110, section 15).
    pub fn status(mut self, status: u16) -> Result<Self, Error> {
        let valid = StatusCode::from_u16(status)
            .ok()
            .filter(|_| (200..600).contains(&status));
        self.status = valid.ok_or_else(|| {
            let message = format!("answer with status {status}: it must be 200 to 599");
            Error::new(ErrorKind::Status, message)
        })?;
        Ok(self)
    }

    /// Drops the connection, or over HTTP/2 the stream, instead of answering, for this share of all requests (0 to 1).
    ///
    /// No chance is involved: of the first n requests exactly `floor(n × share)` fail, evenly
    /// spread. They wait like all others before they fail.
    ///
    /// # Errors
    ///
    /// If it is not within 0 to 1.
    pub fn fail_share(mut self, share: f64) -> Result<Self, Error> {
        self.fail_share = EvenShare::new(share).ok_or_else(|| {
            let message = format!("fail a share of {share}: it must be within 0 to 1");
            Error::new(ErrorKind::FailShare, message)
        })?;
        Ok(self)
    }

    /// Closes each connection after this many answers. The last one says `Connection: close`,
    /// unless [`close_silently`](Self::close_silently) is set. Over HTTP/2 it says GOAWAY, and what the
    /// client has sent by then is answered too.
    ///
    /// # Errors
    ///
    /// If it is 0: use [`fail_share`](Self::fail_share) for connections without an answer.
    pub fn close_after(mut self, answers: u64) -> Result<Self, Error> {
        let answers = NonZeroU64::new(answers).ok_or_else(|| {
            Error::new(
                ErrorKind::CloseAfter,
                "close after 0 answers: it must be 1 or more",
            )
        })?;
        self.close_after = Some(answers);
        Ok(self)
    }

    /// Whether [`close_after`](Self::close_after) closes without saying so, as servers with an
    /// idle timeout do. Requests that the client has sent meanwhile are lost, and not counted.
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

    /// Asks each request for a bearer token, and answers 401 without one that lives. Tokens are there
    /// for everybody who sends `POST /token`, as OAuth 2.0 has it, and live so long. Who asks for one is
    /// no arrival, and waits for nothing.
    #[must_use]
    pub fn require_tokens(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// How long tokens live, if they are asked for.
    pub(crate) fn token_lifetime(&self) -> Option<Duration> {
        self.token_lifetime
    }

    /// How long a hit has to wait that arrives `since_first` after the first one.
    pub(crate) fn wait_at(&self, since_first: Duration) -> Duration {
        let stalled = self
            .stall
            .map_or(Duration::ZERO, |stall| stall.wait_at(since_first));
        stalled.saturating_add(self.delay)
    }

    /// Whether request `number`, counted from 1, gets no answer.
    pub(crate) fn should_fail(&self, number: u64) -> bool {
        self.fail_share.includes(number)
    }

    /// Whether answer `number` of a connection, counted from 1, is its last.
    pub(crate) fn is_last_response(&self, number: u64) -> bool {
        self.close_after
            .is_some_and(|answers| number >= answers.get())
    }

    /// Whether the last answer of a connection says so.
    pub(crate) fn announces_close(&self) -> bool {
        !self.close_silently
    }

    /// The status of every answer.
    pub(crate) fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The body of every answer.
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
    fn refuses_what_no_target_can_do() {
        let knobs = TargetBehavior::default;
        for (refused, kind, message) in [
            (
                knobs().status(101),
                ErrorKind::Status,
                "answer with status 101",
            ),
            (
                knobs().status(600),
                ErrorKind::Status,
                "answer with status 600",
            ),
            (
                knobs().fail_share(1.5),
                ErrorKind::FailShare,
                "fail a share of 1.5",
            ),
            (
                knobs().close_after(0),
                ErrorKind::CloseAfter,
                "close after 0 answers",
            ),
        ] {
            let error = refused.expect_err(message);
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_stalled_hit_has_its_delay_afterwards() {
        let ms = Duration::from_millis;
        let stall = PeriodicStall::new(ms(20), ms(100)).expect("it is shorter than its period");
        let knobs = TargetBehavior::default().delay(ms(5)).stall(stall);
        assert_eq!(knobs.wait_at(ms(10)), ms(5));
        assert_eq!(knobs.wait_at(ms(190)), ms(15));
    }
}
