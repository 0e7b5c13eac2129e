//! Tokens from an OAuth 2.0 endpoint.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use hammer_diagnostic::{excerpt, is_control};

use super::{CredentialError, CredentialErrorKind, FetchedToken, SecretBytes, TokenSource};
use crate::template::TemplateFilter;

/// An HTTP client for the token endpoint.
///
/// It is called on a background thread, so it may block, but it must have a timeout.
pub trait TokenEndpointClient: Send + 'static {
    /// Sends `form` as `application/x-www-form-urlencoded`, with the header `Authorization` if it has a
    /// value, and returns the response with any status.
    ///
    /// # Errors
    ///
    /// If there was no response.
    fn post(
        &mut self,
        form: &SecretBytes,
        authorization: Option<&SecretBytes>,
    ) -> Result<TokenHttpResponse, CredentialError>;
}

/// The response of a token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHttpResponse {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for TokenHttpResponse {
    /// Omits the body, which usually contains a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenHttpResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The grant with which a token is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthGrant {
    /// The credentials of the client (RFC 6749, section 4.4).
    ClientCredentials,
    /// The name and password of a user (RFC 6749, section 4.3).
    Password {
        /// The name of the user.
        user: String,
        /// The password of the user.
        password: SecretBytes,
    },
}

/// A source of OAuth 2.0 bearer tokens (RFC 6749).
///
/// The lifetime of a token is the `expires_in` of the response, or that of
/// [`lifetime`](Self::lifetime). Without either, the token is not renewed.
#[derive(Debug, Clone)]
pub struct OAuthTokenSource<E> {
    endpoint: E,
    grant: OAuthGrant,
    client: Option<(String, SecretBytes)>,
    client_in_body: bool,
    parameters: Vec<(String, String)>,
    lifetime: Option<Duration>,
}

impl<E: TokenEndpointClient> OAuthTokenSource<E> {
    /// Creates a source that requests tokens with a grant.
    #[must_use]
    pub fn new(endpoint: E, grant: OAuthGrant) -> Self {
        Self {
            endpoint,
            grant,
            client: None,
            client_in_body: false,
            parameters: vec![],
            lifetime: None,
        }
    }

    /// Sets the client, which authenticates with HTTP Basic (section 2.3.1).
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: SecretBytes) -> Self {
        self.client = Some((id.into(), secret));
        self
    }

    /// Sends the client's id and secret in the body, for endpoints without HTTP Basic.
    #[must_use]
    pub fn client_in_body(mut self) -> Self {
        self.client_in_body = true;
        self
    }

    /// Adds a parameter, such as `scope` or `audience`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets the lifetime of tokens whose response has no `expires_in`.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    fn form(&self) -> SecretBytes {
        let mut form = vec![];
        let mut add = |name: &str, value: &[u8]| {
            if !form.is_empty() {
                form.push(b'&');
            }
            form.extend(percent_encoded(name.as_bytes()));
            form.push(b'=');
            form.extend(percent_encoded(value));
        };
        match &self.grant {
            OAuthGrant::ClientCredentials => add("grant_type", b"client_credentials"),
            OAuthGrant::Password { user, password } => {
                add("grant_type", b"password");
                add("username", user.as_bytes());
                add("password", password.expose());
            }
        }
        for (name, value) in &self.parameters {
            add(name, value.as_bytes());
        }
        if let (Some((id, secret)), true) = (&self.client, self.client_in_body) {
            add("client_id", id.as_bytes());
            add("client_secret", secret.expose());
        }
        SecretBytes::new(form)
    }

    /// Returns the secrets in all encodings in which an endpoint may repeat them, the longest first.
    fn secrets(&self) -> Vec<String> {
        let password = match &self.grant {
            OAuthGrant::Password { password, .. } => Some(password),
            OAuthGrant::ClientCredentials => None,
        };
        let client = self.client.as_ref().map(|(_, secret)| secret);
        let mut secrets: Vec<String> = vec![];
        for secret in [password, client].into_iter().flatten() {
            let raw = String::from_utf8_lossy(secret.expose()).into_owned();
            let percent = String::from_utf8_lossy(&percent_encoded(secret.expose())).into_owned();
            secrets.extend([
                percent.replace("%20", "+"),
                lower_hex(&percent),
                percent,
                raw,
            ]);
        }
        let header = self.authorization();
        let basic = header.and_then(|header| String::from_utf8(header.expose().to_vec()).ok());
        secrets.extend(basic.and_then(|basic| Some(basic.strip_prefix("Basic ")?.to_owned())));
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }

    fn authorization(&self) -> Option<SecretBytes> {
        let (id, secret) = self.client.as_ref().filter(|_| !self.client_in_body)?;
        let mut header = b"Basic ".to_vec();
        let start = header.len();
        header.extend(percent_encoded(id.as_bytes()));
        header.push(b':');
        header.extend(percent_encoded(secret.expose()));
        TemplateFilter::Base64.apply(&mut header, start);
        Some(SecretBytes::new(header))
    }
}

