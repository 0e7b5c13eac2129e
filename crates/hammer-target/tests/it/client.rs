//! Minimal HTTP client.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";

/// The error of a connection that was closed between two answers.
pub(crate) const CLOSED: &str = "closed";

pub(crate) struct TestClient<S = TcpStream>(BufReader<S>);

pub(crate) struct TestResponse {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl TestClient {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        Self::from_stream(connect(addr).await)
    }
}

pub(crate) async fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).await.expect("the target listens");
    stream.set_nodelay(true).expect("the stream is open");
    stream
}

impl<S: AsyncRead + AsyncWrite + Unpin> TestClient<S> {
    pub(crate) fn from_stream(stream: S) -> Self {
        Self(BufReader::new(stream))
    }
    pub(crate) async fn send(&mut self, bytes: &str) {
        self.0
            .write_all(bytes.as_bytes())
            .await
            .expect("the target reads");
        self.0.flush().await.expect("the target reads");
    }

    /// Reads the next answer, or returns `None` if the connection closes first.
    pub(crate) async fn response(&mut self) -> Option<TestResponse> {
        self.try_response().await.ok()
    }

    /// Reads the next answer, or returns the error that ended the connection.
    pub(crate) async fn try_response(&mut self) -> io::Result<TestResponse> {
        timeout(Duration::from_secs(20), self.read())
            .await
            .expect("the target answers or closes")
    }

    /// Returns the underlying stream.
    pub(crate) fn stream(&mut self) -> &mut S {
        self.0.get_mut()
    }

    /// Closes the sending side.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.expect("the target reads");
    }

    pub(crate) async fn get(&mut self) -> Option<TestResponse> {
        self.send(GET).await;
        self.response().await
    }

    async fn read(&mut self) -> io::Result<TestResponse> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await? == 0 {
                assert_eq!(head, "", "the answer is incomplete");
                return Err(io::Error::other(CLOSED));
            }
        }
        head.make_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        let status = head[9..12].parse().expect("a status line");
        Ok(TestResponse { status, head, body })
    }
}
