//! What the builder is told about the message that each hit sends.

use bytes::Bytes;
use hammer_net::SecretString;

use super::body_options::BodyOptions;
use crate::request::credentials::HttpCredentials;
use crate::{
    ContentCoding, Error, FormField, HttpBuilder, RequestHeader, SignatureScope, TargetList,
    TargetOrder,
};

/// What to send.
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
    /// The method, as it is to be sent: `GET` is not `get`.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.request.method = Some(method.into());
        self
    }

    /// Adds a header; a default of that name is not sent then. The same name twice is sent twice.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.headers.push(RequestHeader::new(name, value));
        self
    }

    /// Adds, empties or leaves out a header, as it was parsed from a line.
    pub fn header_line(mut self, header: RequestHeader) -> Self {
        self.request.headers.push(Ok(header));
        self
    }

    /// The value of `Host`, if it is not what the URL says; the connection still goes to the URL's.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.request.host = Some(host.into());
        self
    }

    /// The body of each request; its length is sent with it.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.request.body.bytes = Some(body.into());
        self
    }

    /// The body of each request, which is JSON: so `Content-Type` and `Accept` say, unless other
    /// ones are given. It is sent as it is.
    pub fn json(mut self, text: impl Into<Bytes>) -> Self {
        self.request.body.json = Some(text.into());
        self
    }

    /// Adds a field to the form that each request sends (RFC 7578). Its bytes are made once, and the
    /// same in each run.
    pub fn form_field(mut self, field: FormField) -> Self {
        self.request.body.form.push(field);
        self
    }

    /// Bodies, one in each line of `text` that is not empty. Hits take them in turn, by their number.
    pub fn data_lines(mut self, text: impl Into<Bytes>) -> Self {
        self.request.body.lines = Some(text.into());
        self
    }

    /// Compresses bodies, once, before the run, and says so in `Content-Encoding`.
    pub fn compress(mut self, coding: ContentCoding) -> Self {
        self.request.body.compress = Some(coding);
        self
    }

    /// User and password, separated by a colon, for the scheme Basic (RFC 7617); or key and secret
    /// for signatures.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.request
            .credentials
            .push(HttpCredentials::Basic(user.into()));
        self
    }

    /// A bearer token (RFC 6750).
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.request
            .credentials
            .push(HttpCredentials::Bearer(token.into()));
        self
    }

    /// Signs each request with AWS Signature Version 4, at the time of its hit, with the key and
    /// secret of [`user`](Self::user).
    pub fn aws_sigv4(mut self, scope: SignatureScope) -> Self {
        self.request.signature_scope = Some(scope);
        self
    }

    /// The token that belongs to a temporary key for signatures.
    pub fn session_token(mut self, token: impl Into<String>) -> Self {
        self.request.session_token = Some(SecretString(token.into()));
        self
    }

    /// Whether each slot keeps the cookies that targets set, and sends them back.
    ///
    /// They belong to the slot and outlast its connections. 180 are kept at most.
    pub fn keep_cookies(mut self, yes: bool) -> Self {
        self.request.keep_cookies = yes;
        self
    }

    /// Cookies to send: `name=value`, several separated by semicolons. If cookies are kept, these
    /// are what each slot begins with.
    pub fn cookie(mut self, cookies: impl Into<String>) -> Self {
        self.request.cookies.push(SecretString(cookies.into()));
        self
    }

    /// Follows redirects within a hit, up to `max` of them; more are the failure
    /// `too_many_redirects`.
    ///
    /// After 301 and 302 `POST` becomes `GET`, after 303 all but `HEAD` do, 307 and 308 send the
    /// same once more. Credentials and cookies that were given go to no other scheme, host or port.
    pub fn follow_redirects(mut self, max: u32) -> Self {
        self.request.max_redirects = Some(max);
        self
    }

    /// Hits these targets; those with a path in place of a URL are at the URL of this builder.
    /// Headers and credentials that are given here go to all of them, unless one has its own.
    pub fn targets(mut self, targets: TargetList) -> Self {
        self.request.targets = Some(targets);
        self
    }

    /// In which order several targets are hit.
    pub fn target_order(mut self, order: TargetOrder) -> Self {
        self.request.target_order = order;
        self
    }
}