impl<E: TokenEndpointClient> TokenSource for OAuthTokenSource<E> {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let (form, authorization) = (self.form(), self.authorization());
        let response = self.endpoint.post(&form, authorization.as_ref())?;
        if response.status != 200 {
            let error: TokenErrorResponse =
                serde_json::from_slice(&response.body).unwrap_or_default();
            let reason = error.redacted(&self.secrets());
            let user = match &self.grant {
                OAuthGrant::ClientCredentials => String::new(),
                OAuthGrant::Password { user, .. } => format!(", for user {}", excerpt(user)),
            };
            return Err(CredentialError::new(
                CredentialErrorKind::Refused,
                format!(
                    "the token endpoint answered {}{reason}{user}",
                    response.status
                ),
            ));
        }
        // The error of serde is dropped, since it may contain parts of the response.
        let token_response: AccessTokenResponse =
            serde_json::from_slice(&response.body).map_err(|_| {
                let message =
                    "the token endpoint answered without an access_token in a JSON object";
                CredentialError::new(CredentialErrorKind::Malformed, message)
            })?;
        let token =
            FetchedToken::parse(token_response.access_token.as_bytes(), "the token endpoint")?;
        token_response.check_bearer()?;
        Ok(match token_response.lifetime()?.or(self.lifetime) {
            Some(lifetime) => token.with_lifetime(lifetime),
            None => token,
        })
    }
}

/// The successful response of a token endpoint (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct AccessTokenResponse {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    token_type: Value,
}

impl AccessTokenResponse {
    /// Returns the lifetime, if the response has one. Some endpoints write it as a string, or with a
    /// fraction.
    fn lifetime(&self) -> Result<Option<Duration>, CredentialError> {
        let seconds = match &self.expires_in {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        lifetime.map(Some).ok_or_else(|| {
            let message =
                "the token endpoint answered with an expires_in that is not a number of seconds";
            CredentialError::new(CredentialErrorKind::Malformed, message)
        })
    }

    /// Checks that the token alone authenticates a hit, since hits send nothing else.
    fn check_bearer(&self) -> Result<(), CredentialError> {
        match &self.token_type {
            Value::Null => Ok(()),
            Value::String(kind) if kind.eq_ignore_ascii_case("bearer") => Ok(()),
            _ => Err(CredentialError::new(
                CredentialErrorKind::Malformed,
                "the token endpoint answered with a token_type other than bearer, which hits cannot use",
            )),
        }
    }
}

/// The error response of a token endpoint (RFC 6749, section 5.2).
#[derive(Default, Deserialize)]
struct TokenErrorResponse {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl TokenErrorResponse {
    /// Returns the error without secrets, since some endpoints repeat parts of the request.
    fn redacted(&self, secrets: &[String]) -> String {
        let mut message = String::new();
        for part in [&self.error, &self.error_description] {
            if !part.is_empty() {
                let part = secrets
                    .iter()
                    .fold(part.clone(), |part, secret| part.replace(secret, "***"));
                message += ": ";
                message.extend(part.chars().filter(|c| !is_control(*c)).take(200));
            }
        }
        message
    }
}

/// Writes the hexadecimal digits of a percent-encoded text in lower case.
fn lower_hex(percent: &str) -> String {
    let mut digits_left = 0;
    let letter = |c: char| {
        let digit = digits_left > 0;
        digits_left = if c == '%' {
            2
        } else {
            usize::saturating_sub(digits_left, 1)
        };
        if digit { c.to_ascii_lowercase() } else { c }
    };
    percent.chars().map(letter).collect()
}

fn percent_encoded(value: &[u8]) -> Vec<u8> {
    let mut encoded = value.to_vec();
    TemplateFilter::Url.apply(&mut encoded, 0);
    encoded
}
