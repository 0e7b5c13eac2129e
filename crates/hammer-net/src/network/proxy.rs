//! Which proxy, and what it is told.

use http::{HeaderName, HeaderValue};

use crate::dialer::Proxies;
use crate::proxy::{Bypass, Environment, Proxy};
use crate::tls::Trust;
use crate::{Error, ErrorKind, masked};

/// Which proxy, and what it is told.
#[derive(Default)]
pub(crate) struct ProxyOptions {
    pub(crate) proxy: Option<String>,
    pub(crate) userinfo: Option<String>,
    pub(crate) headers: Vec<(HeaderName, Option<HeaderValue>)>,
    pub(crate) bypass: Option<String>,
    pub(crate) environment: bool,
    pub(crate) always_tunnel: bool,
    pub(crate) trust: Trust,
}

impl ProxyOptions {
    pub(super) fn proxies(self) -> Result<Proxies, Error> {
        let environment = if self.environment {
            Environment::of_process()
        } else {
            Environment::default()
        };
        let mut proxies = Proxies {
            none: self.proxy.as_deref() == Some(""),
            given: match self.proxy.as_deref() {
                None | Some("") => None,
                Some(text) => Some(Proxy::parse(text)?),
            },
            userinfo: self.userinfo,
            bypass: Bypass::parse(
                self.bypass
                    .as_deref()
                    .or(environment.no_proxy())
                    .unwrap_or_default(),
            ),
            environment: environment.clone(),
            always_tunnel: self.always_tunnel,
            trust: self.trust,
            ..Proxies::default()
        };
        if proxies.given.is_none() && !environment.names_any() {
            let of_a_proxy = [
                ("--proxy-user", proxies.userinfo.is_some()),
                ("--proxy-header", !self.headers.is_empty()),
            ];
            if let Some((flag, _)) = of_a_proxy.into_iter().find(|(_, given)| *given) {
                let message = format!("{flag} is for a proxy, and there is none: give --proxy");
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

/// Without what may be a secret.
impl std::fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("proxy", &self.proxy.as_deref().map(masked))
            .field("bypass", &self.bypass)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
