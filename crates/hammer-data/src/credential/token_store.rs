//! Store of tokens that are renewed in the background.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::{
    CredentialError, CredentialErrorKind, CurrentToken, FetchCanceler, SecretBytes, TokenSource,
};
use crate::{FeedError, Feeder, TemplateContext, VariesBy};

/// The maximum number of sources that are asked at the same time.
const MAX_FETCH_THREADS: usize = 8;

/// The time after which a source is asked again after its first failure. It doubles with each failure.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(250);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Tokens that are renewed in the background.
///
/// If a renewal fails, the last token stays in use, and the source is asked again after 250 ms, then
/// after twice the time for each further failure, up to 30 s. The first failure is logged with
/// `tracing::warn!`, and [`renewals`](Self::renewals) counts all of them. Dropping the store stops
/// renewals and cancels running fetches with their [`canceler`](TokenSource::canceler).
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use hammer_data::credential::{TokenCommand, TokenStore};
/// use hammer_data::{HitContext, Template, TemplateScope};
/// # use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
/// # let rng = Xoshiro256PlusPlus::seed_from_u64(1);
///
/// # #[cfg(unix)] {
/// let command = TokenCommand::new("echo t0ken").lifetime(Duration::from_secs(300));
/// let tokens = Arc::new(TokenStore::new(vec![Box::new(command)]));
/// let scope = TemplateScope::new().with_tokens(tokens.clone());
/// let header = Template::compile("Bearer {{token}}", &scope)?;
///
/// // Before the first hit; in an async function, `tokens.ready().await?`.
/// tokens.blocking_ready()?;
/// let mut text = vec![];
/// header.render(&mut HitContext::new(0, 0, rng), &mut text)?;
/// assert_eq!(text, b"Bearer t0ken");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TokenStore {
    shared: Arc<TokenStoreInner>,
    row_owners: Option<Arc<Feeder>>,
}

/// Counts of renewals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRenewalCounts {
    /// The number of new tokens after the first ones.
    pub renewed: u64,
    /// The number of failed renewals.
    pub failed: u64,
    /// The reason for the first failure, without secrets.
    pub failure: Option<String>,
}

struct TokenStoreInner {
    cancelers: Vec<FetchCanceler>,
    current: Vec<ArcSwapOption<CurrentToken>>,
    state: Mutex<TokenStoreState>,
    /// Signals that a fetch is scheduled earlier, that a first token has arrived, or that the store was
    /// dropped.
    changed: Condvar,
}

#[derive(Default)]
struct TokenStoreState {
    scheduled: BinaryHeap<Reverse<ScheduledFetch>>,
    /// True if the fetching threads were started.
    started: bool,
    /// The number of sources without a first token.
    first_pending: usize,
    first_error: Option<CredentialError>,
    /// The tasks that wait for the first tokens.
    wakers: Vec<Waker>,
    /// The number of sources whose last renewal failed.
    failing: usize,
    renewals: TokenRenewalCounts,
    stopped: bool,
}

impl TokenStoreState {
    /// Returns the result of fetching the first tokens, once it is known.
    fn first_fetch_result(&self) -> Option<Result<(), CredentialError>> {
        match &self.first_error {
            Some(error) => Some(Err(error.clone())),
            None => (self.first_pending == 0).then_some(Ok(())),
        }
    }
}

/// A source and the time of its next fetch.
struct ScheduledFetch {
    due_at: Instant,
    index: usize,
    source: Box<dyn TokenSource>,
    first: bool,
    /// The delay after the next failure; longer than the first delay if the last fetch failed.
    retry_delay: Duration,
}

