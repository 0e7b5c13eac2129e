//! The builder of a hammer for HTTP.

mod assembly;
mod body_options;
mod identity;
mod keep_alive_options;
mod protocol_options;
mod request_head_builder;
mod request_options;
mod response_options;
mod target_url;

use std::fmt;

use self::keep_alive_options::KeepAliveOptions;
use self::protocol_options::ProtocolOptions;
use self::request_options::RequestOptions;
use self::response_options::ResponseOptions;
use hammer_data::TemplateScope;
use hammer_net::{ConfigureNetwork, ExpectedTlsUse, NetworkOptions};

use crate::connection::lifetime::LifetimeLimits;
use crate::connection::origin::ConnectionPolicy;
use crate::request::template::TemplateCompiler;
use crate::response::capture::{CaptureSet, MAX_CAPTURES};
use crate::url::mask_url;
use crate::workflow::auth_failures::AuthFailureTracker;
use crate::{Error, ErrorKind, Http, ResponseCapture, TargetList};
use hammer_diagnostic::shortened;
use hammer_wire::http2::ResponseInterest;

/// Collects the options of a hammer for HTTP; [`build`](Self::build) checks them.
///
/// Defaults: `GET`, or `POST` with a body; connections kept alive; no proxy; the system's certificates
/// trusted; redirects not followed; `User-Agent: hammer/VERSION` and `Accept: */*`.
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: Option<String>,
    network: NetworkOptions,
    keep_alive: KeepAliveOptions,
    request: RequestOptions,
    response: ResponseOptions,
    protocol: ProtocolOptions,
    template_scope: Option<TemplateScope>,
    captures: Vec<(String, ResponseCapture)>,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            network: NetworkOptions::default(),
            keep_alive: KeepAliveOptions::default(),
            request: RequestOptions::default(),
            response: ResponseOptions::default(),
            protocol: ProtocolOptions::default(),
            template_scope: None,
            captures: vec![],
        }
    }

    pub(crate) fn for_targets(targets: TargetList) -> Self {
        let mut builder = Self::new("").targets(targets);
        builder.url = None;
        builder
    }

    /// Compiles all texts as templates in this scope: the URL's path and query, headers, bodies, text
    /// fields of forms, cookies and credentials, including those of targets.
    ///
    /// Without a scope, texts are sent unchanged. Custom variables of the scope have no value here.
    pub fn template_scope(mut self, scope: TemplateScope) -> Self {
        self.template_scope = Some(scope);
        self
    }

    /// Captures a value of each response for the next hits of the same slot, as `{{name}}` in their
    /// templates.
    ///
    /// Captured values belong to the slot and outlive its connections. They are taken only from responses
    /// that meet the expectations, and headers also from redirects on the way. If the response does not
    /// have the value, or it is longer than 64 KiB, the last value stays and `capture_missed` is counted.
    /// A hit that needs a value which its slot has not captured yet is not sent and fails with
    /// `value_missing`.
    pub fn capture(mut self, name: impl Into<String>, capture: ResponseCapture) -> Self {
        self.captures.push((name.into(), capture));
        self
    }

    /// The compiler for all texts, in the given scope and with the names of the captures.
    fn compiler(&mut self) -> Result<TemplateCompiler, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Capture, message));
        let scope = self.template_scope.take();
        let names = || self.captures.iter().map(|(name, _)| &**name);
        if let (None, Some(name)) = (&scope, names().next()) {
            return error(format!(
                "the captured value {name:?} cannot be used because templates are disabled",
                name = shortened(name)
            ));
        }
        if self.captures.len() > MAX_CAPTURES {
            return error(format!(
                "too many captures; expected at most {MAX_CAPTURES}"
            ));
        }
        for (index, name) in names().enumerate() {
            let mut chars = name.chars();
            let first = chars
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic());
            let is_valid = |char: char| char.is_ascii_alphanumeric() || char == '_';
            if !first || !chars.all(is_valid) {
                return error(format!(
                    "invalid name {name:?} of a capture; expected a letter, then letters, digits or _",
                    name = shortened(name)
                ));
            }
            if scope.as_ref().is_some_and(|scope| scope.defines(name)) {
                return error(format!(
                    "the capture {name:?} has a name that templates already use (try another name)",
                    name = shortened(name)
                ));
            }
            if names().take(index).any(|other| other == name) {
                return error(format!(
                    "two captures are named {name:?}; expected distinct names",
                    name = shortened(name)
                ));
            }
        }
        Ok(TemplateCompiler::new(scope, names()))
    }

    /// Checks everything that can be checked without the target, and builds the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method, a header, a proxy or an address is malformed, if `Content-Length`
    /// contradicts the body, if certificates or keys are unusable, or if two options contradict each
    /// other. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(mut self) -> Result<Http, Error> {
        let lifetime_limits = self.keep_alive.lifetime_limits;
        let mut policy = ConnectionPolicy {
            keepalive: self.keep_alive.keepalive,
            lifetime_limits: Some(lifetime_limits)
                .filter(|lifetime_limits| *lifetime_limits != LifetimeLimits::default()),
            http2_pool: None,
            response_interest: ResponseInterest::default(),
            first_byte_timeout: None,
        };
        let auth_failures = self
            .template_scope
            .as_ref()
            .and_then(AuthFailureTracker::for_scope);
        let compiler = self.compiler()?;
        let captures = self.captures.into_iter().map(|(_, capture)| capture);
        let captures = CaptureSet(captures.collect());
        let urls = self.request.target_urls(self.url.as_deref(), &compiler)?;
        self.keep_alive.check()?;
        let tls = match self.request.max_redirects {
            _ if urls.any_tls() => ExpectedTlsUse::Certain,
            Some(_) => ExpectedTlsUse::Possible,
            None => ExpectedTlsUse::Never { scheme: "https" },
        };
        let protocols = self.protocol.version.alpn();
        let protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let connectors = self.network.connector_factory(tls, protocols)?;
        let requests = self
            .request
            .assemble(urls, &connectors, policy.keepalive, &compiler)?;
        policy.http2_pool = self.protocol.pool_config(&requests, &policy)?;
        let workflow =
            requests.into_workflow(self.response, connectors, policy, captures, auth_failures)?;
        Ok(Http { workflow })
    }
}

impl ConfigureNetwork for HttpBuilder {
    fn network_options(&mut self) -> &mut NetworkOptions {
        &mut self.network
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBuilder")
            .field("url", &self.url.as_deref().map(mask_url))
            .field("network", &self.network)
            .field("keep_alive", &self.keep_alive)
            .field("request", &self.request)
            .field("response", &self.response)
            .field("protocol", &self.protocol)
            .field("template_scope", &self.template_scope)
            .finish()
    }
}
