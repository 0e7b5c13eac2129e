use std::time::Duration;

use super::{CredentialError, CredentialErrorKind, SecretBytes};

/// How long before its end a token is renewed: a fifth of its life, but not more than this.
const MAX_RENEWAL_LEAD: Duration = Duration::from_secs(60);

/// Sooner than this no token is renewed, however short it lives: whoever gives out dead tokens would be
/// asked without end.
const MIN_RENEWAL_DELAY: Duration = Duration::from_millis(100);

/// A token, and when to ask for another.
#[derive(Debug, Clone)]
pub struct FetchedToken {
    pub(super) secret: SecretBytes,
    pub(super) refetch_after: Option<Duration>,
}

impl FetchedToken {
    /// A token that does not expire.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self {
            secret,
            refetch_after: None,
        }
    }

    /// One that lives so long from now on: it is renewed when four fifths of that have passed, or a
    /// minute before the end if that is later; but not within 100 ms.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.refetch_after =
            Some((lifetime - (lifetime / 5).min(MAX_RENEWAL_LEAD)).max(MIN_RENEWAL_DELAY));
        self
    }

    /// One whose source is to be asked again after this time, a millisecond at least.
    #[must_use]
    pub fn refetch_after(mut self, after: Duration) -> Self {
        self.refetch_after = Some(after.max(Duration::from_millis(1)));
        self
    }

    /// The token in what a person or a program wrote: without white space around it.
    pub(super) fn parse(bytes: &[u8], by: &str) -> Result<Self, CredentialError> {
        let malformed = |message| {
            Err(CredentialError::new(
                CredentialErrorKind::Malformed,
                message,
            ))
        };
        match bytes.trim_ascii() {
            [] => malformed(format!("{by} gave nothing")),
            // A token becomes part of a header or a packet.
            token if token.iter().any(|byte| *byte < b' ' || *byte == 0x7f) => malformed(format!(
                "{by} gave more than one line, or bytes that are no text"
            )),
            token => Ok(Self::new(SecretBytes::new(token))),
        }
    }
}

/// Where tokens come from.
///
/// `fetch` is called on a thread of its own, never within a hit, so it may block; it must come to an
/// end by itself.
pub trait TokenSource: Send + 'static {
    /// Fetches a token.
    ///
    /// # Errors
    ///
    /// If there is none; it is called again later, and until then the last token goes on.
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError>;

    /// What ends a fetch that goes on on another thread, for a source whose fetch would outlive the
    /// program, such as a command. It is called once, when no more tokens are wanted.
    fn canceler(&self) -> Option<FetchCanceler> {
        None
    }
}

/// Ends a fetch, and has those that come fail at once.
pub type FetchCanceler = Box<dyn Fn() + Send + Sync>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_before_they_expire() {
        for (lifetime_ms, next_ms) in [
            (0, 100),
            (110, 100),
            (5_000, 4_000),
            (300_000, 240_000),
            (3_600_000, 3_540_000),
        ] {
            let token = FetchedToken::new(SecretBytes::new("t"))
                .with_lifetime(Duration::from_millis(lifetime_ms));
            assert_eq!(
                token.refetch_after,
                Some(Duration::from_millis(next_ms)),
                "{lifetime_ms}"
            );
        }
    }
}
