use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that does with each connection what a closure says.
pub(crate) struct ScriptedServer {
    addr: SocketAddr,
    connections: Arc<AtomicU64>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// One connection of a [`ScriptedServer`] server.
pub(crate) struct ScriptedConnection {
    pub(crate) stream: TcpStream,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    pub(crate) fn serve(script: impl Fn(&mut ScriptedConnection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let connections = Arc::new(AtomicU64::new(0));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (counted, kept) = (connections.clone(), heads.clone());
        let script = Arc::new(script);
        // Ends with the process: nothing wakes it from accepting.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut peer = ScriptedConnection {
                    stream,
                    heads: kept.clone(),
                };
                let script = script.clone();
                thread::spawn(move || script(&mut peer));
            }
        });
        Self {
            addr,
            connections,
            heads,
        }
    }

    /// Answers each request with the same bytes, for as long as the client likes.
    pub(crate) fn answering(answer: &'static [u8]) -> Self {
        Self::serve(move |peer| while peer.request() && peer.send(answer) {})
    }

    /// Answers each request, body and all, with what `reply` makes of it.
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

    /// Answers one request of each connection with these bytes, and hangs up.
    pub(crate) fn answering_once(answer: &'static [u8]) -> Self {
        Self::serve(move |peer| {
            peer.request();
            peer.send(answer);
        })
    }

    /// Answers each request of a connection on a thread of its own, with the same bytes.
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

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no script panicked").clone()
    }
}

/// A request with its body.
pub(crate) struct ScriptedRequest {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl ScriptedRequest {
    /// Method and path.
    pub(crate) fn line(&self) -> &str {
        self.head
            .split(" HTTP/1.1")
            .next()
            .expect("there is a first line")
    }

    pub(crate) fn path(&self) -> &str {
        self.line().split(' ').nth(1).expect("there is a path")
    }

    /// The value of a header; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// An answer with these lines of headers and this body.
pub(crate) fn response_bytes(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

impl ScriptedConnection {
    /// Reads a request and the body that it announces; none at the end of the stream.
    pub(crate) fn whole_request(&mut self) -> Option<ScriptedRequest> {
        let head = self.head()?;
        let mut request = ScriptedRequest { head, body: vec![] };
        let length = request.header("content-length").map(|text| text.parse());
        let length = length.map_or(0, |length| length.expect("a hammer sends a number"));
        request.body = self.read(length);
        Some(request)
    }

    /// Reads the head of a request; false at the end of the stream.
    pub(crate) fn request(&mut self) -> bool {
        self.head().is_some()
    }

    /// The head of a request; none at the end of the stream.
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
            .expect("the hammer sends it");
        body
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }
}

/// The head of a request; none at the end of the stream.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8(head).expect("the hammer sends ASCII"))
}
