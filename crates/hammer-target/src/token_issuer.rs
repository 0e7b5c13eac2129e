//! Issuer of the tokens that a target requires.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::header::AUTHORIZATION;
use hyper::{Method, Request};
use tokio::time::Instant;

/// The path of the token endpoint.
const TOKEN_PATH: &str = "/token";

/// The tokens of a target, which contain their number and have the same lifetime.
#[derive(Debug)]
pub(crate) struct TokenIssuer {
    lifetime: Duration,
    /// The time at which each token was issued.
    issued: Mutex<Vec<Instant>>,
}

/// The result of checking the token of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenCheckResult {
    /// The request asks for a token.
    TokenRequest,
    /// The token is valid.
    Valid,
    /// The token is missing, unknown or expired.
    Invalid,
}

impl TokenIssuer {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            issued: Mutex::default(),
        }
    }

    pub(crate) fn check<B>(&self, request: &Request<B>, now: Instant) -> TokenCheckResult {
        if request.method() == Method::POST && request.uri().path() == TOKEN_PATH {
            return TokenCheckResult::TokenRequest;
        }
        let header = request.headers().get(AUTHORIZATION);
        let number = header
            .and_then(|header| header.to_str().ok()?.strip_prefix("Bearer token-"))
            .and_then(|number| number.parse::<usize>().ok());
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        match number.and_then(|number| issued.get(number)) {
            Some(issued_at) if now.duration_since(*issued_at) < self.lifetime => {
                TokenCheckResult::Valid
            }
            _ => TokenCheckResult::Invalid,
        }
    }

    /// Issues a token, and returns the response of an OAuth 2.0 token endpoint (RFC 6749, section 5.1).
    /// `expires_in` is the lifetime rounded down to seconds.
    pub(crate) fn issue(&self, now: Instant) -> String {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, seconds) = (issued.len(), self.lifetime.as_secs());
        issued.push(now);
        format!(
            r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":{seconds}}}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_valid_for_its_lifetime() {
        let (tokens, start) = (TokenIssuer::new(Duration::from_secs(5)), Instant::now());
        assert!(tokens.issue(start).contains(r#""token-0""#));
        let later = start + Duration::from_secs(3);
        let second = tokens.issue(later);
        assert!(second.contains(r#""token-1""#) && second.contains(r#""expires_in":5"#));
        for (method, path, header, seconds, expected) in [
            ("GET", "/", "", 0, TokenCheckResult::Invalid),
            ("GET", "/", "Bearer token-0", 4, TokenCheckResult::Valid),
            ("GET", "/", "Bearer token-0", 5, TokenCheckResult::Invalid),
            ("GET", "/", "Bearer token-1", 5, TokenCheckResult::Valid),
            ("GET", "/", "Bearer token-2", 5, TokenCheckResult::Invalid),
            ("GET", "/", "Basic token-1", 5, TokenCheckResult::Invalid),
            ("GET", "/token", "", 5, TokenCheckResult::Invalid),
            ("POST", "/token?x", "", 5, TokenCheckResult::TokenRequest),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request
                .header(AUTHORIZATION, header)
                .body(())
                .expect("a valid request");
            let now = start + Duration::from_secs(seconds);
            assert_eq!(
                tokens.check(&request, now),
                expected,
                "{method} {path} {header} {seconds}"
            );
        }
    }
}
