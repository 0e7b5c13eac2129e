//! A tunnel through an HTTP proxy, by CONNECT (RFC 9110, section 9.3.6).

use std::io;

use hammer_core::Failure;
use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::ProxyServer;
use crate::failures;
use crate::host::UrlHost;

/// The head of a proxy's answer may be this large.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 100;
const HTTP1_PREFIX: &[u8] = b"HTTP/1.";

/// What is asked of the proxy. Not to be shown: the credentials are in it.
pub(crate) struct HttpTunnel {
    request: Vec<u8>,
}

impl HttpTunnel {
    /// A tunnel to `host` and `port`.
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

    /// Opens it: what is written to `stream` from now on arrives at the target.
    pub(crate) async fn open(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> Result<(), Failure> {
        let sent = async {
            stream.write_all(&self.request).await?;
            stream.flush().await
        };
        sent.await.map_err(io_failure)?;
        let mut head = Vec::with_capacity(1024);
        while head.len() < MAX_HEAD_BYTES {
            let before = head.len();
            let mut limited = (&mut *stream).take((MAX_HEAD_BYTES - before) as u64);
            if limited.read_buf(&mut head).await.map_err(io_failure)? == 0 {
                return Err(failures::PROXY_CLOSED_EARLY);
            }
            // A head that comes byte by byte is looked at when it may have ended, or just begun.
            let fresh = &head[before.saturating_sub(3)..];
            if (before < HTTP1_PREFIX.len() || end_of_head(fresh).is_some())
                && let Some(status) = parse_status(&head)?
            {
                return check_status(status);
            }
        }
        tracing::debug!("the head of the proxy's answer has no end");
        Err(failures::PROXY_MALFORMED)
    }
}

/// The status that the bytes so far say, if the head is whole.
fn parse_status(mut head: &[u8]) -> Result<Option<u16>, Failure> {
    let malformed = |what: &str| {
        tracing::debug!(what, "the proxy's answer is malformed");
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
        let mut answer = httparse::Response::new(&mut headers);
        answer
            .parse(&head[..end])
            .map_err(|error| malformed(&error.to_string()))?;
        match answer.code {
            // A word in between: what counts comes behind it.
            Some(100..=199) => head = &head[end..],
            // The target can't have said anything yet: it waits for us.
            Some(200..=299) if end < head.len() => return Err(malformed("bytes behind it")),
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
    tracing::debug!(status, "the proxy has answered");
    match status {
        200..=299 => Ok(()),
        403 => Err(failures::PROXY_FORBIDDEN),
        // tinyproxy says 401 to credentials that are wrong.
        401 | 407 => Err(failures::PROXY_AUTH_REQUIRED),
        // tinyproxy says 500, others one of the three that are meant for it.
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
    fn answers_of_proxies() {
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
        for (head, right) in table {
            let found = parse_status(head).map_err(|failure| failure.name());
            assert_eq!(found, right, "{}", head.escape_ascii());
        }
    }
}
