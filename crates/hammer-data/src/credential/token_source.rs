//! Sources of tokens.

use std::time::Duration;

use super::{CredentialError, CredentialErrorKind, SecretBytes};

/// The maximum time between the renewal of a token and its end. It is at most a fifth of the lifetime.
const MAX_RENEWAL_LEAD: Duration = Duration::from_secs(60);

/// The minimum time until the renewal of a token, even of an expired one, so that its source is not
/// asked in a tight loop.
const MIN_RENEWAL_DELAY: Duration = Duration::from_millis(100);

/// A token and the time until its renewal.
#[derive(Debug, Clone)]
pub struct FetchedToken {
    pub(super) secret: SecretBytes,
    pub(super) refetch_after: Option<Duration>,
}

impl FetchedToken {
    /// Creates a token that does not expire.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self {
            secret,
            refetch_after: None,
        }
    }

    /// Sets the lifetime, which begins now. The token is renewed when 80 % of it has passed or one
    /// minute before its end, whichever is later, but not within 100 ms.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.refetch_after =
            Some((lifetime - (lifetime / 5).min(MAX_RENEWAL_LEAD)).max(MIN_RENEWAL_DELAY));
        self
    }

    /// Sets the time after which the source is asked again: at least one millisecond.
    #[must_use]
    pub fn refetch_after(mut self, delay: Duration) -> Self {
        self.refetch_after = Some(delay.max(Duration::from_millis(1)));
        self
    }

    /// Parses the output of `source`: a token, with or without white space around it.
    pub(super) fn parse(bytes: &[u8], source: &str) -> Result<Self, CredentialError> {
        let malformed = |message| {
            Err(CredentialError::new(
                CredentialErrorKind::Malformed,
                message,
            ))
        };
        match bytes.trim_ascii() {
            [] => malformed(format!("expected a token from {source}, found nothing")),
            // A token becomes part of a header or a packet.
            token if token.iter().any(|byte| *byte < b' ' || *byte == 0x7f) => malformed(format!(
                "expected a token from {source}, found several lines or control characters"
            )),
            token => Ok(Self::new(SecretBytes::new(token))),
        }
    }
}

/// A source of tokens.
///
/// `fetch` is called on a background thread, never within a hit. So it may block, but it must have a
/// timeout.
pub trait TokenSource: Send + 'static {
    /// Fetches a token.
    ///
    /// # Errors
    ///
    /// If there is no token. Hits continue with the last one, and `fetch` is called again later.
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError>;

    /// Returns a function that cancels a fetch on another thread, for sources such as a command whose
    /// fetch could outlive the program. It is called once, when no more tokens are needed.
    fn canceler(&self) -> Option<FetchCanceler> {
        None
    }
}

/// Cancels a running fetch, and makes later ones fail at once.
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
