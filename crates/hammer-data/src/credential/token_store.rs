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

/// As many sources are asked at the same time.
const MAX_FETCH_THREADS: usize = 8;

/// A source that failed is asked again after this time, and after twice as long each time that it fails
/// again, up to the longest.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(250);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Tokens that are renewed in the background.
///
/// Until a renewal succeeds the last token goes on, and the source is asked again: after 250 ms, then
/// after twice as long each time, up to 30 s. When the first of them fails that is told, once, with
/// `tracing::warn!`, and all of them are in [`renewals`](Self::renewals). When the value is dropped, no
/// more tokens are fetched, and what a source has begun is ended with its [`ender`](TokenSource::canceler).
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
/// let words = TemplateScope::new().tokens(tokens.clone());
/// let header = Template::compile("Bearer {{token}}", &words)?;
///
/// // Before the first hit; in an async function, `tokens.ready().await?`.
/// tokens.wait()?;
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

/// What became of renewals so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenRenewals {
    /// How often there was another token, the first ones left out.
    pub renewed: u64,
    /// How often a source failed to renew.
    pub failed: u64,
    /// Why, the first time; without any secret.
    pub failure: Option<String>,
}

struct TokenStoreInner {
    cancelers: Vec<FetchCanceler>,
    current: Vec<ArcSwapOption<CurrentToken>>,
    state: Mutex<FetchState>,
    /// When something is due sooner, a first token has come, or all is over.
    changed: Condvar,
}

#[derive(Default)]
struct FetchState {
    scheduled: BinaryHeap<Reverse<ScheduledFetch>>,
    /// Whether there are threads that fetch.
    started: bool,
    /// Sources that have not had their first token.
    first_pending: usize,
    first_error: Option<CredentialError>,
    /// Who waits for the first tokens.
    wakers: Vec<Waker>,
    /// Sources whose last renewal failed.
    failing: usize,
    renewals: TokenRenewals,
    stopped: bool,
}

impl FetchState {
    /// What became of the first tokens, when that is known.
    fn first_fetch_result(&self) -> Option<Result<(), CredentialError>> {
        match &self.first_error {
            Some(error) => Some(Err(error.clone())),
            None => (self.first_pending == 0).then_some(Ok(())),
        }
    }
}

/// A source, and when to ask it.
struct ScheduledFetch {
    due_at: Instant,
    index: usize,
    source: Box<dyn TokenSource>,
    first: bool,
    /// How long to wait when it fails; longer than at first if it has failed already.
    retry_delay: Duration,
}

