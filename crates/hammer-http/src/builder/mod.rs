mod assembly;
mod body_options;
mod identity;
mod keep_alive_options;
mod protocol_options;
mod request_line;
mod request_options;
mod response_options;
mod target_url;

use std::fmt;

use self::keep_alive_options::KeepAliveOptions;
use self::protocol_options::ProtocolOptions;
use self::request_options::RequestOptions;
use self::response_options::ResponseOptions;
use hammer_data::TemplateScope;
use hammer_net::{ConfigureNetwork, NetworkOptions, TlsUse};

use crate::auth_failures::AuthFailures;
use crate::connection::lifetime::LifetimeLimits;
use crate::connection::origin::ConnectionPolicy;
use crate::h2::ResponseInterest;
use crate::request::template::TemplateCompiler;
use crate::response::capture::{CaptureSet, MAX_CAPTURES};
use crate::url::mask_url;
use crate::{Error, ErrorKind, Http, ResponseCapture, TargetList};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, or `POST` with a body; connections kept alive, no proxy, the system's
/// certificates trusted, redirects not followed, `User-Agent: hammer/VERSION` and `Accept: */*`.
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

    /// Makes templates of all texts, with these words: of the URL's path and query, headers, bodies and
    /// text fields of forms, cookies, credentials, and those of targets. Without words texts are sent as
    /// they are.
    ///
    /// Variables that an embedder gave to the words have no value here.
    pub fn template_scope(mut self, scope: TemplateScope) -> Self {
        self.template_scope = Some(scope);
        self
    }

    /// Keeps a value of each answer for the next hits of the same slot, whose templates have it as
    /// `{{name}}`.
    ///
    /// It belongs to the slot and outlasts its connections. Values are kept of answers that are as
    /// expected; one of these without it leaves the last value and is counted in `capture_missed`. A hit that needs one that its slot does not have is not sent, and
    /// is the failure `value_missing`. Of redirects that are followed, headers are captured too. A value
    /// of more than 64 KiB is none.
    pub fn capture(mut self, name: impl Into<String>, capture: ResponseCapture) -> Self {
        self.captures.push((name.into(), capture));
        self
    }

    /// What makes templates of texts, as it was asked for.
    fn compiler(&mut self) -> Result<TemplateCompiler, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Capture, message));
        let words = self.template_scope.take();
        let names = || self.captures.iter().map(|(name, _)| &**name);
        if let (None, Some(name)) = (&words, names().next()) {
            return error(format!(
                "{name:?} is captured, and no text is a template that could have it"
            ));
        }
        if self.captures.len() > MAX_CAPTURES {
            return error(format!("there can be {MAX_CAPTURES} captures, and no more"));
        }
        for (index, name) in names().enumerate() {
            let mut chars = name.chars();
            let first = chars
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic());
            let others = |char: char| char.is_ascii_alphanumeric() || char == '_';
            if !first || !chars.all(others) {
                return error(format!(
                    "{name:?} is no name for a capture: letters, digits and _ are, the first a letter"
                ));
            }
            if words.as_ref().is_some_and(|words| words.defines(name)) {
                return error(format!(
                    "{name:?} means something in templates already: give the capture another name"
                ));
            }
            if names().take(index).any(|other| other == name) {
                return error(format!("{name:?} is captured twice: give one another name"));
            }
        }
        Ok(TemplateCompiler::new(words, names()))
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method, a header, a proxy or an address is malformed, if `Content-Length`
    /// contradicts the body, if certificates or keys can't be used, or if two options contradict
    /// each other. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(mut self) -> Result<Http, Error> {
        let lifetime = self.keep_alive.lifetime_limits;
        let mut keeping = ConnectionPolicy {
            keepalive: self.keep_alive.keepalive,
            lifetime_limits: Some(lifetime)
                .filter(|lifetime| *lifetime != LifetimeLimits::default()),
            http2_pool: None,
            wants: ResponseInterest::default(),
        };
        let refusals = self
            .template_scope
            .as_ref()
            .and_then(AuthFailures::for_scope);
        let texts = self.compiler()?;
        let captures = self.captures.into_iter().map(|(_, capture)| capture);
        let captures = CaptureSet(captures.collect());
        let to = self.request.target_urls(self.url.as_deref(), &texts)?;
        self.keep_alive.check()?;
        let tls = match self.request.max_redirects {
            _ if to.any_tls() => TlsUse::Certain,
            Some(_) => TlsUse::Possible,
            None => TlsUse::Never { scheme: "https" },
        };
        let protocols = self.protocol.version.alpn();
        let protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let dialer = self.network.connector_factory(tls, protocols)?;
        let assembly = self
            .request
            .assemble(to, &dialer, keeping.keepalive, &texts)?;
        keeping.http2_pool = self.protocol.pool_config(&assembly, &keeping)?;
        let way = assembly.into_hit_mode(self.response, dialer, keeping, captures)?;
        Ok(Http {
            mode: way,
            connection_policy: keeping,
            auth_failures: refusals,
        })
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
            .field("keep", &self.keep_alive)
            .field("message", &self.request)
            .field("expect", &self.response)
            .field("protocol", &self.protocol)
            .field("words", &self.template_scope)
            .finish()
    }
}
