//! The URLs of targets, from the builder or from a targets file.

use hammer_data::Template;

use super::request_options::RequestOptions;
use crate::Error;
use crate::request::template::{TemplateCompiler, parse_url_template};
use crate::url::HttpUrl;
use hammer_diagnostic::shortened;

/// The URLs to hit.
pub(super) enum TargetUrls {
    One(Box<TargetUrl>),
    /// One URL per entry of the targets file.
    Targets(Vec<TargetUrl>),
}

/// The URL of one target.
pub(super) struct TargetUrl {
    pub(super) url: HttpUrl,
    /// Path and query, if they vary from hit to hit.
    pub(super) path: Option<Template>,
}

impl TargetUrls {
    /// Reports whether any target uses TLS.
    pub(super) fn any_tls(&self) -> bool {
        match self {
            Self::One(target) => target.url.tls,
            Self::Targets(targets) => targets.iter().any(|target| target.url.tls),
        }
    }
}

impl RequestOptions {
    /// The URLs of all targets, with the paths in a targets file resolved against `url`.
    pub(super) fn target_urls(
        &self,
        url: Option<&str>,
        compiler: &TemplateCompiler,
    ) -> Result<TargetUrls, Error> {
        let base = url.map(|url| TargetUrl::parse(url, compiler)).transpose()?;
        let Some(targets) = &self.targets else {
            let base = base.ok_or_else(|| Error::url("missing URL of the target"))?;
            return Ok(TargetUrls::One(Box::new(base)));
        };
        let base = base.map(|base| base.url);
        let targets = targets.entries.iter().map(|entry| {
            let target = TargetUrl::resolve(&entry.url, base.as_ref(), compiler);
            target.map_err(|cause| targets.line_error(entry, cause))
        });
        targets.collect::<Result<_, _>>().map(TargetUrls::Targets)
    }
}

impl TargetUrl {
    fn parse(text: &str, compiler: &TemplateCompiler) -> Result<Self, Error> {
        let template = parse_url_template(text, compiler)?;
        Ok(Self {
            url: HttpUrl::parse(&template.url)?,
            path: template.path,
        })
    }

    /// Parses the URL of a target, or resolves its path against `base`.
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
                let template = parse_url_template(text, compiler)?;
                let mut url = HttpUrl::parse(&format!("{scheme}://{host}:{port}{}", template.url))?;
                url.authorization = base.authorization.clone();
                Ok(Self {
                    url,
                    path: template.path,
                })
            }
            (true, None) => Err(Error::url(format!(
                "the target {text:?} is a path without a host (try a full URL, or add a base URL for \
                 all paths)",
                text = shortened(text)
            ))),
        }
    }
}
