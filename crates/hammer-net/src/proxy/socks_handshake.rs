//! Connects through a SOCKS 5 proxy (RFC 1928), with optional credentials (RFC 1929).

use std::net::SocketAddr;

use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error as SocksError, IntoTargetAddr, TargetAddr};

use super::{ProxyServer, error};
use crate::Error;
use crate::failures;
use crate::host::UrlHost;

/// The longest name, user or password: RFC 1928 and RFC 1929 encode each length in one byte.
const MAX_FIELD_BYTES: usize = 255;

/// The login to a SOCKS proxy. It has no `Debug`, since it contains credentials.
pub(crate) struct SocksHandshake {
    credentials: Option<(String, String)>,
}

impl SocksHandshake {
    pub(crate) fn new(proxy: &ProxyServer) -> Result<Self, Error> {
        let Some(credentials) = &proxy.credentials else {
            return Ok(Self { credentials: None });
        };
        let text = |bytes: &[u8], field: &str| match String::from_utf8(bytes.to_vec()) {
            Ok(text) if (1..=MAX_FIELD_BYTES).contains(&text.len()) => Ok(text),
            _ => Err(error(format!(
                "cannot send the {field} to the SOCKS proxy; expected 1 to {MAX_FIELD_BYTES} bytes of UTF-8"
            ))),
        };
        let (user, password) = (&credentials.user, &credentials.password);
        Ok(Self {
            credentials: Some((text(user, "user")?, text(password, "password")?)),
        })
    }

    /// Refuses a name that is too long for SOCKS.
    pub(crate) fn check_host(host: &UrlHost) -> Result<(), Error> {
        match host {
            UrlHost::Name(name) if name.len() > MAX_FIELD_BYTES => Err(error(format!(
                "cannot send a host name of more than {MAX_FIELD_BYTES} bytes to the SOCKS proxy (try \
                 socks5://, which resolves names locally)"
            ))),
            _ => Ok(()),
        }
    }

    /// Asks the proxy at the other end of `stream` to connect it to this address.
    pub(crate) async fn connect_to_address(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        address: SocketAddr,
    ) -> Result<(), Failure> {
        self.connect(stream, TargetAddr::Ip(address)).await
    }

    /// Asks the proxy at the other end of `stream` to connect it to this host.
    pub(crate) async fn connect_to_host(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        host: &UrlHost,
        port: u16,
    ) -> Result<(), Failure> {
        match host {
            UrlHost::Address(address) => {
                self.connect_to_address(stream, (*address, port).into())
                    .await
            }
            // The zone has no meaning on the machine of the proxy.
            UrlHost::Zoned(zoned) => {
                self.connect_to_address(stream, (zoned.address, port).into())
                    .await
            }
            UrlHost::Name(name) => {
                let target = (name.as_str(), port).into_target_addr();
                self.connect(stream, target.map_err(socks_failure)?).await
            }
        }
    }

    async fn connect(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        target: TargetAddr<'_>,
    ) -> Result<(), Failure> {
        let connected = match &self.credentials {
            Some((user, password)) => {
                Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
            }
            None => Socks5Stream::connect_with_socket(stream, target).await,
        };
        connected.map(drop).map_err(socks_failure)
    }
}

/// Gives each reply code of RFC 1928 its own failure.
fn socks_failure(error: SocksError) -> Failure {
    use SocksError as E;
    tracing::debug!(%error, "the SOCKS proxy did not connect");
    match error {
        E::Io(error) => failures::proxy_stream_failure(error),
        E::GeneralSocksServerFailure => failures::SOCKS_GENERAL,
        E::ConnectionNotAllowedByRuleset => failures::PROXY_FORBIDDEN,
        E::NetworkUnreachable => failures::SOCKS_NETWORK,
        E::HostUnreachable => failures::SOCKS_HOST,
        E::ConnectionRefused => failures::SOCKS_REFUSED,
        E::TtlExpired => failures::SOCKS_TTL,
        E::CommandNotSupported => failures::SOCKS_COMMAND,
        E::AddressTypeNotSupported => failures::SOCKS_ADDRESS_TYPE,
        E::UnknownError | E::UnknownAuthMethod => failures::SOCKS_UNKNOWN_REPLY,
        E::PasswordAuthFailure(_) | E::AuthorizationRequired => failures::PROXY_AUTH_REQUIRED,
        E::NoAcceptableAuthMethods => failures::PROXY_AUTH_REQUIRED,
        _ => failures::PROXY_MALFORMED,
    }
}
