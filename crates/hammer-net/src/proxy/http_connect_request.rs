//! Tunnels through an HTTP proxy with CONNECT (RFC 9110, section 9.3.6).

use std::convert::Infallible;

use hammer_core::Failure;
use hammer_wire::ResponseHead;
use hammer_wire::http1::{
    ReceiveError, RequestKind, ResponseDecoder, ResponseError, ResponseErrorKind, ResponseSink,
};
use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::ProxyServer;
use super::response_status::{ProxyUse, status_failure};
use crate::failures;
use crate::host::UrlHost;

/// The CONNECT request to a proxy. It has no `Debug`, since it contains credentials.
pub(crate) struct HttpConnectRequest {
    request: Vec<u8>,
}

impl HttpConnectRequest {
    /// Prepares the request for a tunnel to `host` and `port`.
    pub(crate) fn new(proxy: &ProxyServer, headers: &HeaderMap, host: &UrlHost, port: u16) -> Self {
        let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n");
        request.push_str(concat!(
            "user-agent: hammer/",
            env!("CARGO_PKG_VERSION"),
            "\r\n"
        ));
        let mut request = request.into_bytes();
        let authorization = proxy
            .authorization()
            .map(|value| (&PROXY_AUTHORIZATION, value));
        for (name, value) in authorization.into_iter().chain(headers) {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                request.extend_from_slice(part);
            }
        }
        request.extend_from_slice(b"\r\n");
        Self { request }
    }

    /// Opens the tunnel, after which `stream` leads to the target.
    pub(crate) async fn open(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> Result<(), Failure> {
        let send = async {
            stream.write_all(&self.request).await?;
            stream.flush().await
        };
        send.await.map_err(failures::proxy_stream_failure)?;
        let mut response = ConnectResponse::new();
        let mut received = Vec::with_capacity(1024);
        loop {
            let read = stream.read_buf(&mut received).await;
            if read.map_err(failures::proxy_stream_failure)? == 0 {
                return Err(failures::PROXY_CLOSED_EARLY);
            }
            if let Some(status) = response.receive(&mut received)? {
                tracing::debug!(status, "the proxy responded");
                return status_failure(status, ProxyUse::Tunnel).map_or(Ok(()), Err);
            }
        }
    }
}

/// The response to a CONNECT request, up to the end of its head.
///
/// It is decoded by the same rules as the responses of targets.
struct ConnectResponse {
    decoder: ResponseDecoder,
    status: ConnectStatus,
}

/// The status of the final response, once its head has arrived.
#[derive(Default)]
struct ConnectStatus(Option<u16>);

impl ConnectResponse {
    fn new() -> Self {
        let mut decoder = ResponseDecoder::new();
        decoder.begin(RequestKind::Connect);
        Self {
            decoder,
            status: ConnectStatus::default(),
        }
    }

    /// Decodes received bytes, removes those that it consumed, and returns the status once it is known.
    fn receive(&mut self, received: &mut Vec<u8>) -> Result<Option<u16>, Failure> {
        let consumed = match self.decoder.receive(received, &mut self.status) {
            Ok(consumed) => consumed,
            Err(ReceiveError::Response(error)) => return Err(response_failure(&error)),
            Err(ReceiveError::Sink(never)) => match never {},
        };
        received.drain(..consumed);
        if self.decoder.is_switched() && !received.is_empty() {
            // The target cannot have sent anything yet: the client speaks first.
            tracing::debug!("bytes of the tunnel before the first of the client");
            return Err(failures::PROXY_BROKE_RULES);
        }
        Ok(self.status.0)
    }
}

impl ResponseSink for ConnectStatus {
    type Error = Infallible;

    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Infallible> {
        self.0 = Some(head.status);
        Ok(())
    }

    fn body(&mut self, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
}

fn response_failure(error: &ResponseError) -> Failure {
    tracing::debug!(%error, "no usable response of the proxy");
    match error.kind() {
        ResponseErrorKind::NotHttp | ResponseErrorKind::TlsRecord => failures::PROXY_MALFORMED,
        _ => failures::PROXY_BROKE_RULES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type ExpectedStatus = Result<Option<u16>, Failure>;

    fn receive(bytes: &[u8], piece: usize) -> ExpectedStatus {
        let mut response = ConnectResponse::new();
        let mut received = Vec::new();
        for piece in bytes.chunks(piece) {
            received.extend_from_slice(piece);
            if let Some(status) = response.receive(&mut received)? {
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    #[test]
    fn responses_of_proxies_are_parsed() {
        let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(150));
        let too_many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(300));
        let large = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(60_000));
        let too_large = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(70_000));
        let broken = Err(failures::PROXY_BROKE_RULES);
        let table: [(&[u8], ExpectedStatus); 20] = [
            (b"", Ok(None)),
            (b"HTTP/1.1 200 OK\r\n", Ok(None)),
            (
                b"HTTP/1.1 200 Connection established\r\n\r\n",
                Ok(Some(200)),
            ),
            (b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n", Ok(Some(200))),
            (b"HTTP/1.1 200 OK\n\n", Ok(Some(200))),
            (b"HTTP/1.1 200\r\nServer : x\r\n\r\n", Ok(Some(200))),
            (b"HTTP/1.1 200 OK\r\nVia: a,\r\n b\r\n\r\n", Ok(Some(200))),
            (b"\r\nHTTP/1.1 200 OK\r\n\r\n", Ok(Some(200))),
            (many_headers.as_bytes(), Ok(Some(200))),
            (large.as_bytes(), Ok(Some(200))),
            (
                b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno",
                Ok(Some(407)),
            ),
            (
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                Ok(Some(200)),
            ),
            // A tunnel has no length (RFC 9110, section 9.3.6).
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                Ok(Some(200)),
            ),
            (b"SSH-2.0", Err(failures::PROXY_MALFORMED)),
            (b"\x05\x00", Err(failures::PROXY_MALFORMED)),
            (
                b"\x15\x03\x03\x00\x02\x02\x46",
                Err(failures::PROXY_MALFORMED),
            ),
            (b"HTTP/1.1 2x0 OK\r\n\r\n", broken),
            (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", broken),
            (too_many.as_bytes(), broken),
            (too_large.as_bytes(), broken),
        ];
        for (head, expected) in table {
            for piece in [1, 7, usize::MAX] {
                let found = receive(head, piece);
                let start = &head[..head.len().min(80)];
                assert_eq!(found, expected, "{} by {piece}", start.escape_ascii());
            }
        }
    }

    #[test]
    fn a_tunnel_begins_with_the_client() {
        let found = receive(b"HTTP/1.1 200 OK\r\n\r\nhello", usize::MAX);
        assert_eq!(found, Err(failures::PROXY_BROKE_RULES));
    }
}
