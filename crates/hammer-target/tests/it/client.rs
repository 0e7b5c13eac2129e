//! A client that knows only as much HTTP as these tests need.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";

pub(crate) struct Client(BufReader<TcpStream>);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("the target listens");
        stream.set_nodelay(true).expect("the stream is open");
        Self(BufReader::new(stream))
    }

    pub(crate) async fn send(&mut self, bytes: &str) {
        self.0
            .write_all(bytes.as_bytes())
            .await
            .expect("the target reads");
    }

    /// The next answer, or `None` if the connection closes first.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        timeout(Duration::from_secs(20), self.read())
            .await
            .expect("it answers or hangs up")
            .ok()
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
                return Err(io::ErrorKind::UnexpectedEof.into());
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
