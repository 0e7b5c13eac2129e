//! Tunnels through an HTTP proxy with CONNECT (RFC 9110, section 9.3.6).

use std::io;

use hammer_core::Failure;
use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::ProxyServer;
use crate::failures;
use crate::host::UrlHost;

/// The size limit for the head of a proxy's response.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 100;
const HTTP1_PREFIX: &[u8] = b"HTTP/1.";

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
        send.await.map_err(io_failure)?;
        let mut head = Vec::with_capacity(1024);
        while head.len() < MAX_HEAD_BYTES {
            let before = head.len();
            let mut limited = (&mut *stream).take((MAX_HEAD_BYTES - before) as u64);
            if limited.read_buf(&mut head).await.map_err(io_failure)? == 0 {
                return Err(failures::PROXY_CLOSED_EARLY);
            }
            // Parse only the first bytes and a possible end, in case the head arrives byte by byte.
            let unchecked = &head[before.saturating_sub(3)..];
            if (before < HTTP1_PREFIX.len() || end_of_head(unchecked).is_some())
                && let Some(status) = parse_status(&head)?
            {
                return check_status(status);
            }
        }
        tracing::debug!("the head of the proxy's response is too large");
        Err(failures::PROXY_MALFORMED)
    }
}

/// Returns the status once the bytes contain a complete head.
fn parse_status(mut head: &[u8]) -> Result<Option<u16>, Failure> {
    let malformed = |problem: &str| {
        tracing::debug!(problem, "malformed response of the proxy");
        failures::PROXY_MALFORMED
    };
    loop {
        if !head
            .iter()
            .zip(HTTP1_PREFIX)
            .all(|(one, other)| one == other)
        {
            return Err(malformed("not HTTP/1"));
        }
        let Some(end) = end_of_head(head) else {
            return Ok(None);
        };
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        response
            .parse(&head[..end])
            .map_err(|error| malformed(&error.to_string()))?;
        match response.code {
            // An interim response; the final one follows.
            Some(100..=199) => head = &head[end..],
            // The target cannot have sent anything yet: the client speaks first.
            Some(200..=299) if end < head.len() => return Err(malformed("bytes after the head")),
            Some(status) => return Ok(Some(status)),
            None => return Err(malformed("no status")),
        }
    }
}

fn end_of_head(head: &[u8]) -> Option<usize> {
    let end = |mark: &[u8]| {
        let at = head.windows(mark.len()).position(|part| part == mark);
        at.map(|at| at + mark.len())
    };
    [end(b"\r\n\r\n"), end(b"\n\n")].into_iter().flatten().min()
}

fn check_status(status: u16) -> Result<(), Failure> {
    tracing::debug!(status, "the proxy responded");
    match status {
        200..=299 => Ok(()),
        403 => Err(failures::PROXY_FORBIDDEN),
        // tinyproxy answers wrong credentials with 401.
        401 | 407 => Err(failures::PROXY_AUTH_REQUIRED),
        // tinyproxy answers with 500, other proxies with 502 to 504.
        500 | 502..=504 => Err(failures::PROXY_TARGET_UNREACHABLE),
        _ => Err(failures::PROXY_REFUSED),
    }
}

fn io_failure(error: io::Error) -> Failure {
    failures::proxy_failure(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_proxies_are_parsed() {
        type ExpectedReply = Result<Option<u16>, &'static str>;
        let table: [(&[u8], ExpectedReply); 12] = [
            (b"", Ok(None)),
            (b"HTTP/1.1 200 OK\r\n", Ok(None)),
            (
                b"HTTP/1.1 200 Connection established\r\n\r\n",
                Ok(Some(200)),
            ),
            (b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n", Ok(Some(200))),
            (b"HTTP/1.1 200 OK\n\n", Ok(Some(200))),
            (
                b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno",
                Ok(Some(407)),
            ),
            (
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                Ok(Some(200)),
            ),
            (
                b"HTTP/1.1 200 OK\r\n\r\nhello",
                Err("proxy_malformed_answer"),
            ),
            (b"SSH-2.0", Err("proxy_malformed_answer")),
            (b"\x05\x00", Err("proxy_malformed_answer")),
            (b"HTTP/1.1 2x0 OK\r\n\r\n", Err("proxy_malformed_answer")),
            (
                b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                Err("proxy_malformed_answer"),
            ),
        ];
        for (head, expected) in table {
            let found = parse_status(head).map_err(|failure| failure.name());
            assert_eq!(found, expected, "{}", head.escape_ascii());
        }
    }
}
