//! The builder of a hammer for HTTP.

mod assembly;
mod body_options;
mod identity;
mod keep_alive_options;
mod protocol_options;
mod request_head_builder;
mod request_options;
mod response_options;
mod rule_options;
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
use crate::mask_url;
use crate::request::template::TemplateCompiler;
use crate::workflow::auth_failures::AuthFailureTracker;
use crate::{Error, Http, TargetList};
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
        let variables = self
            .response
            .rules
            .variables(self.template_scope.as_ref())?;
        let names = variables.iter().map(|name| &**name);
        let compiler = TemplateCompiler::new(self.template_scope.take(), names);
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
            requests.into_workflow(self.response, connectors, policy, &variables, auth_failures)?;
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
