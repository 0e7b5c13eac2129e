//! A server that runs a script for each connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A response with the body `ok`.
pub(crate) const OK_RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that runs a closure for each connection, and records the heads of requests.
pub(crate) struct ScriptedServer {
    addr: SocketAddr,
    connections: Arc<AtomicU64>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// One connection of a [`ScriptedServer`].
pub(crate) struct ScriptedConnection {
    pub(crate) stream: TcpStream,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    pub(crate) fn serve(script: impl Fn(&mut ScriptedConnection) + Send + Sync + 'static) -> Self {
        Self::serve_owned(move |mut peer| script(&mut peer))
    }

    /// Runs `script` for each connection, which decides when and how its connection ends.
    pub(crate) fn serve_owned(script: impl Fn(ScriptedConnection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("a bound listener");
        let connections = Arc::new(AtomicU64::new(0));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (counted, kept) = (connections.clone(), heads.clone());
        let script = Arc::new(script);
        // The thread ends with the process, since nothing interrupts accept.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let peer = ScriptedConnection {
                    stream,
                    heads: kept.clone(),
                };
                let script = script.clone();
                thread::spawn(move || script(peer));
            }
        });
        Self {
            addr,
            connections,
            heads,
        }
    }

    /// Answers each request with the same bytes.
    pub(crate) fn answering(answer: &'static [u8]) -> Self {
        Self::serve(move |peer| while peer.request() && peer.send(answer) {})
    }

    /// Reads each request with its body, and answers with the bytes that `reply` returns.
    pub(crate) fn replying(
        reply: impl Fn(&ScriptedRequest) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(move |peer| {
            while let Some(request) = peer.whole_request() {
                if !peer.send(&reply(&request)) {
                    break;
                }
            }
        })
    }

    /// Answers the first request of each connection with these bytes, and closes the connection.
    pub(crate) fn answering_once(answer: &'static [u8]) -> Self {
        Self::serve(move |peer| {
            peer.request();
            peer.send(answer);
        })
    }

    /// Answers each request of one connection with the same bytes, on a new thread.
    pub(crate) fn answer_all(
        mut stream: impl Read + Write + Send + 'static,
        answer: &'static [u8],
    ) {
        thread::spawn(
            move || {
                while head(&mut stream).is_some() && stream.write_all(answer).is_ok() {}
            },
        );
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no script panicked").clone()
    }

    /// The method and target of each request so far.
    pub(crate) fn request_lines(&self) -> Vec<String> {
        let heads = self.heads();
        heads
            .iter()
            .map(|head| request_line(head).to_owned())
            .collect()
    }
}

/// A request with its body.
pub(crate) struct ScriptedRequest {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl ScriptedRequest {
    pub(crate) fn path(&self) -> &str {
        request_line(&self.head).split(' ').nth(1).expect("a path")
    }

    /// The value of a header, whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The method and target of a request.
pub(crate) fn request_line(head: &str) -> &str {
    head.split(" HTTP/1.1").next().expect("a first line")
}

/// The heads and bodies of requests.
pub(crate) type RecordedRequests = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that answers with 200 and records heads and bodies.
pub(crate) fn recording_server() -> (ScriptedServer, RecordedRequests) {
    let recorded = RecordedRequests::default();
    let requests = recorded.clone();
    let server = ScriptedServer::replying(move |request| {
        let mut requests = requests.lock().expect("no script panicked");
        requests.push((request.head.clone(), request.body.clone()));
        response_bytes("200 OK", &[], b"")
    });
    (server, recorded)
}

/// A response with these header lines and this body.
pub(crate) fn response_bytes(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

impl ScriptedConnection {
    /// Reads a request with its body, or returns `None` at the end of the stream.
    pub(crate) fn whole_request(&mut self) -> Option<ScriptedRequest> {
        let head = self.head()?;
        let mut request = ScriptedRequest { head, body: vec![] };
        let length = request.header("content-length").map(|text| text.parse());
        let length = length.map_or(0, |length| length.expect("a number"));
        request.body = self.read(length);
        Some(request)
    }

    /// Reads the head of a request, or returns false at the end of the stream.
    pub(crate) fn request(&mut self) -> bool {
        self.head().is_some()
    }

    /// Reads the head of a request, or returns `None` at the end of the stream.
    pub(crate) fn head(&mut self) -> Option<String> {
        let head = head(&mut self.stream)?;
        let mut heads = self.heads.lock().expect("no script panicked");
        heads.push(head.clone());
        Some(head)
    }

    pub(crate) fn read(&mut self, bytes: usize) -> Vec<u8> {
        let mut body = vec![0; bytes];
        self.stream
            .read_exact(&mut body)
            .expect("the rest of the request");
        body
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }
}

/// Reads the head of a request, or returns `None` at the end of the stream.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8(head).expect("an ASCII head"))
}
