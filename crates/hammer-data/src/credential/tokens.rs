use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::reader::Current;
use super::{CredentialError, CredentialErrorKind, TokenReader, TokenSource};

/// As many sources are asked at the same time.
const THREADS: usize = 8;

/// A source that failed is asked again after this time, and after twice as long each time that it fails
/// again, up to the longest.
const AGAIN: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// Tokens that are renewed in the background.
///
/// Until a renewal succeeds the last token goes on, and the source is asked again: after 250 ms, then
/// after twice as long each time, up to 30 s. The first failure of each series is told, once, with
/// `tracing::warn!`, and all of them are in [`renewals`](Self::renewals). When the value is dropped, no
/// more tokens are fetched.
pub struct Tokens {
    shared: Arc<Shared>,
}

/// What became of renewals so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renewals {
    /// How often there was another token, the first ones left out.
    pub renewed: u64,
    /// How often a source failed to renew.
    pub failed: u64,
    /// Why, the last time that it began to fail; without any secret.
    pub failure: Option<String>,
}

struct Shared {
    current: Vec<Arc<Current>>,
    state: Mutex<State>,
    /// When something is due sooner, or all is over.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: BinaryHeap<Reverse<Due>>,
    /// Sources that have not had their first token.
    awaited: usize,
    first_error: Option<CredentialError>,
    renewals: Renewals,
    over: bool,
}

/// A source, and when to ask it.
struct Due {
    at: Instant,
    index: usize,
    source: Box<dyn TokenSource>,
    first: bool,
    /// How long to wait when it fails; longer than at first if it has failed already.
    again: Duration,
}

impl Tokens {
    /// Fetches a token from each source, several at the same time, and returns when all have come.
    ///
    /// # Errors
    ///
    /// The first that a source has; or if there are no sources, or no threads to be had.
    pub fn start(sources: Vec<Box<dyn TokenSource>>) -> Result<Self, CredentialError> {
        if sources.is_empty() {
            let message = "no source of tokens was given";
            return Err(CredentialError::new(CredentialErrorKind::TooFew, message));
        }
        let (now, count) = (Instant::now(), sources.len());
        let due = |(index, source)| {
            Reverse(Due {
                at: now,
                index,
                source,
                first: true,
                again: AGAIN,
            })
        };
        let shared = Arc::new(Shared {
            current: (0..count).map(|_| Arc::new(Current::new())).collect(),
            state: Mutex::new(State {
                waiting: sources.into_iter().enumerate().map(due).collect(),
                awaited: count,
                ..State::default()
            }),
            changed: Condvar::new(),
        });
        // From here on whatever goes wrong ends the threads.
        let tokens = Self { shared };
        for _ in 0..count.min(THREADS) {
            let shared = tokens.shared.clone();
            thread::Builder::new()
                .name("tokens".to_owned())
                .spawn(move || while shared.serve() {})
                .map_err(|error| CredentialError::io("can't start a thread", error))?;
        }
        let mut state = tokens.shared.lock();
        while state.awaited > 0 && state.first_error.is_none() {
            let woken = tokens.shared.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let error = state.first_error.take();
        drop(state);
        error.map_or(Ok(tokens), Err)
    }

    /// A reader for a slot of this index: with several sources, slots have theirs in turn.
    #[must_use]
    pub fn reader(&self, slot: usize) -> TokenReader {
        let current = &self.shared.current;
        TokenReader::new(current[slot % current.len()].clone())
    }

    /// What became of renewals so far.
    #[must_use]
    pub fn renewals(&self) -> Renewals {
        self.shared.lock().renewals.clone()
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_all();
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("sources", &self.shared.current.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The state, of which nothing is half done whoever panics: sources are asked outside of it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next source that is due and asks it; false when all is over.
    fn serve(&self) -> bool {
        let Some(mut due) = self.next() else {
            return false;
        };
        // A source that panics would leave others waiting for it.
        let fetched = catch_unwind(AssertUnwindSafe(|| due.source.fetch()));
        let fetched = fetched.unwrap_or_else(|_| {
            let message = "the source of the token panicked";
            Err(CredentialError::new(CredentialErrorKind::Failed, message))
        });
        let mut state = self.lock();
        match fetched {
            Ok(token) => {
                let other = self.current[due.index].set(token.secret);
                if due.first {
                    state.awaited -= 1;
                } else if other {
                    state.renewals.renewed += 1;
                }
                (due.first, due.again) = (false, AGAIN);
                if let Some(next) = token.next.and_then(|next| Instant::now().checked_add(next)) {
                    due.at = next;
                    state.waiting.push(Reverse(due));
                }
            }
            Err(error) if due.first => {
                state.first_error.get_or_insert(error);
            }
            Err(error) => {
                state.renewals.failed += 1;
                if due.again == AGAIN {
                    tracing::warn!("failed to renew a token: {error}");
                    state.renewals.failure = Some(error.to_string());
                }
                due.at = Instant::now() + due.again;
                due.again = (due.again * 2).min(LONGEST);
                state.waiting.push(Reverse(due));
            }
        }
        drop(state);
        self.changed.notify_all();
        true
    }

    fn next(&self) -> Option<Due> {
        let mut state = self.lock();
        loop {
            if state.over {
                return None;
            }
            let now = Instant::now();
            let wait = match state.waiting.peek() {
                Some(Reverse(due)) if due.at <= now => {
                    return state.waiting.pop().map(|Reverse(due)| due);
                }
                Some(Reverse(due)) => due.at - now,
                None => Duration::from_secs(3600),
            };
            let woken = self.changed.wait_timeout(state, wait);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.index).cmp(&(other.at, other.index))
    }
}
