//! Connects to the first of several addresses that accepts (Happy Eyeballs, RFC 8305).

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use hammer_core::Failure;
use tokio::time::{Instant, sleep_until};

use crate::address_order::CandidateAddresses;
use crate::failures::{NO_ANSWER, OVERTAKEN};

/// The time after which the next address is tried too (RFC 8305, section 5, "Connection Attempt
/// Delay").
pub(crate) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A step of an attempt to connect to one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptStep {
    /// The connection waits for this address above all, or fails because of it: that of the oldest open
    /// attempt, or if none is open, that of the failure to report.
    Awaited,
    Connected,
    Failed(Failure),
}

/// Connects to the addresses in order: the next one 250 ms after the last, or at once when all
/// attempts so far have failed. The first connection wins, and the other attempts are dropped.
///
/// Each step of an attempt is reported to `on_step`.
///
/// # Errors
///
/// If no address accepts: the last failure, preferably of an address that there is a route to.
///
/// # Cancel safety
///
/// Dropping the future drops all attempts, which are reported as [`NO_ANSWER`].
pub(crate) async fn connect_to_first<S, F>(
    candidates: CandidateAddresses,
    connect: impl Fn(SocketAddr) -> F,
    on_step: impl Fn(SocketAddr, AttemptStep),
) -> Result<S, Failure>
where
    F: Future<Output = Result<S, Failure>>,
{
    if candidates.others.is_empty() {
        return connect_to_only(candidates.first, connect, &on_step).await;
    }
    let mut race = AddressRace {
        attempts: vec![],
        failure: None,
        on_step: &on_step,
    };
    let mut next = Some(candidates.first);
    let mut others = candidates.others.into_iter();
    loop {
        if let Some(address) = next.take() {
            race.begin(address, Box::pin(connect(address)));
        }
        let finished = race.next_end();
        let ended = if others.len() == 0 {
            finished.await
        } else {
            tokio::select! {
                biased;
                ended = finished => ended,
                () = sleep_until(Instant::now() + ATTEMPT_DELAY) => None,
            }
        };
        match ended {
            Some(Ok(stream)) => return Ok(stream),
            // Attempts that are still open go on beside the next one.
            Some(Err(failure)) if race.attempts.is_empty() && others.len() == 0 => {
                return Err(failure);
            }
            _ => next = others.next(),
        }
    }
}

/// Connects to the only address, without the memory that a race needs.
async fn connect_to_only<S, F>(
    address: SocketAddr,
    connect: impl Fn(SocketAddr) -> F,
    on_step: &impl Fn(SocketAddr, AttemptStep),
) -> Result<S, Failure>
where
    F: Future<Output = Result<S, Failure>>,
{
    on_step(address, AttemptStep::Awaited);
    let attempt = Attempt::begin(address, on_step);
    let connected = connect(address).await;
    attempt.finish(&connected);
    connected
}

/// An attempt to connect to an address, which reports its end on drop.
struct Attempt<'a, N: Fn(SocketAddr, AttemptStep)> {
    address: SocketAddr,
    end: AttemptStep,
    on_step: &'a N,
}

impl<'a, N: Fn(SocketAddr, AttemptStep)> Attempt<'a, N> {
    fn begin(address: SocketAddr, on_step: &'a N) -> Self {
        Self {
            address,
            end: AttemptStep::Failed(NO_ANSWER),
            on_step,
        }
    }

    fn finish<S>(mut self, result: &Result<S, Failure>) {
        self.end = match result {
            Ok(_) => AttemptStep::Connected,
            Err(failure) => AttemptStep::Failed(*failure),
        };
    }
}

impl<N: Fn(SocketAddr, AttemptStep)> Drop for Attempt<'_, N> {
    fn drop(&mut self) {
        (self.on_step)(self.address, self.end);
    }
}

/// The attempts of one connection.
struct AddressRace<'a, F, N: Fn(SocketAddr, AttemptStep)> {
    /// The attempts that have not ended, the oldest one first.
    attempts: Vec<(Attempt<'a, N>, Pin<Box<F>>)>,
    /// The failure to report if no address accepts, and its address.
    failure: Option<(SocketAddr, Failure)>,
    on_step: &'a N,
}

