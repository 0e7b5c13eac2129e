//! Raw target, which writes canned answers as fast as one core can.
//!
//! This target does not parse: it writes the same answer with status 200 for each end of a head
//! (`\r\n\r\n`). So over HTTP/1.1, requests may be pipelined, but must not have a body. A client that
//! begins with the preface of HTTP/2 gets the same answers over HTTP/2, and may send bodies.
//!
//! With 64 busy connections, an answer costs one read, one write, and 1/60 of a poll, with or
//! without TLS. Without TLS, nine tenths of the time are spent in the kernel: a minimal epoll loop in C,
//! which neither scans for heads nor counts, gave only about 9 % more answers in the same time.

mod http2;

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::counts::TargetCounts;
use crate::recorder::TargetRecorder;
use crate::transport::{ByteStream, ConnectionHandler, TargetTransport};

use self::http2::{CannedHttp2Connection, PREFACE};

/// The number of bytes read at once, and about the number written at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// Answers every head with a body of `body_bytes` until `shutdown` completes, and returns the counts.
///
/// At the end, open connections are closed at once.
///
/// # Cancel safety
///
/// Dropping the future stops the target and closes its connections, but the counts are lost.
pub async fn serve(
    listener: TcpListener,
    body_bytes: usize,
    shutdown: impl Future,
) -> TargetCounts {
    let recorder = Arc::new(TargetRecorder::new(0));
    run(
        listener,
        TargetTransport::Tcp,
        CannedResponses::new(body_bytes, None),
        Arc::clone(&recorder),
        shutdown,
    )
    .await;
    recorder.counts()
}

/// Runs [`serve`] with a recorder that can be read during the run.
pub(crate) async fn run(
    listener: TcpListener,
    transport: TargetTransport,
    responses: CannedResponses,
    recorder: Arc<TargetRecorder>,
    shutdown: impl Future,
) {
    let service = Arc::new(RawHttpService {
        responses,
        recorder: Arc::clone(&recorder),
    });
    transport.serve(listener, recorder, service, shutdown).await;
}

/// The state that all connections of a raw target share.
#[derive(Debug)]
struct RawHttpService {
    responses: CannedResponses,
    recorder: Arc<TargetRecorder>,
}

impl ConnectionHandler for RawHttpService {
    async fn handle(self: Arc<Self>, mut stream: impl ByteStream) {
        let mut buf = vec![0; CHUNK_BYTES];
        let Ok(read) = self.read_preface(&mut stream, &mut buf).await else {
            return;
        };
        let served = if buf[..read] == *PREFACE {
            self.serve_http2(&mut stream, &mut buf).await
        } else {
            self.serve_http1(&mut stream, &mut buf, read).await
        };
        if served.is_ok() {
            // The client has closed. Over TLS, it gets a `close_notify` in return.
            let _ = stream.shutdown().await;
        }
    }
}

