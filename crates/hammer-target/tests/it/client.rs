//! A client that knows only as much HTTP as these tests need.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";

/// The error of a connection that was closed as it should be, between two answers.
pub(crate) const CLOSED: &str = "closed";

pub(crate) struct Client<S = TcpStream>(BufReader<S>);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        Self::over(connect(addr).await)
    }
}

pub(crate) async fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).await.expect("the target listens");
    stream.set_nodelay(true).expect("the stream is open");
    stream
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self(BufReader::new(stream))
    }
    pub(crate) async fn send(&mut self, bytes: &str) {
        self.0
            .write_all(bytes.as_bytes())
            .await
            .expect("the target reads");
        self.0.flush().await.expect("the target reads");
    }

    /// The next answer, or `None` if the connection closes first.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        self.outcome().await.ok()
    }

    /// The next answer, or how the connection ended instead.
    pub(crate) async fn outcome(&mut self) -> io::Result<Answer> {
        timeout(Duration::from_secs(20), self.read())
            .await
            .expect("it answers or hangs up")
    }

    /// What lies below.
    pub(crate) fn stream(&mut self) -> &mut S {
        self.0.get_mut()
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.expect("the target reads");
    }

    pub(crate) async fn get(&mut self) -> Option<Answer> {
        self.send(GET).await;
        self.answer().await
    }

    async fn read(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await? == 0 {
                assert_eq!(head, "", "an answer is whole or not there");
                return Err(io::Error::other(CLOSED));
            }
        }
        head.make_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().expect("it is a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        let status = head[9..12].parse().expect("it is a status line");
        Ok(Answer { status, head, body })
    }
}
