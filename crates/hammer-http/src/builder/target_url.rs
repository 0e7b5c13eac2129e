//! Where hits go, as URLs.

use hammer_data::Template;

use super::request_options::RequestOptions;
use crate::Error;
use crate::request::template::{TemplateCompiler, parse_url_template};
use crate::url::HttpUrl;

/// The URLs to hit.
pub(super) enum TargetUrls {
    One(Box<TargetUrl>),
    /// One for each of several targets.
    Targets(Vec<TargetUrl>),
}

/// One URL to hit.
pub(super) struct TargetUrl {
    pub(super) url: HttpUrl,
    /// Path and query, if hits have their own.
    pub(super) path: Option<Template>,
}

impl TargetUrls {
    /// Whether TLS is spoken with any of them.
    pub(super) fn any_tls(&self) -> bool {
        match self {
            Self::One(address) => address.url.tls,
            Self::Targets(addresses) => addresses.iter().any(|address| address.url.tls),
        }
    }
}

impl RequestOptions {
    /// Where hits go: to `url`, or to targets, of which some may be paths there.
    pub(super) fn target_urls(
        &self,
        url: Option<&str>,
        compiler: &TemplateCompiler,
    ) -> Result<TargetUrls, Error> {
        let base = url.map(|url| TargetUrl::parse(url, compiler)).transpose()?;
        let Some(targets) = &self.targets else {
            let base = base.ok_or_else(|| Error::url("there is no URL to hit"))?;
            return Ok(TargetUrls::One(Box::new(base)));
        };
        let base = base.map(|base| base.url);
        let addresses = targets.entries.iter().map(|entry| {
            let address = TargetUrl::resolve(&entry.url, base.as_ref(), compiler);
            address.map_err(|cause| targets.line_error(entry, cause))
        });
        addresses.collect::<Result<_, _>>().map(TargetUrls::Targets)
    }
}

impl TargetUrl {
    fn parse(text: &str, compiler: &TemplateCompiler) -> Result<Self, Error> {
        let place = parse_url_template(text, compiler)?;
        Ok(Self {
            url: HttpUrl::parse(&place.url)?,
            path: place.path,
        })
    }

    /// The address of a target, which may be but a path at `base`.
    fn resolve(
        text: &str,
        base: Option<&HttpUrl>,
        compiler: &TemplateCompiler,
    ) -> Result<Self, Error> {
        match (text.starts_with('/'), base) {
            (false, _) => Self::parse(text, compiler),
            (true, Some(base)) => {
                let scheme = if base.tls { "https" } else { "http" };
                let (host, port) = (&base.host, base.port);
                let place = parse_url_template(text, compiler)?;
                let mut url = HttpUrl::parse(&format!("{scheme}://{host}:{port}{}", place.url))?;
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
