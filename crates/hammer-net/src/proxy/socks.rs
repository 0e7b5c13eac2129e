//! A way through a SOCKS 5 proxy (RFC 1928), with user and password if there are any (RFC 1929).

use std::net::SocketAddr;

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error as SocksError, IntoTargetAddr, TargetAddr};

use super::{Proxy, wrong};
use crate::Error;
use crate::fault;
use crate::host::Host;

/// RFC 1928 and 1929 have one byte for the length of a name, a user and a password.
const LONGEST: usize = 255;

/// What is said to the proxy. Not to be shown: the credentials are in it.
pub(crate) struct Socks {
    credentials: Option<(String, String)>,
}

impl Socks {
    pub(crate) fn new(proxy: &Proxy) -> Result<Self, Error> {
        let Some(given) = &proxy.credentials else {
            return Ok(Self { credentials: None });
        };
        let text = |bytes: &[u8], what: &str| match String::from_utf8(bytes.to_vec()) {
            Ok(text) if (1..=LONGEST).contains(&text.len()) => Ok(text),
            _ => Err(wrong(format!(
                "SOCKS can't send the {what} of the proxy: it should be text of 1 to {LONGEST} bytes"
            ))),
        };
        let (user, password) = (&given.user, &given.password);
        Ok(Self {
            credentials: Some((text(user, "user")?, text(password, "password")?)),
        })
    }

    /// Whether the proxy can be told this name.
    pub(crate) fn fits(host: &Host) -> Result<(), Error> {
        match host {
            Host::Name(name) if name.len() > LONGEST => Err(wrong(format!(
                "SOCKS can't send a host name of more than {LONGEST} bytes: use socks5://, which looks \
                 it up here"
            ))),
            _ => Ok(()),
        }
    }

    /// What is written to `stream` from now on arrives at this address.
    pub(crate) async fn to_address(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        address: SocketAddr,
    ) -> Result<(), Failure> {
        self.ask(stream, TargetAddr::Ip(address)).await
    }

    /// What is written to `stream` from now on arrives at this host.
    pub(crate) async fn to_host(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        host: &Host,
        port: u16,
    ) -> Result<(), Failure> {
        match host {
            Host::Address(address) => self.to_address(stream, (*address, port).into()).await,
            Host::Name(name) => {
                let target = (name.as_str(), port).into_target_addr();
                self.ask(stream, target.map_err(failure)?).await
            }
        }
    }

    async fn ask(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        target: TargetAddr<'_>,
    ) -> Result<(), Failure> {
        let asked = match &self.credentials {
            Some((user, password)) => {
                Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
            }
            None => Socks5Stream::connect_with_socket(stream, target).await,
        };
        asked.map(drop).map_err(failure)
    }
}

/// Each reply of RFC 1928 has its name.
fn failure(error: SocksError) -> Failure {
    use SocksError as E;
    tracing::debug!(%error, "no way through the SOCKS proxy");
    match error {
        E::Io(error) => fault::of_proxy(error.into()),
        E::GeneralSocksServerFailure => fault::SOCKS_GENERAL,
        E::ConnectionNotAllowedByRuleset => fault::PROXY_FORBIDDEN,
        E::NetworkUnreachable => fault::SOCKS_NETWORK,
        E::HostUnreachable => fault::SOCKS_HOST,
        E::ConnectionRefused => fault::SOCKS_REFUSED,
        E::TtlExpired => fault::SOCKS_TTL,
        E::CommandNotSupported => fault::SOCKS_COMMAND,
        E::AddressTypeNotSupported => fault::SOCKS_ADDRESS_TYPE,
        E::UnknownError | E::UnknownAuthMethod => fault::SOCKS_UNKNOWN_REPLY,
        E::PasswordAuthFailure(_) | E::AuthorizationRequired => fault::PROXY_AUTH,
        E::NoAcceptableAuthMethods => fault::PROXY_AUTH,
        _ => fault::PROXY_MALFORMED,
    }
}
