//! An MQTT broker in this process.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Starts a minimal broker, and returns its URL.
///
/// It acknowledges everything at once, sends each message to all subscribers, and runs until the
/// process ends.
pub(crate) fn serve() -> String {
    serve_with_limits(&[])
}

/// Starts a minimal broker with properties in its CONNACK of version 5.
pub(crate) fn serve_with_limits(properties: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let subscribers = Arc::<Mutex<BrokerSubscribers>>::default();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let subscribers = subscribers.clone();
            thread::spawn(move || {
                stream.set_nodelay(true).unwrap();
                // A client whose connection has ended is removed, even after an error.
                let _ = serve_client(number, stream, &subscribers, properties);
                let all = &mut subscribers.lock().unwrap().all;
                all.retain(|subscriber| subscriber.number != number);
            });
        }
    });
    format!("mqtt://{addr}")
}

#[derive(Default)]
struct BrokerSubscribers {
    all: Vec<BrokerSubscriber>,
    /// Counts messages, to choose the shared subscriber of the next one.
    turn: usize,
}

struct BrokerSubscriber {
    number: usize,
    shares: bool,
    stream: TcpStream,
}

impl BrokerSubscribers {
    fn pass_on(&mut self, packet: &[u8]) {
        self.turn += 1;
        let chosen = self.turn % self.all.len().max(1);
        for (index, subscriber) in self.all.iter_mut().enumerate() {
            if !subscriber.shares || index == chosen {
                let _ = subscriber.stream.write_all(packet);
            }
        }
    }
}

fn serve_client(
    number: usize,
    mut stream: TcpStream,
    others: &Mutex<BrokerSubscribers>,
    properties: &[u8],
) -> io::Result<()> {
    loop {
        let (first, body) = packet(&mut stream)?;
        let topic = |body: &[u8]| 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
        let answer = match first >> 4 {
            1 if body[6] == 5 => {
                let length = properties.len() as u8;
                [&[0x20, 3 + length, 0, 0, length], properties].concat()
            }
            1 => vec![0x20, 2, 0, 0],
            3 => {
                let (end, qos) = (topic(&body), first & 6);
                let rest = if qos == 0 { end } else { end + 2 };
                let message = [&body[..end], &body[rest..]].concat();
                let (low, high) = (message.len() & 127 | 128, message.len() >> 7);
                let packet = [&[0x30, low as u8, high as u8], &message[..]].concat();
                others.lock().unwrap().pass_on(&packet);
                match qos {
                    0 => continue,
                    2 => vec![0x40, 2, body[end], body[end + 1]],
                    _ => vec![0x50, 2, body[end], body[end + 1]],
                }
            }
            6 => vec![0x70, 2, body[0], body[1]],
            8 => {
                let shares = body.windows(6).any(|part| part == b"$share");
                let stream = stream.try_clone()?;
                let subscriber = BrokerSubscriber {
                    number,
                    shares,
                    stream,
                };
                others.lock().unwrap().all.push(subscriber);
                // In MQTT 5, the (empty) properties come before the length of the filter, whose first
                // byte is 0 because filters are shorter than 256 bytes.
                match body[2..4] {
                    [0, 0] => vec![0x90, 4, body[0], body[1], 0, 0],
                    _ => vec![0x90, 3, body[0], body[1], 0],
                }
            }
            12 => vec![0xd0, 0],
            14 => return Ok(()),
            _ => continue,
        };
        // The lock keeps the answer from mixing with a message to this client.
        let _turn = others.lock().unwrap();
        stream.write_all(&answer)?;
    }
}

fn packet(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    let (first, mut length, mut shift) = (byte[0], 0, 0);
    loop {
        stream.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 127) << shift;
        shift += 7;
        if byte[0] < 128 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((first, body))
}
