//! Hits that open and close a connection.

use hammer_core::{Failure, Hit, Outcome};
use hammer_net::FirstAddress;

use crate::config::MqttConfig;
use crate::connection::connect_deadline::ConnectDeadline;
use crate::connection::handshake::{self, ClientIdentity};
use crate::failures;
use crate::packet::connack::Connack;
use crate::packet::reason_code;
use crate::template::render_context;

/// Connects, waits for the CONNACK, sends DISCONNECT, and waits until the broker closes.
pub(crate) async fn hit(config: &MqttConfig, hit: &Hit) -> Result<Outcome, Failure> {
    let slot = hit.slot();
    // The client is the slot: concurrent hits with one id would disconnect each other.
    let client = slot.index() as u64;
    let version = config.doubtful_version();
    let deadline = ConnectDeadline::new(config.connect_timeout, version, slot);
    let opening = async {
        let (mut stream, traffic) = config
            .connector
            .open(slot, FirstAddress::NextInTurn)
            .await?;
        deadline.connected();
        let mut context = render_context::for_connection(hit, client);
        let identity = ClientIdentity::default();
        let connecting = handshake::connect(&mut stream, config, &mut context, identity, slot);
        let (reply, _) = connecting.await?;
        Ok((stream, traffic, reply))
    };
    let (mut stream, traffic, reply) = deadline.within(opening).await?;
    let outcome = match reply {
        Connack::Refused(code) => Outcome::rejected(reason_code::refusal_name(code)),
        Connack::Accepted { .. } => {
            slot.count("connections_opened", 1);
            let closed = handshake::disconnect(&mut stream).await;
            match closed {
                // Some brokers reset the connection after DISCONNECT.
                Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => {
                    return Err(failures::from_io_error(error));
                }
                _ => Outcome::ok("connack"),
            }
        }
    };
    let (sent, received) = (traffic.sent.get(), traffic.received.get());
    Ok(outcome.sent(sent).received(received))
}
