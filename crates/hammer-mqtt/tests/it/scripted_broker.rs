//! A broker for tests that follows a script.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// A broker that runs a closure for each connection, to do what real brokers do not do on command.
pub(crate) struct ScriptedBroker {
    addr: SocketAddr,
    connections: Arc<AtomicU64>,
    packets: Arc<Mutex<Vec<ClientPacket>>>,
}

/// A packet of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientPacket {
    /// The number of its connection, from 0.
    pub(crate) connection: u64,
    pub(crate) first_byte: u8,
    pub(crate) body: Vec<u8>,
}

impl ClientPacket {
    pub(crate) fn kind(&self) -> u8 {
        self.first_byte >> 4
    }

    pub(crate) fn is_publish(&self) -> bool {
        self.kind() == 3
    }

    pub(crate) fn topic(&self) -> &[u8] {
        let length = usize::from(u16::from_be_bytes([self.body[0], self.body[1]]));
        &self.body[2..2 + length]
    }

    /// Returns the packet id of a PUBLISH at QoS 1 or 2, a SUBSCRIBE or a PUBREL.
    pub(crate) fn id(&self) -> u16 {
        let at = if self.is_publish() {
            2 + self.topic().len()
        } else {
            0
        };
        u16::from_be_bytes([self.body[at], self.body[at + 1]])
    }
}

/// One connection of a [`ScriptedBroker`].
pub(crate) struct BrokerPeer {
    pub(crate) stream: TcpStream,
    /// The number of the connection, from 0.
    pub(crate) number: u64,
    packets: Arc<Mutex<Vec<ClientPacket>>>,
}

impl ScriptedBroker {
    pub(crate) fn with_script(script: impl Fn(&mut BrokerPeer) + Send + Sync + 'static) -> Self {
        Self::listening_at([127, 0, 0, 1], script)
    }

    /// Listens at a free port of this address.
    pub(crate) fn listening_at(
        address: [u8; 4],
        script: impl Fn(&mut BrokerPeer) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::from(address), 0)).expect("a free port");
        let addr = listener.local_addr().expect("bound");
        let connections = Arc::new(AtomicU64::new(0));
        let packets = Arc::new(Mutex::new(Vec::new()));
        let (shared_connections, shared_packets) = (connections.clone(), packets.clone());
        let script = Arc::new(script);
        // The thread ends with the process, since nothing interrupts accepting.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                stream.set_nodelay(true).expect("a socket");
                let mut peer = BrokerPeer {
                    stream,
                    number: shared_connections.fetch_add(1, Ordering::SeqCst),
                    packets: shared_packets.clone(),
                };
                let script = script.clone();
                thread::spawn(move || script(&mut peer));
            }
        });
        Self {
            addr,
            connections,
            packets,
        }
    }

    /// Accepts each client, and calls `answer` for each packet until it returns false.
    pub(crate) fn answering(
        answer: impl Fn(&mut BrokerPeer, ClientPacket) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::with_script(move |peer| {
            peer.accept();
            while let Some(packet) = peer.read_packet() {
                if !answer(peer, packet) {
                    return;
                }
            }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://{}", self.addr)
    }

    pub(crate) fn port(&self) -> u16 {
        self.addr.port()
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns all packets received so far.
    pub(crate) fn packets(&self) -> Vec<ClientPacket> {
        self.packets.lock().expect("no script panicked").clone()
    }

    pub(crate) fn published(&self) -> Vec<ClientPacket> {
        self.packets()
            .into_iter()
            .filter(ClientPacket::is_publish)
            .collect()
    }
}

impl BrokerPeer {
    /// Reads a packet. Returns `None` at the end of the stream.
    pub(crate) fn read_packet(&mut self) -> Option<ClientPacket> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte).ok()?;
        let first = byte[0];
        let (mut length, mut shift) = (0, 0);
        loop {
            self.stream.read_exact(&mut byte).ok()?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        let packet = ClientPacket {
            connection: self.number,
            first_byte: first,
            body,
        };
        self.packets
            .lock()
            .expect("no script panicked")
            .push(packet.clone());
        Some(packet)
    }

    /// Reads a CONNECT and accepts it in its version.
    pub(crate) fn accept(&mut self) -> bool {
        self.accept_with(&[])
    }

    /// Reads a CONNECT and accepts it, with properties in version 5.
    pub(crate) fn accept_with(&mut self, properties: &[u8]) -> bool {
        self.accept_session(false, properties)
    }

    /// Reads a CONNECT and accepts it, with the flag of a present session.
    pub(crate) fn accept_session(&mut self, present: bool, properties: &[u8]) -> bool {
        let Some(packet) = self.read_packet() else {
            return false;
        };
        assert_eq!(packet.kind(), 1, "expected CONNECT first");
        let mut body = vec![u8::from(present), 0];
        if packet.body[6] == 5 {
            body.push(properties.len() as u8);
            body.extend_from_slice(properties);
        }
        self.send_packet(0x20, &body)
    }

    pub(crate) fn send_packet(&mut self, first: u8, body: &[u8]) -> bool {
        assert!(body.len() < 128, "expected a length of one byte");
        let mut bytes = vec![first, body.len() as u8];
        bytes.extend_from_slice(body);
        self.send(&bytes)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Sends a PUBACK, PUBREC or PUBCOMP.
    pub(crate) fn acknowledge(&mut self, first: u8, id: u16) -> bool {
        self.send_packet(first, &id.to_be_bytes())
    }

    /// Sends an acknowledgment with a reason.
    pub(crate) fn acknowledge_with(&mut self, first: u8, id: u16, reason: u8) -> bool {
        let [high, low] = id.to_be_bytes();
        self.send_packet(first, &[high, low, reason])
    }

    /// Answers a packet with success. Returns false if the connection is over.
    pub(crate) fn respond(&mut self, packet: &ClientPacket) -> bool {
        match packet.kind() {
            3 => match packet.first_byte & 6 {
                0 => true,
                2 => self.acknowledge(0x40, packet.id()),
                _ => self.acknowledge(0x50, packet.id()),
            },
            6 => self.acknowledge(0x70, packet.id()),
            8 => {
                let [high, low] = packet.id().to_be_bytes();
                self.send_packet(0x90, &[high, low, 0])
            }
            12 => self.send_packet(0xd0, &[]),
            14 => {
                let _ = self.stream.shutdown(Shutdown::Both);
                false
            }
            _ => true,
        }
    }

    /// Answers each packet until the client closes.
    pub(crate) fn respond_until_closed(&mut self) {
        while let Some(packet) = self.read_packet() {
            if !self.respond(&packet) {
                return;
            }
        }
    }

    /// Closes the sending side and waits for the client to close.
    pub(crate) fn hang_up(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        self.ignore();
    }

    /// Reads packets without answering.
    pub(crate) fn ignore(&mut self) {
        while self.read_packet().is_some() {}
    }
}

/// A gate at which a script waits until the test opens it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScriptGate(Arc<(Mutex<bool>, Condvar)>);

impl ScriptGate {
    pub(crate) fn open(&self) {
        let (open, opened) = &*self.0;
        *open.lock().expect("no script panicked") = true;
        opened.notify_all();
    }

    pub(crate) fn wait(&self) {
        let (open, opened) = &*self.0;
        let open = open.lock().expect("no script panicked");
        let waited = opened.wait_while(open, |open| !*open);
        drop(waited.expect("no script panicked"));
    }
}