impl TokenStore {
    /// Tokens of these sources, of which none is asked yet. With several of them, slots have theirs
    /// in turn; or clients, where a hammer has clients.
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
            state: Mutex::new(FetchState {
                scheduled: sources.into_iter().enumerate().map(due).collect(),
                first_pending: count,
                ..FetchState::default()
            }),
            changed: Condvar::new(),
        });
        let row_owners = None;
        Self { shared, row_owners }
    }

    /// Each source belongs to a row of this feeder, from the first on, and whoever has that row has its
    /// token.
    #[must_use]
    pub fn owned_by_rows(mut self, feeder: Arc<Feeder>) -> Self {
        self.row_owners = Some(feeder);
        self
    }

    /// Fetches a token from each source, several at the same time, if that was not done yet, and waits
    /// until all have come.
    ///
    /// # Errors
    ///
    /// The first that a source has; or if there are no threads to be had.
    ///
    /// # Cancel safety
    ///
    /// Tokens are fetched all the same.
    pub async fn ready(&self) -> Result<(), CredentialError> {
        poll_fn(|context| {
            let mut state = self.start_fetching();
            if let Some(outcome) = state.first_fetch_result() {
                return Poll::Ready(outcome);
            }
            let waker = context.waker();
            if !state.wakers.iter().any(|known| known.will_wake(waker)) {
                state.wakers.push(waker.clone());
            }
            Poll::Pending
        })
        .await
    }

    /// The same, for whoever may block.
    ///
    /// # Errors
    ///
    /// As those of [`ready`](Self::ready).
    pub fn blocking_ready(&self) -> Result<(), CredentialError> {
        let mut state = self.start_fetching();
        loop {
            if let Some(outcome) = state.first_fetch_result() {
                return outcome;
            }
            let woken = self.shared.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The state, with threads that fetch.
    fn start_fetching(&self) -> MutexGuard<'_, FetchState> {
        let mut state = self.shared.lock();
        if !state.started {
            state.started = true;
            for _ in 0..self.shared.current.len().min(MAX_FETCH_THREADS) {
                let shared = self.shared.clone();
                let thread = thread::Builder::new()
                    .name("tokens".to_owned())
                    .spawn(move || while shared.fetch_next() {});
                if let Err(error) = thread {
                    let error = CredentialError::io("can't start a thread", error);
                    state.first_error.get_or_insert(error);
                }
            }
        }
        state
    }

    /// The token for such a hit; none before the first has come, or if the hit has no row and tokens
    /// are [of rows](Self::owned_by_rows).
    #[must_use]
    pub fn current(&self, context: &impl TemplateContext) -> Option<Arc<CurrentToken>> {
        self.token_cell(context)?.load_full()
    }

    /// Appends the token for such a hit, without a lock.
    pub(crate) fn append_token(
        &self,
        context: &mut impl TemplateContext,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let cell = self.token_cell(context).ok_or(FeedError::NO_TOKEN)?;
        let present = cell.load();
        let present = present.as_ref().ok_or(FeedError::NO_TOKEN)?;
        to.extend_from_slice(present.secret().expose());
        context.on_token_used(present);
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

    /// What a token differs by.
    pub(crate) fn varies_by(&self) -> VariesBy {
        self.row_owners
            .as_ref()
            .map_or(VariesBy::Client, |feeder| feeder.varies_by())
    }

    /// What became of renewals so far.
    #[must_use]
    pub fn renewals(&self) -> TokenRenewals {
        self.shared.lock().renewals.clone()
    }

    /// What a report has to say of renewals that failed: nothing, or a sentence.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let renewals = self.renewals();
        let doubt = |failure: String| {
            let times = match renewals.failed {
                1 => "once".to_owned(),
                failed => format!("{failed} times"),
            };
            format!(
                "tokens could not be renewed, {times}, at first because {failure}: hits went on with \
                 tokens that may have expired. See to it that the source of tokens answers in time."
            )
        };
        renewals.failure.map(doubt).into_iter().collect()
    }
}

impl Drop for TokenStore {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        self.shared.cancelers.iter().for_each(|end| end());
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
    /// The state, of which nothing is half done whoever panics: sources are asked outside of it.
    fn lock(&self) -> MutexGuard<'_, FetchState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next source that is due and asks it; false when all is over.
    fn fetch_next(&self) -> bool {
        let Some(mut due) = self.next_due() else {
            return false;
        };
        // A source that panics would leave others waiting for it.
        let fetched = catch_unwind(AssertUnwindSafe(|| due.source.fetch()));
        let fetched = fetched.unwrap_or_else(|_| {
            let message = "the source of the token panicked";
            Err(CredentialError::new(CredentialErrorKind::Failed, message))
        });
        let mut state = self.lock();
        let failed = due.retry_delay != FIRST_RETRY_DELAY;
        match fetched {
            Ok(token) => {
                let other = self.replace_token(due.index, token.secret);
                state.first_pending -= usize::from(due.first);
                state.renewals.renewed += u64::from(other && !due.first);
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
                // Where one of many sources fails the others most likely do.
                if state.failing == 0 {
                    tracing::warn!("failed to renew a token, so hits go on with the last: {error}");
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

    /// Whether `secret` is another token of this source; then it is valid from now on.
    fn replace_token(&self, index: usize, secret: SecretBytes) -> bool {
        let cell = &self.current[index];
        let last = cell.load_full();
        let other = last.as_ref().is_none_or(|last| *last.secret() != secret);
        if other {
            cell.store(Some(Arc::new(CurrentToken::successor_of(
                last.as_deref(),
                secret,
            ))));
        }
        other
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
