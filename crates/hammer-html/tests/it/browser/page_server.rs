//! A web server for pages, with and without a content security policy.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use super::content_policy::ContentPolicy;

/// A server on loopback that serves one page; it ends with its process.
pub(crate) struct PageServer {
    address: SocketAddr,
}

impl PageServer {
    /// Serves a page.
    pub(crate) fn start(page: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let page: Arc<str> = page.into();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let page = Arc::clone(&page);
                // The browser opens connections in advance, so one must not block the others.
                thread::spawn(move || answer(stream, &page));
            }
        });
        Self { address }
    }

    /// The URL of the page under a policy.
    pub(crate) fn url(&self, policy: ContentPolicy) -> String {
        format!("http://{}/{}", self.address, policy.name())
    }
}

/// Answers one request and closes the connection.
fn answer(mut stream: TcpStream, page: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request_line = String::new();
    reader.read_line(&mut request_line)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request_line.split(' ').nth(1).unwrap_or_default();
    match ContentPolicy::of_name(path.trim_start_matches('/')) {
        Some(policy) => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             {}Connection: close\r\n\r\n{page}",
            page.len(),
            policy.header(),
        ),
        // Browsers ask for an icon by themselves, and log an error if there is none.
        None => write!(
            stream,
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        ),
    }
}
