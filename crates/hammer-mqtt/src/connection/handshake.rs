//! The MQTT handshake on an open connection: CONNECT, SUBSCRIBE, DISCONNECT.

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::config::MqttConfig;
use crate::connection::unrequested_packet_guard::UnrequestedPacketGuard;
use crate::failures::{self, FloodError};
use crate::packet::connack::Connack;
use crate::packet::reason_code;
use crate::packet::received::{AckKind, PacketFrame, ReceivedPacket};
use crate::packet::{self, Qos, subscribe};
use crate::template::render_context::MqttRenderContext;

/// The largest CONNACK that is accepted, in bytes.
const MAX_CONNACK_BYTES: usize = 64 * 1024;
/// The maximum size of packets before the SUBACK, in bytes. A broker may send some messages that
/// early (MQTT 5.0, section 3.8.4).
const MAX_BYTES_BEFORE_SUBACK: usize = 4 * 1024 * 1024;
/// The maximum number of bytes after DISCONNECT, such as messages that were on their way.
const MAX_BYTES_AFTER_DISCONNECT: usize = 64 * 1024;
/// The packet id of the subscription before the first hit.
const SUBSCRIBE_PACKET_ID: u16 = 1;

/// The parts of CONNECT that depend on earlier connections of the client.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClientIdentity<'a> {
    /// The client id that the broker has chosen earlier.
    pub(crate) assigned_id: Option<&'a str>,
    /// True to ask for the existing session.
    pub(crate) resuming: bool,
}

/// Reads packets, and keeps the bytes after them.
struct HandshakePacketReader<'a, S> {
    stream: &'a mut S,
    bytes: Vec<u8>,
    /// The largest packet that is accepted, in bytes.
    max_packet_size: usize,
}

impl<S: AsyncRead + Unpin> HandshakePacketReader<'_, S> {
    /// Waits for the whole packet that begins at `from`. Returns its size.
    async fn read_packet(&mut self, from: usize) -> Result<usize, Failure> {
        loop {
            if let Some(frame) =
                PacketFrame::parse(&self.bytes[from..]).map_err(failures::from_invalid_packet)?
            {
                return Ok(frame.size);
            }
            check_packet_size(&self.bytes[from..], self.max_packet_size)?;
            match self.stream.read_buf(&mut self.bytes).await {
                Ok(0) => return Err(Failure::CLOSED_EARLY),
                Ok(_) => {}
                Err(error) => return Err(failures::from_io_error(error)),
            }
        }
    }
}

/// Sends CONNECT and waits for the CONNACK. Returns the answer and the bytes after it.
pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    config: &MqttConfig,
    context: &mut MqttRenderContext,
    identity: ClientIdentity<'_>,
    slot: &Slot,
) -> Result<(Connack, Vec<u8>), Failure> {
    let (id, connect) = config.identity.render(context)?;
    let id = identity.assigned_id.unwrap_or(&id);
    let packet = connect
        .encode(id, identity.resuming)
        .ok_or(failures::STRING_TOO_LONG)?;
    let sending = async {
        stream.write_all(&packet).await?;
        stream.flush().await
    };
    let version = connect.version;
    let unanswered = |failure| failures::before_connack(failure, config.doubtful_version());
    sending
        .await
        .map_err(|error| unanswered(failures::from_io_error(error)))?;
    let mut reader = HandshakePacketReader {
        stream,
        bytes: vec![],
        max_packet_size: MAX_CONNACK_BYTES,
    };
    let size = reader.read_packet(0).await.map_err(unanswered)?;
    let frame = PacketFrame::parse(&reader.bytes).map_err(failures::from_invalid_packet)?;
    let frame = frame.ok_or(failures::MALFORMED_PACKET)?;
    let is_new = connect.clean_start && !identity.resuming;
    let reply = Connack::parse(frame, version, is_new);
    let reply = reply.map_err(|error| failures::from_invalid_connack(error, version))?;
    match reply {
        Connack::Accepted { .. } => config.record_accepted(),
        Connack::Refused(code) => {
            let reason = reason_code::refusal_name(code);
            tracing::debug!(client = id, reason, "refused");
        }
    }
    slot.mark("connack");
    reader.bytes.drain(..size);
    Ok((reply, reader.bytes))
}

/// Subscribes to `filter` and waits for the SUBACK. `leftover` has the bytes that were already
/// received. Returns the received bytes without the SUBACK.
pub(crate) async fn subscribe<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    config: &MqttConfig,
    filter: &str,
    qos: Qos,
    leftover: Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    let version = config.identity.connect.version;
    let packet = subscribe::encode(version, SUBSCRIBE_PACKET_ID, filter, qos).unwrap_or_default();
    let sending = async {
        stream.write_all(&packet).await?;
        stream.flush().await
    };
    sending.await.map_err(failures::from_io_error)?;
    let mut reader = HandshakePacketReader {
        stream,
        bytes: leftover,
        max_packet_size: config.identity.connect.max_packet_size as usize,
    };
    let mut unrequested = UnrequestedPacketGuard::default();
    let mut from = 0;
    loop {
        let size = reader.read_packet(from).await?;
        let frame =
            PacketFrame::parse(&reader.bytes[from..]).map_err(failures::from_invalid_packet)?;
        let frame = frame.ok_or(failures::MALFORMED_PACKET)?;
        match ReceivedPacket::parse(frame, version).map_err(failures::from_invalid_packet)? {
            ReceivedPacket::Ack {
                kind: AckKind::Suback,
                id: SUBSCRIBE_PACKET_ID,
                reason,
            } => {
                if reason_code::is_error(reason) {
                    return Err(failures::from_suback_code(reason));
                }
                reader.bytes.drain(from..from + size);
                return Ok(reader.bytes);
            }
            ReceivedPacket::Disconnect { reason } => {
                return Err(failures::from_disconnect_reason(reason));
            }
            ReceivedPacket::Message { .. } => {}
            _ => unrequested.record_unrequested(size)?,
        }
        from += size;
        if from > MAX_BYTES_BEFORE_SUBACK {
            return Err(failures::FLOOD);
        }
    }
}

/// Sends DISCONNECT and waits until the broker closes the connection.
///
/// # Errors
///
/// Also if the broker keeps sending instead.
pub(crate) async fn disconnect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
) -> std::io::Result<()> {
    stream.write_all(&packet::DISCONNECT).await?;
    stream.flush().await?;
    let (mut scratch, mut received) = ([0; 512], 0);
    while received <= MAX_BYTES_AFTER_DISCONNECT {
        match stream.read(&mut scratch).await? {
            0 => return Ok(()),
            bytes => received += bytes,
        }
    }
    Err(std::io::Error::other(FloodError))
}

/// Checks that the packet at the start of `bytes` has at most `max_size` bytes.
pub(crate) fn check_packet_size(bytes: &[u8], max_size: usize) -> Result<(), Failure> {
    match PacketFrame::declared_size(bytes).map_err(failures::from_invalid_packet)? {
        size if size > max_size => Err(failures::RECEIVED_PACKET_TOO_LARGE),
        _ => Ok(()),
    }
}
