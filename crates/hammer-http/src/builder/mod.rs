mod address;
mod assembly;
mod expect;
mod identity;
mod keep;
mod message;
mod payload;
mod protocol;
mod request;

use std::fmt;

use self::expect::Expect;
use self::keep::Keep;
use self::message::Message;
use self::protocol::Protocol;
use hammer_data::Words;
use hammer_net::{Network, Networking, TlsUse};

use crate::blanks::Texts;
use crate::capture::{Captures, MAX_CAPTURES};
use crate::h2::Wants;
use crate::lifetime::Lifetime;
use crate::link::Keeping;
use crate::refusals::Refusals;
use crate::url::masked;
use crate::{Capture, Error, ErrorKind, Http, Targets};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, or `POST` with a body; connections kept alive, no proxy, the system's
/// certificates trusted, redirects not followed, `User-Agent: hammer/VERSION` and `Accept: */*`.
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: Option<String>,
    network: Network,
    keep: Keep,
    message: Message,
    expect: Expect,
    protocol: Protocol,
    words: Option<Words>,
    captures: Vec<(String, Capture)>,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            network: Network::default(),
            keep: Keep::default(),
            message: Message::default(),
            expect: Expect::default(),
            protocol: Protocol::default(),
            words: None,
            captures: vec![],
        }
    }

    pub(crate) fn for_targets(targets: Targets) -> Self {
        let mut builder = Self::new("").targets(targets);
        builder.url = None;
        builder
    }

    /// Makes templates of all texts, with these words: of the URL's path and query, headers, bodies and
    /// text fields of forms, cookies, credentials, and those of targets. Without words texts are sent as
    /// they are.
    ///
    /// Variables that an embedder gave to the words have no value here.
    pub fn words(mut self, words: Words) -> Self {
        self.words = Some(words);
        self
    }

    /// Keeps a value of each answer for the next hits of the same slot, whose templates have it as
    /// `{{name}}`.
    ///
    /// It belongs to the slot and outlasts its connections. Values are kept of answers that are as
    /// expected; one of these without it leaves the last value and is counted in `capture_missed`. A hit that needs one that its slot does not have is not sent, and
    /// is the failure `value_missing`. Of redirects that are followed, headers are captured too. A value
    /// of more than 64 KiB is none.
    pub fn capture(mut self, name: impl Into<String>, capture: Capture) -> Self {
        self.captures.push((name.into(), capture));
        self
    }

    /// What makes templates of texts, as it was asked for.
    fn texts(&mut self) -> Result<Texts, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Capture, message));
        let words = self.words.take();
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
            if words.as_ref().is_some_and(|words| words.knows(name)) {
                return error(format!(
                    "{name:?} means something in templates already: give the capture another name"
                ));
            }
            if names().take(index).any(|other| other == name) {
                return error(format!("{name:?} is captured twice: give one another name"));
            }
        }
        Ok(Texts::new(words, names()))
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method, a header, a proxy or an address is malformed, if `Content-Length`
    /// contradicts the body, if certificates or keys can't be used, or if two options contradict
    /// each other. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(mut self) -> Result<Http, Error> {
        let lifetime = self.keep.lifetime;
        let mut keeping = Keeping {
            keepalive: self.keep.keepalive,
            lifetime: Some(lifetime).filter(|lifetime| *lifetime != Lifetime::default()),
            sharing: None,
            wants: Wants::default(),
        };
        let refusals = self.words.as_ref().and_then(Refusals::of);
        let texts = self.texts()?;
        let captures = self.captures.into_iter().map(|(_, capture)| capture);
        let captures = Captures(captures.collect());
        let to = self.message.addresses(self.url.as_deref(), &texts)?;
        self.keep.check()?;
        let tls = match self.message.redirects {
            _ if to.any_tls() => TlsUse::Certain,
            Some(_) => TlsUse::Perhaps,
            None => TlsUse::None { scheme: "https" },
        };
        let protocols = self.protocol.version.alpn();
        let protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let dialer = self.network.dialer(tls, protocols)?;
        let assembly = self
            .message
            .assemble(to, &dialer, keeping.keepalive, &texts)?;
        keeping.sharing = self.protocol.sharing(&assembly, &keeping)?;
        let way = assembly.way(self.expect, dialer, keeping, captures)?;
        Ok(Http {
            way,
            keeping,
            refusals,
        })
    }
}

impl Networking for HttpBuilder {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBuilder")
            .field("url", &self.url.as_deref().map(masked))
            .field("network", &self.network)
            .field("keep", &self.keep)
            .field("message", &self.message)
            .field("expect", &self.expect)
            .field("protocol", &self.protocol)
            .field("words", &self.words)
            .finish()
    }
}