impl TokenStore {
    /// Creates a store without fetching tokens yet. Clients, or slots in hammers without clients, use
    /// several sources in turn.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn TokenSource>>) -> Self {
        let (now, count) = (Instant::now(), sources.len());
        let due = |(index, source)| {
            Reverse(ScheduledFetch {
                due_at: now,
                index,
                source,
                first: true,
                retry_delay: FIRST_RETRY_DELAY,
            })
        };
        let shared = Arc::new(TokenStoreInner {
            cancelers: sources
                .iter()
                .filter_map(|source| source.canceler())
                .collect(),
            current: (0..count).map(|_| ArcSwapOption::empty()).collect(),
            state: Mutex::new(TokenStoreState {
                scheduled: sources.into_iter().enumerate().map(due).collect(),
                first_pending: count,
                ..TokenStoreState::default()
            }),
            changed: Condvar::new(),
        });
        let row_owners = None;
        Self { shared, row_owners }
    }

    /// Assigns the sources to the rows of a feeder in their order. A hit uses the token of its row.
    #[must_use]
    pub fn owned_by_rows(mut self, feeder: Arc<Feeder>) -> Self {
        self.row_owners = Some(feeder);
        self
    }

    /// Starts to fetch a token from each source, unless that has already happened, and waits for all of
    /// them.
    ///
    /// # Errors
    ///
    /// The first error of a source, or an error if no thread can be started.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the fetches.
    pub async fn ready(&self) -> Result<(), CredentialError> {
        poll_fn(|context| {
            let mut state = self.start_fetching();
            if let Some(result) = state.first_fetch_result() {
                return Poll::Ready(result);
            }
            let waker = context.waker();
            if !state.wakers.iter().any(|known| known.will_wake(waker)) {
                state.wakers.push(waker.clone());
            }
            Poll::Pending
        })
        .await
    }

    /// Blocks until [`ready`](Self::ready) would return.
    ///
    /// # Errors
    ///
    /// See [`ready`](Self::ready).
    pub fn blocking_ready(&self) -> Result<(), CredentialError> {
        let mut state = self.start_fetching();
        loop {
            if let Some(result) = state.first_fetch_result() {
                return result;
            }
            let woken = self.shared.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Starts the fetching threads if they do not run, and locks the state.
    fn start_fetching(&self) -> MutexGuard<'_, TokenStoreState> {
        let mut state = self.shared.lock();
        if !state.started {
            state.started = true;
            for _ in 0..self.shared.current.len().min(MAX_FETCH_THREADS) {
                let shared = self.shared.clone();
                let thread = thread::Builder::new()
                    .name("tokens".to_owned())
                    .spawn(move || while shared.fetch_next() {});
                if let Err(error) = thread {
                    let error = CredentialError::io("cannot start a thread", error);
                    state.first_error.get_or_insert(error);
                }
            }
        }
        state
    }

    /// Returns the token for a hit, or `None` if no token was fetched yet, or if the hit has no row and
    /// tokens are [owned by rows](Self::owned_by_rows).
    #[must_use]
    pub fn current(&self, context: &impl TemplateContext) -> Option<Arc<CurrentToken>> {
        self.token_cell(context)?.load_full()
    }

    /// Appends the token for a hit, without taking a lock.
    pub(crate) fn append_token(
        &self,
        context: &mut impl TemplateContext,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let cell = self.token_cell(context).ok_or(FeedError::NO_TOKEN)?;
        let token = cell.load();
        let token = token.as_ref().ok_or(FeedError::NO_TOKEN)?;
        to.extend_from_slice(token.secret().expose());
        context.on_token_used(token);
        Ok(())
    }

    fn token_cell(&self, context: &impl TemplateContext) -> Option<&ArcSwapOption<CurrentToken>> {
        let cells = &self.shared.current;
        let index = match &self.row_owners {
            Some(feeder) => feeder.row_index(feeder.owner_number(context))?,
            None => context.client().checked_rem(cells.len() as u64)?,
        };
        cells.get(usize::try_from(index).ok()?)
    }

    /// Returns the dimension along which tokens vary.
    pub(crate) fn varies_by(&self) -> VariesBy {
        self.row_owners
            .as_ref()
            .map_or(VariesBy::Client, |feeder| feeder.row_per())
    }

    /// Returns the counts of renewals so far.
    #[must_use]
    pub fn renewals(&self) -> TokenRenewalCounts {
        self.shared.lock().renewals.clone()
    }

    /// Returns a sentence for the report if renewals failed.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let renewals = self.renewals();
        let warning = |failure: String| {
            let (count, suffix) = match renewals.failed {
                1 => ("1 token renewal".to_owned(), ""),
                failed => (format!("{failed} token renewals"), ", the first"),
            };
            format!(
                "{count} failed{suffix} because {failure}; hits continued with tokens that may have \
                 expired. Make sure that the token source answers in time."
            )
        };
        renewals.failure.map(warning).into_iter().collect()
    }
}

