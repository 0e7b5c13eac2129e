//! Where hits go, as URLs.

use super::message::Message;
use crate::Error;
use crate::url::Url;

/// The URLs to hit.
pub(super) enum Addresses {
    One(Url),
    /// One for each of several targets.
    Targets(Vec<Url>),
}

impl Addresses {
    /// Whether TLS is spoken with any of them.
    pub(super) fn any_tls(&self) -> bool {
        match self {
            Self::One(url) => url.tls,
            Self::Targets(urls) => urls.iter().any(|url| url.tls),
        }
    }
}

impl Message {
    /// Where hits go: to `url`, or to targets, of which some may be paths there.
    pub(super) fn addresses(&self, url: Option<&str>) -> Result<Addresses, Error> {
        let base = url.map(Url::parse).transpose()?;
        let Some(targets) = &self.targets else {
            let base = base.ok_or_else(|| Error::url("there is no URL to hit"))?;
            return Ok(Addresses::One(base));
        };
        let urls = targets.entries.iter().map(|entry| {
            let url = absolute(&entry.url, base.as_ref());
            url.map_err(|cause| targets.within(entry, cause))
        });
        urls.collect::<Result<_, _>>().map(Addresses::Targets)
    }
}

/// The URL of a target, which may be but a path at `base`.
fn absolute(text: &str, base: Option<&Url>) -> Result<Url, Error> {
    match (text.starts_with('/'), base) {
        (false, _) => Url::parse(text),
        (true, Some(base)) => {
            let scheme = if base.tls { "https" } else { "http" };
            let (host, port) = (&base.host, base.port);
            let mut url = Url::parse(&format!("{scheme}://{host}:{port}{text}"))?;
            url.authorization = base.authorization.clone();
            Ok(url)
        }
        (true, None) => Err(Error::url(format!(
            "{text:?} is a path: right would be a whole URL, or one on the command line for all paths"
        ))),
    }
}
