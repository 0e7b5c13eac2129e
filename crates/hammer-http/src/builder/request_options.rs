//! Options for the request that each hit sends.

use bytes::Bytes;
use hammer_net::SecretString;

use super::body_options::BodyOptions;
use crate::request::credentials::HttpCredentials;
use crate::request::signature::SignatureScope;
use crate::{ContentCoding, Error, FormField, HttpBuilder, RequestHeader, TargetList, TargetOrder};

/// The options that make up a request.
#[derive(Debug, Default)]
pub(crate) struct RequestOptions {
    pub(super) method: Option<String>,
    pub(super) headers: Vec<Result<RequestHeader, Error>>,
    pub(super) host: Option<String>,
    pub(super) body: BodyOptions,
    pub(super) credentials: Vec<HttpCredentials>,
    pub(super) signature_scope: Option<SignatureScope>,
    pub(super) session_token: Option<SecretString>,
    pub(super) keep_cookies: bool,
    pub(super) cookies: Vec<SecretString>,
    pub(super) max_redirects: Option<u32>,
    pub(super) targets: Option<TargetList>,
    pub(super) target_order: TargetOrder,
}

impl HttpBuilder {
    /// Sets the method. Case matters: `GET` is not `get`.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.request.method = Some(method.into());
        self
    }

    /// Adds a header, which replaces a default of that name. Headers may repeat a name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.headers.push(RequestHeader::new(name, value));
        self
    }

    /// Adds, empties or removes a header that was parsed from a line.
    pub fn header_line(mut self, header: RequestHeader) -> Self {
        self.request.headers.push(Ok(header));
        self
    }

    /// Sets `Host` to a value other than the URL's; connections still go to the host of the URL.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.request.host = Some(host.into());
        self
    }

    /// Sets the body of each request; `Content-Length` follows from it.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.request.body.bytes = Some(body.into());
        self
    }

    /// Sets a JSON body, with matching defaults for `Content-Type` and `Accept`.
    ///
    /// The text is sent unchanged.
    pub fn json(mut self, text: impl Into<Bytes>) -> Self {
        self.request.body.json = Some(text.into());
        self
    }

    /// Adds a field to the form that each request sends (RFC 7578).
    ///
    /// The form is encoded once, and identically in every run.
    pub fn form_field(mut self, field: FormField) -> Self {
        self.request.body.form.push(field);
        self
    }

    /// Sets one body per non-empty line of `text`. Hits rotate through them by their number.
    pub fn data_lines(mut self, text: impl Into<Bytes>) -> Self {
        self.request.body.lines = Some(text.into());
        self
    }

    /// Compresses bodies and sets `Content-Encoding`.
    ///
    /// Bodies that are the same for all hits are compressed once, before the run.
    pub fn compress(mut self, coding: ContentCoding) -> Self {
        self.request.body.compress = Some(coding);
        self
    }

    /// Sets user and password, separated by a colon, for Basic authentication (RFC 7617), or the key and
    /// the secret for signatures.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.request
            .credentials
            .push(HttpCredentials::Basic(user.into()));
        self
    }

    /// Sets a bearer token (RFC 6750).
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.request
            .credentials
            .push(HttpCredentials::Bearer(token.into()));
        self
    }

    /// Signs each request with AWS Signature Version 4, with the time of its hit and the key and secret
    /// of [`user`](Self::user).
    #[cfg(feature = "aws")]
    pub fn aws_sigv4(mut self, scope: SignatureScope) -> Self {
        self.request.signature_scope = Some(scope);
        self
    }

    /// Sets the session token of a temporary key for signatures.
    #[cfg(feature = "aws")]
    pub fn session_token(mut self, token: impl Into<String>) -> Self {
        self.request.session_token = Some(SecretString(token.into()));
        self
    }

    /// Sets whether each slot keeps the cookies that targets set, and sends them back.
    ///
    /// Cookies belong to the slot and outlive its connections. A slot keeps at most 180.
    pub fn keep_cookies(mut self, yes: bool) -> Self {
        self.request.keep_cookies = yes;
        self
    }

    /// Adds cookies: `name=value`, several separated by semicolons.
    ///
    /// If slots keep cookies, each slot starts with these.
    pub fn cookie(mut self, cookies: impl Into<String>) -> Self {
        self.request.cookies.push(SecretString(cookies.into()));
        self
    }

    /// Follows up to `max` redirects within a hit; beyond that, the hit fails with
    /// `too_many_redirects`.
    ///
    /// After 301 and 302 a `POST` becomes a `GET`, after 303 every method but `HEAD` does, and 307 and 308
    /// repeat the request. Given credentials and cookies are never sent to another scheme, host or port.
    pub fn follow_redirects(mut self, max: u32) -> Self {
        self.request.max_redirects = Some(max);
        self
    }

    /// Sets several targets; those with a path in place of a URL are relative to this builder's URL.
    ///
    /// The builder's headers and credentials apply to every target without its own.
    pub fn targets(mut self, targets: TargetList) -> Self {
        self.request.targets = Some(targets);
        self
    }

    /// Sets the order in which several targets are hit.
    pub fn target_order(mut self, order: TargetOrder) -> Self {
        self.request.target_order = order;
        self
    }
}
