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
    Begun,
    Connected,
    Failed(Failure),
    /// The connection as a whole fails with the failure of this address, so far.
    Blamed,
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
        return connect_to_only(candidates.first, connect, on_step).await;
    }
    let mut race = AddressRace {
        attempts: vec![],
        loss: NO_ANSWER,
        failure: None,
        on_step,
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
    on_step: impl Fn(SocketAddr, AttemptStep),
) -> Result<S, Failure>
where
    F: Future<Output = Result<S, Failure>>,
{
    on_step(address, AttemptStep::Begun);
    let mut attempt = OnlyAttempt {
        address,
        end: AttemptStep::Failed(NO_ANSWER),
        on_step,
    };
    let connected = connect(address).await;
    attempt.end = match &connected {
        Ok(_) => AttemptStep::Connected,
        Err(failure) => AttemptStep::Failed(*failure),
    };
    connected
}

/// An attempt that reports its end on drop.
struct OnlyAttempt<N: Fn(SocketAddr, AttemptStep)> {
    address: SocketAddr,
    end: AttemptStep,
    on_step: N,
}

impl<N: Fn(SocketAddr, AttemptStep)> Drop for OnlyAttempt<N> {
    fn drop(&mut self) {
        (self.on_step)(self.address, self.end);
    }
}

/// The attempts of one connection that have not ended.
struct AddressRace<F, N: Fn(SocketAddr, AttemptStep)> {
    attempts: Vec<(SocketAddr, Pin<Box<F>>)>,
    /// The failure of attempts that are dropped.
    loss: Failure,
    /// The failure to report if no address accepts, and its address.
    failure: Option<(SocketAddr, Failure)>,
    on_step: N,
}

impl<S, F, N> AddressRace<F, N>
where
    F: Future<Output = Result<S, Failure>>,
    N: Fn(SocketAddr, AttemptStep),
{
    fn begin(&mut self, address: SocketAddr, attempt: Pin<Box<F>>) {
        (self.on_step)(address, AttemptStep::Begun);
        self.attempts.push((address, attempt));
    }

    /// Waits until an attempt ends: with a connection, or with the failure to report so far. Returns
    /// `None` at once if there is none.
    async fn next_end(&mut self) -> Option<Result<S, Failure>> {
        let ended = poll_fn(|cx| {
            if self.attempts.is_empty() {
                return Poll::Ready(None);
            }
            for (index, (_, attempt)) in self.attempts.iter_mut().enumerate() {
                if let Poll::Ready(result) = attempt.as_mut().poll(cx) {
                    return Poll::Ready(Some((index, result)));
                }
            }
            Poll::Pending
        });
        let (index, result) = ended.await?;
        let (address, _) = self.attempts.swap_remove(index);
        Some(match result {
            Ok(stream) => {
                self.loss = OVERTAKEN;
                (self.on_step)(address, AttemptStep::Connected);
                Ok(stream)
            }
            Err(failure) => {
                (self.on_step)(address, AttemptStep::Failed(failure));
                Err(self.failure_to_report(address, failure))
            }
        })
    }

    fn failure_to_report(&mut self, address: SocketAddr, failure: Failure) -> Failure {
        let known = self.failure.filter(|_| failure == Failure::UNREACHABLE);
        let (address, failure) = *self.failure.insert(known.unwrap_or((address, failure)));
        // The hit belongs to the address of its failure.
        (self.on_step)(address, AttemptStep::Blamed);
        failure
    }
}

impl<F, N: Fn(SocketAddr, AttemptStep)> Drop for AddressRace<F, N> {
    fn drop(&mut self) {
        for (address, _) in &self.attempts {
            (self.on_step)(*address, AttemptStep::Failed(self.loss));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

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
    type Ended = (Result<usize, &'static str>, u64, Vec<(usize, &'static str)>);

    fn race(scripts: &[Script], limit_ms: Option<u64>) -> Ended {
        let (ends, blamed) = (RefCell::new(vec![]), RefCell::new(None));
        let index = |address: SocketAddr| usize::from(address.port()) - 1;
        let on_step = |address: SocketAddr, step| match step {
            AttemptStep::Begun => {}
            AttemptStep::Connected => ends.borrow_mut().push((index(address), "connected")),
            AttemptStep::Failed(failure) => {
                ends.borrow_mut().push((index(address), failure.name()));
            }
            AttemptStep::Blamed => *blamed.borrow_mut() = Some(index(address)),
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
        let ended = result.map_err(|failure| failure.name());
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
            (Err("connect_refused"), 2, ends)
        );
        let last = race(&[NO_ROUTE, REFUSES], None);
        assert_eq!(last.0, Err("connect_refused"));
        assert_eq!(race(&[NO_ROUTE], None).0, Err("unreachable"));
    }

    #[test]
    fn attempts_that_a_timeout_ends_have_no_answer() {
        for scripts in [&[MUTE][..], &[MUTE, MUTE]] {
            let (result, time, ends) = race(scripts, Some(1_000));
            assert_eq!((result, time), (Err("connect_timeout"), 1_000));
            let expected = (0..scripts.len()).map(|index| (index, "no_answer"));
            assert_eq!(ends, Vec::from_iter(expected));
        }
    }
}