impl Drop for TokenStore {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        self.shared.cancelers.iter().for_each(|cancel| cancel());
    }
}

impl fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenStore")
            .field("sources", &self.shared.current.len())
            .finish_non_exhaustive()
    }
}

impl TokenStoreInner {
    /// Locks the state. It is consistent even after a panic, since sources are asked without the lock.
    fn lock(&self) -> MutexGuard<'_, TokenStoreState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next source that is due and asks it. Returns false when the store was dropped.
    fn fetch_next(&self) -> bool {
        let Some(mut due) = self.next_due() else {
            return false;
        };
        // Without this, a panic of a source would leave tasks waiting for its first token.
        let fetched = catch_unwind(AssertUnwindSafe(|| due.source.fetch()));
        let fetched = fetched.unwrap_or_else(|_| {
            let message = "the token source panicked";
            Err(CredentialError::new(CredentialErrorKind::Failed, message))
        });
        let mut state = self.lock();
        let failed = due.retry_delay != FIRST_RETRY_DELAY;
        match fetched {
            Ok(token) => {
                let changed = self.replace_token(due.index, token.secret);
                state.first_pending -= usize::from(due.first);
                state.renewals.renewed += u64::from(changed && !due.first);
                state.failing -= usize::from(failed);
                (due.first, due.retry_delay) = (false, FIRST_RETRY_DELAY);
                if let Some(next) = token
                    .refetch_after
                    .and_then(|next| Instant::now().checked_add(next))
                {
                    due.due_at = next;
                    state.scheduled.push(Reverse(due));
                }
            }
            Err(error) if due.first => {
                state.first_error.get_or_insert(error);
            }
            Err(error) => {
                // Logged once: if one of many sources fails, the others usually fail too.
                if state.failing == 0 {
                    tracing::warn!(
                        "failed to renew a token; hits continue with the last one: {error}"
                    );
                }
                state.failing += usize::from(!failed);
                state.renewals.failed += 1;
                let failure = &mut state.renewals.failure;
                failure.get_or_insert_with(|| error.to_string());
                due.due_at = Instant::now() + due.retry_delay;
                due.retry_delay = (due.retry_delay * 2).min(MAX_RETRY_DELAY);
                state.scheduled.push(Reverse(due));
            }
        }
        let wakers = match state.first_fetch_result() {
            Some(_) => std::mem::take(&mut state.wakers),
            None => vec![],
        };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        self.changed.notify_all();
        true
    }

    /// Makes `secret` the current token of a source, and returns true if it differs from the last one.
    fn replace_token(&self, index: usize, secret: SecretBytes) -> bool {
        let cell = &self.current[index];
        let last = cell.load_full();
        let changed = last.as_ref().is_none_or(|last| *last.secret() != secret);
        if changed {
            cell.store(Some(Arc::new(CurrentToken::successor_of(
                last.as_deref(),
                secret,
            ))));
        }
        changed
    }

    fn next_due(&self) -> Option<ScheduledFetch> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let now = Instant::now();
            let wait = match state.scheduled.peek() {
                Some(Reverse(due)) if due.due_at <= now => {
                    return state.scheduled.pop().map(|Reverse(due)| due);
                }
                Some(Reverse(due)) => due.due_at - now,
                None => Duration::from_secs(3600),
            };
            let woken = self.changed.wait_timeout(state, wait);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl PartialEq for ScheduledFetch {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ScheduledFetch {}

impl PartialOrd for ScheduledFetch {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ScheduledFetch {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due_at, self.index).cmp(&(other.due_at, other.index))
    }
}
