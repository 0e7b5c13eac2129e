//! Where hits go, as URLs.

use hammer_data::Template;

use super::message::Message;
use crate::Error;
use crate::blanks::{Texts, place};
use crate::url::Url;

/// The URLs to hit.
pub(super) enum Addresses {
    One(Box<Address>),
    /// One for each of several targets.
    Targets(Vec<Address>),
}

/// One URL to hit.
pub(super) struct Address {
    pub(super) url: Url,
    /// Path and query, if hits have their own.
    pub(super) path: Option<Template>,
}

impl Addresses {
    /// Whether TLS is spoken with any of them.
    pub(super) fn any_tls(&self) -> bool {
        match self {
            Self::One(address) => address.url.tls,
            Self::Targets(addresses) => addresses.iter().any(|address| address.url.tls),
        }
    }
}

impl Message {
    /// Where hits go: to `url`, or to targets, of which some may be paths there.
    pub(super) fn addresses(&self, url: Option<&str>, texts: &Texts) -> Result<Addresses, Error> {
        let base = url.map(|url| Address::parse(url, texts)).transpose()?;
        let Some(targets) = &self.targets else {
            let base = base.ok_or_else(|| Error::url("there is no URL to hit"))?;
            return Ok(Addresses::One(Box::new(base)));
        };
        let base = base.map(|base| base.url);
        let addresses = targets.entries.iter().map(|entry| {
            let address = Address::absolute(&entry.url, base.as_ref(), texts);
            address.map_err(|cause| targets.within(entry, cause))
        });
        addresses.collect::<Result<_, _>>().map(Addresses::Targets)
    }
}

impl Address {
    fn parse(text: &str, texts: &Texts) -> Result<Self, Error> {
        let place = place(text, texts)?;
        Ok(Self {
            url: Url::parse(&place.url)?,
            path: place.path,
        })
    }

    /// The address of a target, which may be but a path at `base`.
    fn absolute(text: &str, base: Option<&Url>, texts: &Texts) -> Result<Self, Error> {
        match (text.starts_with('/'), base) {
            (false, _) => Self::parse(text, texts),
            (true, Some(base)) => {
                let scheme = if base.tls { "https" } else { "http" };
                let (host, port) = (&base.host, base.port);
                let place = place(text, texts)?;
                let mut url = Url::parse(&format!("{scheme}://{host}:{port}{}", place.url))?;
                url.authorization = base.authorization.clone();
                Ok(Self {
                    url,
                    path: place.path,
                })
            }
            (true, None) => Err(Error::url(format!(
                "{text:?} is a path: right would be a whole URL, or one on the command line for all \
                 paths"
            ))),
        }
    }
}
