//! A client of the Chrome DevTools Protocol.
//!
//! The protocol: <https://chromedevtools.github.io/devtools-protocol/>. Messages are JSON over a
//! websocket. An answer has the id of its command; other messages are events.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// A browser that does not answer for this long is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a browser.
pub(crate) struct DevTools {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: Vec<DevToolsEvent>,
}

/// Something that a browser reports unasked.
#[derive(Debug)]
pub(crate) struct DevToolsEvent {
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl DevTools {
    /// Connects to a `ws://` URL.
    pub(crate) fn connect(url: &str) -> Self {
        let authority = url.strip_prefix("ws://").expect("a websocket URL");
        let (address, _path) = authority.split_once('/').expect("a path");
        let stream = TcpStream::connect(address).expect("a browser that listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let (socket, _response) = tungstenite::client(url, stream).expect("a websocket");
        Self {
            socket,
            last_id: 0,
            events: Vec::new(),
        }
    }

    /// Runs a command and returns its result. Panics with the browser's message if it fails.
    ///
    /// A `session` is a connection to a tab.
    pub(crate) fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let message = Message::text(command.to_string());
        self.socket.send(message).expect("a browser that runs");
        loop {
            let mut received = self.receive();
            if received["id"] == id {
                let error = &received["error"];
                assert!(error.is_null(), "{method}: {error}");
                return received["result"].take();
            }
            self.keep(received);
        }
    }

    /// Waits for an event, unless it is among those that were not taken.
    pub(crate) fn wait_for(&mut self, method: &str) {
        while !self.events.iter().any(|event| event.method == method) {
            let received = self.receive();
            self.keep(received);
        }
    }

    /// Takes the events since the last time.
    pub(crate) fn take_events(&mut self) -> Vec<DevToolsEvent> {
        std::mem::take(&mut self.events)
    }

    fn receive(&mut self) -> Value {
        let message = self.socket.read().expect("a message within a minute");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }

    fn keep(&mut self, mut received: Value) {
        self.events.push(DevToolsEvent {
            method: received["method"].as_str().unwrap_or_default().to_owned(),
            params: received["params"].take(),
        });
    }
}
