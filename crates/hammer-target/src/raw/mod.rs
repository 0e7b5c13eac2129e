//! Canned answers, as fast as one core gives them.
//!
//! This target does not parse: wherever a head ends (`\r\n\r\n`) it writes the same 200. That is
//! right for requests without a body, pipelined or not, and for nothing else. A client that begins with
//! the preface of HTTP/2 gets the same answers over that, and may send bodies.
//!
//! With 64 busy connections an answer costs one read, one write, and a sixtieth of a wait, over TLS as
//! without. Without, nine tenths of its time are the kernel's: a bare loop over epoll in C, which
//! neither looks for heads nor counts, gave about 9 % more answers for its time. So the runtime stays.

mod http2;

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::counts::TargetCounts;
use crate::recorder::TargetRecorder;
use crate::transport::{ByteStream, ConnectionHandler, TargetTransport};

use self::http2::{PREFACE, RawHttp2Connection};

/// How much is read at once, and about how much is written at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// Answers every head with a body of `body_bytes` until `shutdown` completes, and tells how many
/// there were.
///
/// Connections that are open at the end are closed at once.
///
/// # Cancel safety
///
/// Dropping the future stops the target and closes its connections, but the counts are lost.
pub async fn serve(
    listener: TcpListener,
    body_bytes: usize,
    shutdown: impl Future,
) -> TargetCounts {
    let ledger = Arc::new(TargetRecorder::new(0));
    run(
        listener,
        TargetTransport::Tcp,
        body_bytes,
        Arc::clone(&ledger),
        shutdown,
    )
    .await;
    ledger.counts()
}

/// [`serve`] with a ledger that others can read meanwhile.
pub(crate) async fn run(
    listener: TcpListener,
    transport: TargetTransport,
    body_bytes: usize,
    ledger: Arc<TargetRecorder>,
    shutdown: impl Future,
) {
    let house = Arc::new(RawService {
        body_bytes,
        responses: CannedResponses::new(body_bytes),
        recorder: Arc::clone(&ledger),
    });
    transport.serve(listener, ledger, house, shutdown).await;
}

/// What all connections of a raw target have in common.
#[derive(Debug)]
struct RawService {
    body_bytes: usize,
    responses: CannedResponses,
    recorder: Arc<TargetRecorder>,
}

impl ConnectionHandler for RawService {
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
            // The client has closed, and over TLS it is told in return that nothing is missing.
            let _ = stream.shutdown().await;
        }
    }
}

impl RawService {
    /// Reads as much as it takes to know what is spoken, and no more than the preface of HTTP/2 has.
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
        while read > 0 {
            let ended = heads.count_ends(&buf[..read]);
            self.recorder.record_raw(read, ended);
            self.responses.write(stream, ended).await?;
            read = stream.read(buf).await?;
        }
        Ok(())
    }

    async fn serve_http2(&self, stream: &mut impl ByteStream, buf: &mut [u8]) -> io::Result<()> {
        let mut frames = RawHttp2Connection::new(self.body_bytes);
        self.recorder.record_raw(PREFACE.len(), 0);
        loop {
            while !frames.out.is_empty() {
                stream.write_all(&frames.out).await?;
                frames.out.clear();
                // What was too much before.
                frames.write_pending();
            }
            stream.flush().await?;
            let read = stream.read(buf).await?;
            if read == 0 {
                return Ok(());
            }
            let ended = frames.receive(&buf[..read]);
            let ended = ended.map_err(|_| io::ErrorKind::InvalidData)?;
            self.recorder.record_raw(read, ended);
        }
    }
}

/// The same answer over and over.
#[derive(Debug)]
struct CannedResponses {
    bytes: Vec<u8>,
    response_bytes: usize,
}

impl CannedResponses {
    fn new(body_bytes: usize) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\n\r\n");
        let mut one = head.into_bytes();
        one.resize(one.len() + body_bytes, b'x');
        let response_bytes = one.len();
        Self {
            bytes: one.repeat((CHUNK_BYTES / response_bytes).max(1)),
            response_bytes,
        }
    }

    /// Writes `n` answers, in one piece if they are short.
    async fn write(&self, stream: &mut impl ByteStream, n: usize) -> std::io::Result<()> {
        let mut left = n * self.response_bytes;
        while left > 0 {
            let piece = left.min(self.bytes.len());
            stream.write_all(&self.bytes[..piece]).await?;
            left -= piece;
        }
        // TLS may keep back what the socket did not take at once.
        stream.flush().await
    }
}

/// Finds the ends of heads in a stream that comes in pieces.
#[derive(Debug, Default)]
struct HeadScanner {
    /// How many bytes of `\r\n\r\n` the stream ends with.
    matched: u8,
}

impl HeadScanner {
    /// How many heads end in the next piece.
    fn count_ends(&mut self, piece: &[u8]) -> usize {
        let mut ended = 0;
        for byte in piece {
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
    async fn an_answer_leaves_though_the_stream_keeps_it_back() {
        let (mut client, served) = duplex(1024);
        let house = Arc::new(RawService {
            body_bytes: 3,
            responses: CannedResponses::new(3),
            recorder: Arc::new(TargetRecorder::new(0)),
        });
        // It sends what it has when its buffer is full, or when it is flushed; so does TLS.
        let attended = tokio::spawn(house.handle(BufStream::new(served)));
        client
            .write_all(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .expect("it reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"xxx") {
            let read = timeout(Duration::from_secs(20), client.read_buf(&mut answer));
            let read = read.await.expect("it was flushed");
            assert_ne!(read.expect("it is open"), 0);
        }
        drop(client);
        attended.await.expect("it does not panic");
    }

    #[test]
    fn heads_end_wherever_the_pieces_do() {
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
                let mut found = HeadScanner::default();
                let ended = stream
                    .as_bytes()
                    .chunks(size)
                    .map(|piece| found.count_ends(piece));
                assert_eq!(
                    ended.sum::<usize>(),
                    heads,
                    "{stream:?} in pieces of {size}"
                );
            }
        }
    }

    #[test]
    fn the_answers_are_whole() {
        for body_bytes in [0, 1, 100, CHUNK_BYTES, 1_000_000] {
            let answers = CannedResponses::new(body_bytes);
            assert_eq!(
                answers.bytes.len() % answers.response_bytes,
                0,
                "{body_bytes}"
            );
            assert!(answers.bytes.len() >= body_bytes, "{body_bytes}");
        }
    }
}
