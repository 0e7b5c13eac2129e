use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{CredentialError, CredentialErrorKind, FetchedToken, SecretBytes, TokenSource};
use crate::template::TemplateFilter;

/// One POST to the token endpoint, over the HTTP of whoever embeds this crate.
///
/// It is called on a thread of its own, so it may block; it must come to an end by itself.
pub trait TokenEndpointClient: Send + 'static {
    /// Sends `form` as `application/x-www-form-urlencoded`, with the header `Authorization` if there
    /// is a value for it, and returns what was answered, whatever it was.
    ///
    /// # Errors
    ///
    /// If nothing was answered.
    fn post(
        &mut self,
        form: &SecretBytes,
        authorization: Option<&SecretBytes>,
    ) -> Result<TokenResponse, CredentialError>;
}

/// What a token endpoint answered.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for TokenResponse {
    /// Without the body, which most likely has a token in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// By what right a token is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OAuthGrant {
    /// The client's own: RFC 6749, section 4.4.
    ClientCredentials,
    /// That of a user whose name and password the client has: RFC 6749, section 4.3.
    Password {
        /// The user.
        user: String,
        /// Their password.
        password: SecretBytes,
    },
}

/// Tokens of OAuth 2.0 (RFC 6749): bearer tokens, renewed by asking for another.
///
/// A token lives as long as the answer's `expires_in` says; without it, as long as
/// [`lifetime`](Self::lifetime) does; without both it is not renewed.
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
    /// Asks for tokens by this grant.
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

    /// As this client, which authenticates with HTTP Basic (section 2.3.1).
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: SecretBytes) -> Self {
        self.client = Some((id.into(), secret));
        self
    }

    /// With the client's id and secret in the body, for servers that know no Basic.
    #[must_use]
    pub fn client_in_body(mut self) -> Self {
        self.client_in_body = true;
        self
    }

    /// With another parameter, such as `scope` or `audience`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// How long tokens live where the answer does not say so.
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

    /// What is never to be shown, in all the ways it is written; the longest first.
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
        let answer = self.endpoint.post(&form, authorization.as_ref())?;
        if answer.status != 200 {
            let refusal: TokenErrorResponse =
                serde_json::from_slice(&answer.body).unwrap_or_default();
            let refusal = refusal.redacted(&self.secrets());
            let whose = match &self.grant {
                OAuthGrant::ClientCredentials => String::new(),
                OAuthGrant::Password { user, .. } => format!(", for the user {user:?}"),
            };
            return Err(CredentialError::new(
                CredentialErrorKind::Refused,
                format!(
                    "the token endpoint answered {}{refusal}{whose}",
                    answer.status
                ),
            ));
        }
        // What serde says of an answer may have parts of it.
        let granted: AccessTokenResponse = serde_json::from_slice(&answer.body).map_err(|_| {
            let message = "the token endpoint answered without an access_token in a JSON object";
            CredentialError::new(CredentialErrorKind::Malformed, message)
        })?;
        let token = FetchedToken::parse(granted.access_token.as_bytes(), "the token endpoint")?;
        granted.is_bearer()?;
        Ok(match granted.lifetime()?.or(self.lifetime) {
            Some(lifetime) => token.with_lifetime(lifetime),
            None => token,
        })
    }
}

/// What of an answer is a token: RFC 6749, section 5.1.
#[derive(Deserialize)]
struct AccessTokenResponse {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    token_type: Value,
}

impl AccessTokenResponse {
    /// How long it lives, if that is said: some say it as a text, or with a fraction.
    fn lifetime(&self) -> Result<Option<Duration>, CredentialError> {
        let seconds = match &self.expires_in {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim().parse().ok(),
            number => number.as_f64(),
        };
        let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        lifetime.map(Some).ok_or_else(|| {
            let message =
                "the token endpoint answered with an expires_in that is no number of seconds";
            CredentialError::new(CredentialErrorKind::Malformed, message)
        })
    }

    /// Whether the token alone is enough to be let in, as hits send nothing else.
    fn is_bearer(&self) -> Result<(), CredentialError> {
        match &self.token_type {
            Value::Null => Ok(()),
            Value::String(kind) if kind.eq_ignore_ascii_case("bearer") => Ok(()),
            _ => Err(CredentialError::new(
                CredentialErrorKind::Malformed,
                "the token endpoint answered with a token_type other than bearer, which hits can't use",
            )),
        }
    }
}

/// Why there is none: section 5.2.
#[derive(Default, Deserialize)]
struct TokenErrorResponse {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl TokenErrorResponse {
    /// As it may be shown: some endpoints repeat what they were sent.
    fn redacted(&self, secrets: &[String]) -> String {
        let mut shown = String::new();
        for part in [&self.error, &self.error_description] {
            if !part.is_empty() {
                let part = secrets
                    .iter()
                    .fold(part.clone(), |part, secret| part.replace(secret, "***"));
                shown += ": ";
                shown.extend(part.chars().filter(|c| !c.is_control()).take(200));
            }
        }
        shown
    }
}

/// The same with small letters behind its percent signs.
fn lower_hex(percent: &str) -> String {
    let mut behind = 0;
    let letter = |c: char| {
        let hex = behind > 0;
        behind = if c == '%' {
            2
        } else {
            usize::saturating_sub(behind, 1)
        };
        if hex { c.to_ascii_lowercase() } else { c }
    };
    percent.chars().map(letter).collect()
}

fn percent_encoded(value: &[u8]) -> Vec<u8> {
    let mut encoded = value.to_vec();
    TemplateFilter::Url.apply(&mut encoded, 0);
    encoded
}
