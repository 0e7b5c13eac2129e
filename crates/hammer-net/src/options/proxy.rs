//! The options for proxies.

use http::{HeaderName, HeaderValue};

use crate::connector_factory::ProxySelector;
use crate::proxy::{NoProxyList, ProxyEnvironment, ProxyServer};
use crate::tls::TrustPolicy;
use crate::{Error, ErrorKind, mask_password};

/// The options for the choice of a proxy and for the headers and credentials sent to it.
#[derive(Default)]
pub(crate) struct ProxyOptions {
    pub(crate) proxy: Option<String>,
    pub(crate) proxy_user: Option<String>,
    pub(crate) headers: Vec<(HeaderName, Option<HeaderValue>)>,
    pub(crate) no_proxy: Option<String>,
    pub(crate) from_environment: bool,
    pub(crate) always_tunnel: bool,
    pub(crate) trust: TrustPolicy,
}

impl ProxyOptions {
    pub(super) fn selector(self) -> Result<ProxySelector, Error> {
        let environment = if self.from_environment {
            ProxyEnvironment::from_process()
        } else {
            ProxyEnvironment::default()
        };
        let mut proxies = ProxySelector {
            disabled: self.proxy.as_deref() == Some(""),
            explicit: match self.proxy.as_deref() {
                None | Some("") => None,
                Some(text) => Some(ProxyServer::parse(text)?),
            },
            userinfo: self.proxy_user,
            no_proxy: NoProxyList::parse(
                self.no_proxy
                    .as_deref()
                    .or(environment.no_proxy())
                    .unwrap_or_default(),
            ),
            environment: environment.clone(),
            always_tunnel: self.always_tunnel,
            trust: self.trust,
            ..ProxySelector::default()
        };
        if proxies.explicit.is_none() && !environment.has_any_proxy() {
            let proxy_only = [
                ("`proxy_user`", proxies.userinfo.is_some()),
                ("`proxy_header`", !self.headers.is_empty()),
            ];
            if let Some((setting, _)) = proxy_only.into_iter().find(|(_, given)| *given) {
                let message = format!("{setting} needs a proxy (try `proxy` URL)");
                return Err(Error::new(ErrorKind::Proxy, message));
            }
        }
        for (name, value) in self.headers {
            match value {
                Some(mut value) => {
                    value.set_sensitive(true);
                    proxies.headers.append(name, value);
                }
                None => drop(proxies.headers.remove(name)),
            }
        }
        Ok(proxies)
    }
}

/// Hides passwords and headers.
impl std::fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("proxy", &self.proxy.as_deref().map(mask_password))
            .field("no_proxy", &self.no_proxy)
            .field("from_environment", &self.from_environment)
            .finish_non_exhaustive()
    }
}