impl<S, F, N> AddressRace<'_, F, N>
where
    F: Future<Output = Result<S, Failure>>,
    N: Fn(SocketAddr, AttemptStep),
{
    fn begin(&mut self, address: SocketAddr, connection: Pin<Box<F>>) {
        let attempt = Attempt::begin(address, self.on_step);
        self.attempts.push((attempt, connection));
        self.report_awaited();
    }

    /// Waits until an attempt ends: with a connection, or with the failure to report so far. Returns
    /// `None` at once if there is none.
    async fn next_end(&mut self) -> Option<Result<S, Failure>> {
        let ended = poll_fn(|cx| {
            if self.attempts.is_empty() {
                return Poll::Ready(None);
            }
            for (index, (_, connection)) in self.attempts.iter_mut().enumerate() {
                if let Poll::Ready(result) = connection.as_mut().poll(cx) {
                    return Poll::Ready(Some((index, result)));
                }
            }
            Poll::Pending
        });
        let (index, result) = ended.await?;
        let (attempt, _) = self.attempts.remove(index);
        let address = attempt.address;
        attempt.finish(&result);
        Some(match result {
            Ok(stream) => {
                for (other, _) in &mut self.attempts {
                    other.end = AttemptStep::Failed(OVERTAKEN);
                }
                Ok(stream)
            }
            Err(failure) => Err(self.failure_to_report(address, failure)),
        })
    }

    fn failure_to_report(&mut self, address: SocketAddr, failure: Failure) -> Failure {
        let known = self.failure.filter(|_| failure == Failure::UNREACHABLE);
        let (_, failure) = *self.failure.insert(known.unwrap_or((address, failure)));
        self.report_awaited();
        failure
    }

    /// Reports the address that a hit belongs to if it ends now.
    fn report_awaited(&self) {
        let oldest = self.attempts.first().map(|(attempt, _)| attempt.address);
        let failed = self.failure.map(|(address, _)| address);
        if let Some(address) = oldest.or(failed) {
            (self.on_step)(address, AttemptStep::Awaited);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use tokio::time::sleep;

    use super::*;

    /// The behavior of an address: the milliseconds until an attempt ends, and its failure if it has
    /// one.
    type Script = (u64, Option<Failure>);
    const MUTE: Script = (1_000_000, None);
    const REFUSES: Script = (1, Some(Failure::CONNECT_REFUSED));
    const NO_ROUTE: Script = (1, Some(Failure::UNREACHABLE));

    fn address(index: usize) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], index as u16 + 1))
    }

    /// The result with the address that won or is to blame, the milliseconds it took, and the ends of
    /// all attempts.
    type Ended = (
        Result<usize, (usize, &'static str)>,
        u64,
        Vec<(usize, &'static str)>,
    );

    fn race(scripts: &[Script], limit_ms: Option<u64>) -> Ended {
        let (ends, blamed) = (RefCell::new(vec![]), Cell::new(usize::MAX));
        let index = |address: SocketAddr| usize::from(address.port()) - 1;
        let on_step = |address: SocketAddr, step| match step {
            AttemptStep::Awaited => blamed.set(index(address)),
            AttemptStep::Connected => ends.borrow_mut().push((index(address), "connected")),
            AttemptStep::Failed(failure) => {
                ends.borrow_mut().push((index(address), failure.name()));
            }
        };
        let connect = |address: SocketAddr| async move {
            let (time, failure) = scripts[index(address)];
            sleep(Duration::from_millis(time)).await;
            failure.map_or(Ok(index(address)), Err)
        };
        let candidates = CandidateAddresses {
            first: address(0),
            others: (1..scripts.len()).map(address).collect(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let (result, elapsed) = runtime.block_on(async {
            let start = Instant::now();
            let race = connect_to_first(candidates, connect, on_step);
            let limit = Duration::from_millis(limit_ms.unwrap_or(100_000));
            let result = tokio::time::timeout(limit, race).await;
            (
                result.unwrap_or(Err(Failure::CONNECT_TIMEOUT)),
                start.elapsed(),
            )
        });
        let ended = result.map_err(|failure| (blamed.get(), failure.name()));
        (ended, elapsed.as_millis() as u64, ends.into_inner())
    }

    #[test]
    fn a_mute_address_costs_the_delay_and_not_the_timeout() {
        let expected = vec![(1, "connected"), (0, "overtaken")];
        assert_eq!(race(&[MUTE, (5, None)], None), (Ok(1), 255, expected));
    }

    #[test]
    fn the_next_address_is_tried_at_once_after_a_refusal() {
        let ends = vec![(0, "connect_refused"), (1, "connected")];
        assert_eq!(race(&[REFUSES, (5, None)], None), (Ok(1), 6, ends));
        let (result, time, _) = race(&[MUTE, REFUSES, (5, None)], None);
        assert_eq!((result, time), (Ok(2), 256), "the first attempt goes on");
    }

    #[test]
    fn a_slow_first_address_still_wins_if_it_connects_first() {
        let ends = vec![(0, "connected"), (1, "overtaken")];
        assert_eq!(race(&[(300, None), (200, None)], None), (Ok(0), 300, ends));
        assert_eq!(
            race(&[(200, None), MUTE], None).1,
            200,
            "nothing else begins"
        );
    }

    #[test]
    fn the_failure_of_an_address_with_a_route_is_reported() {
        let ends = vec![(0, "connect_refused"), (1, "unreachable")];
        assert_eq!(
            race(&[REFUSES, NO_ROUTE], None),
            (Err((0, "connect_refused")), 2, ends)
        );
        let last = race(&[NO_ROUTE, REFUSES], None);
        assert_eq!(last.0, Err((1, "connect_refused")));
        assert_eq!(race(&[NO_ROUTE], None).0, Err((0, "unreachable")));
    }

    /// Regression: the timeout was counted under an address that had refused.
    #[test]
    fn a_timeout_belongs_to_the_oldest_attempt_that_is_open() {
        for (scripts, blamed) in [
            (&[MUTE, REFUSES][..], 0),
            (&[REFUSES, MUTE], 1),
            (&[REFUSES, MUTE, MUTE, REFUSES], 1),
            (&[(300, Some(Failure::CONNECT_REFUSED)), MUTE], 1),
        ] {
            let (result, ..) = race(scripts, Some(1_000));
            assert_eq!(result, Err((blamed, "connect_timeout")), "{scripts:?}");
        }
    }

    #[test]
    fn attempts_that_a_timeout_ends_have_no_answer() {
        for scripts in [&[MUTE][..], &[MUTE, MUTE]] {
            let (result, time, ends) = race(scripts, Some(1_000));
            assert_eq!((result, time), (Err((0, "connect_timeout")), 1_000));
            let expected = (0..scripts.len()).map(|index| (index, "no_answer"));
            assert_eq!(ends, Vec::from_iter(expected));
        }
    }
}