impl RawHttpService {
    /// Reads at most the preface of HTTP/2, until the protocol is known. Returns the number of bytes.
    async fn read_preface(
        &self,
        stream: &mut impl ByteStream,
        buf: &mut [u8],
    ) -> io::Result<usize> {
        let mut read = 0;
        while read < PREFACE.len() && PREFACE.starts_with(&buf[..read]) {
            match stream.read(&mut buf[read..PREFACE.len()]).await? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    async fn serve_http1(
        &self,
        stream: &mut impl ByteStream,
        buf: &mut [u8],
        mut read: usize,
    ) -> io::Result<()> {
        let mut heads = HeadScanner::default();
        let mut first = self.responses.with_cookie.as_deref();
        while read > 0 {
            let mut ended = heads.count_ends(&buf[..read]);
            self.recorder.record_raw(read, ended);
            if let Some(answer) = first.take_if(|_| ended > 0) {
                stream.write_all(answer).await?;
                ended -= 1;
            }
            self.responses.write(stream, ended).await?;
            read = stream.read(buf).await?;
        }
        Ok(())
    }

    async fn serve_http2(&self, stream: &mut impl ByteStream, buf: &mut [u8]) -> io::Result<()> {
        let mut connection = CannedHttp2Connection::new(self.responses.body_bytes);
        self.recorder.record_raw(PREFACE.len(), 0);
        loop {
            while !connection.out.is_empty() {
                stream.write_all(&connection.out).await?;
                connection.out.clear();
                // Answers may wait for space in the output.
                connection.write_pending();
            }
            stream.flush().await?;
            let read = stream.read(buf).await?;
            if read == 0 {
                return Ok(());
            }
            let ended = connection.receive(&buf[..read]);
            let ended = ended.map_err(|_| io::ErrorKind::InvalidData)?;
            self.recorder.record_raw(read, ended);
        }
    }
}

/// Copies of the same answer.
#[derive(Debug)]
pub(crate) struct CannedResponses {
    body_bytes: usize,
    bytes: Vec<u8>,
    response_bytes: usize,
    /// The first answer of a connection, if it sets a cookie.
    with_cookie: Option<Vec<u8>>,
}

impl CannedResponses {
    /// Creates answers with a body of `body_bytes`. The first one of a connection sets the cookie.
    pub(crate) fn new(body_bytes: usize, cookie: Option<&str>) -> Self {
        let answer = |fields: &str| {
            let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {body_bytes}\r\n\r\n");
            let mut bytes = head.into_bytes();
            bytes.resize(bytes.len() + body_bytes, b'x');
            bytes
        };
        let one = answer("");
        let response_bytes = one.len();
        Self {
            body_bytes,
            bytes: one.repeat((CHUNK_BYTES / response_bytes).max(1)),
            response_bytes,
            with_cookie: cookie.map(|cookie| answer(&format!("Set-Cookie: {cookie}\r\n"))),
        }
    }

    /// Writes `count` answers, at once if they are short.
    async fn write(&self, stream: &mut impl ByteStream, count: usize) -> std::io::Result<()> {
        let mut left = count * self.response_bytes;
        while left > 0 {
            let length = left.min(self.bytes.len());
            stream.write_all(&self.bytes[..length]).await?;
            left -= length;
        }
        // TLS may hold back bytes that the socket did not accept at once.
        stream.flush().await
    }
}

/// Finds the ends of heads in a stream of chunks.
#[derive(Debug, Default)]
struct HeadScanner {
    /// The number of bytes of `\r\n\r\n` at the end of the stream so far.
    matched: u8,
}

impl HeadScanner {
    /// Returns the number of heads that end in the next chunk.
    fn count_ends(&mut self, chunk: &[u8]) -> usize {
        let mut ended = 0;
        for byte in chunk {
            self.matched = match (self.matched, byte) {
                (3, b'\n') => {
                    ended += 1;
                    0
                }
                (2, b'\r') => 3,
                (1, b'\n') => 2,
                (_, b'\r') => 1,
                _ => 0,
            };
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{BufStream, duplex};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn answers_are_flushed_through_a_buffered_stream() {
        let (mut client, server) = duplex(1024);
        let service = Arc::new(RawHttpService {
            responses: CannedResponses::new(3, None),
            recorder: Arc::new(TargetRecorder::new(0)),
        });
        // Like TLS, this stream writes only when its buffer is full or flushed.
        let handled = tokio::spawn(service.handle(BufStream::new(server)));
        client
            .write_all(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .expect("the service reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"xxx") {
            let read = timeout(Duration::from_secs(20), client.read_buf(&mut answer));
            let read = read.await.expect("the answer was flushed");
            assert_ne!(read.expect("the stream is open"), 0);
        }
        drop(client);
        handled.await.expect("no panic");
    }

    #[test]
    fn heads_can_be_split_anywhere() {
        for (stream, heads) in [
            ("", 0),
            ("GET / HTTP/1.1\r\nHost: a\r\n", 0),
            ("GET / HTTP/1.1\r\n\r\n", 1),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n", 2),
            ("\r\r\n\r\n", 1),
            ("\r\n\r\r\n\r\n", 1),
            ("\r\n\n\r\n", 0),
            ("\r\n\r\n\r\n", 1),
        ] {
            for size in 1..=stream.len().max(1) {
                let mut scanner = HeadScanner::default();
                let ended = stream
                    .as_bytes()
                    .chunks(size)
                    .map(|chunk| scanner.count_ends(chunk));
                assert_eq!(
                    ended.sum::<usize>(),
                    heads,
                    "{stream:?} in chunks of {size}"
                );
            }
        }
    }

    #[test]
    fn canned_bytes_hold_complete_answers() {
        for body_bytes in [0, 1, 100, CHUNK_BYTES, 1_000_000] {
            let responses = CannedResponses::new(body_bytes, None);
            assert_eq!(
                responses.bytes.len() % responses.response_bytes,
                0,
                "{body_bytes}"
            );
            assert!(responses.bytes.len() >= body_bytes, "{body_bytes}");
        }
    }
}
