//! Tokens that a target gives out, and asks for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::header::AUTHORIZATION;
use hyper::{Method, Request};
use tokio::time::Instant;

/// Where there is a token for everybody.
const TOKEN_PATH: &str = "/token";

/// The tokens of one target. Each is a number, and lives equally long.
#[derive(Debug)]
pub(crate) struct TokenIssuer {
    lifetime: Duration,
    /// When each was given.
    issued: Mutex<Vec<Instant>>,
}

/// What becomes of a request where tokens are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenCheck {
    /// It asks for a token.
    TokenRequest,
    /// It has one that lives.
    Valid,
    /// It has none, or one that is unknown or has expired.
    Invalid,
}

impl TokenIssuer {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            issued: Mutex::default(),
        }
    }

    pub(crate) fn check<B>(&self, request: &Request<B>, now: Instant) -> TokenCheck {
        if request.method() == Method::POST && request.uri().path() == TOKEN_PATH {
            return TokenCheck::TokenRequest;
        }
        let header = request.headers().get(AUTHORIZATION);
        let number = header
            .and_then(|header| header.to_str().ok()?.strip_prefix("Bearer token-"))
            .and_then(|number| number.parse::<usize>().ok());
        let given = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        match number.and_then(|number| given.get(number)) {
            Some(given) if now.duration_since(*given) < self.lifetime => TokenCheck::Valid,
            _ => TokenCheck::Invalid,
        }
    }

    /// Another token, as a token endpoint of OAuth 2.0 gives it (RFC 6749, section 5.1). The lifetime
    /// that is told is in whole seconds, and the token lives no shorter.
    pub(crate) fn issue(&self, now: Instant) -> String {
        let mut given = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, seconds) = (given.len(), self.lifetime.as_secs());
        given.push(now);
        format!(
            r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{seconds}}}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_for_its_time() {
        let (tokens, start) = (TokenIssuer::new(Duration::from_secs(5)), Instant::now());
        assert!(tokens.issue(start).contains(r#""token-0""#));
        let later = start + Duration::from_secs(3);
        let second = tokens.issue(later);
        assert!(second.contains(r#""token-1""#) && second.contains(r#""expires_in":5"#));
        for (method, path, header, seconds, entry) in [
            ("GET", "/", "", 0, TokenCheck::Invalid),
            ("GET", "/", "Bearer token-0", 4, TokenCheck::Valid),
            ("GET", "/", "Bearer token-0", 5, TokenCheck::Invalid),
            ("GET", "/", "Bearer token-1", 5, TokenCheck::Valid),
            ("GET", "/", "Bearer token-2", 5, TokenCheck::Invalid),
            ("GET", "/", "Basic token-1", 5, TokenCheck::Invalid),
            ("GET", "/token", "", 5, TokenCheck::Invalid),
            ("POST", "/token?x", "", 5, TokenCheck::TokenRequest),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.header(AUTHORIZATION, header).body(()).expect("one");
            let now = start + Duration::from_secs(seconds);
            assert_eq!(
                tokens.check(&request, now),
                entry,
                "{method} {path} {header} {seconds}"
            );
        }
    }
}
