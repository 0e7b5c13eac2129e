//! From an open connection to one that the broker has accepted.

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::config::Config;
use crate::fault;
use crate::moment::Moment;
use crate::packet::connack::{Connack, Limits};
use crate::packet::received::{Answered, Frame, Malformed, Received};
use crate::packet::{self, Qos, subscribe};
use crate::reason;

/// The most bytes that a CONNACK may have.
const MOST_BYTES: usize = 64 * 1024;
/// The id of a subscription that is made before any hit.
const FIRST_ID: u16 = 1;

/// What the broker said to CONNECT.
pub(crate) enum Answer {
    Accepted(Limits),
    Refused(u8),
}

/// Reads packets, and keeps what came behind them.
struct Reader<'a, S> {
    stream: &'a mut S,
    bytes: Vec<u8>,
    /// Bytes that a packet may have.
    most: usize,
}

impl<S: AsyncRead + Unpin> Reader<'_, S> {
    /// Waits for a packet that begins at `from`; tells its size.
    async fn packet(&mut self, from: usize) -> Result<usize, Failure> {
        loop {
            if let Some(frame) = Frame::of(&self.bytes[from..]).map_err(malformed)? {
                return Ok(frame.size);
            }
            check_size(&self.bytes[from..], self.most)?;
            match self.stream.read_buf(&mut self.bytes).await {
                Ok(0) => return Err(Failure::CLOSED_EARLY),
                Ok(_) => {}
                Err(error) => return Err(fault::of_stream(error)),
            }
        }
    }
}

/// Tells the broker who it is at this moment, and whether it has a session to go on with, and waits for its answer;
/// gives what came behind that.
pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    config: &Config,
    moment: &mut Moment,
    resuming: bool,
    slot: &Slot,
) -> Result<(Answer, Vec<u8>), Failure> {
    let (id, connect) = config.claims.of(moment)?;
    let packet = connect.encode(&id, resuming).ok_or(fault::TOO_LONG)?;
    let said = async {
        stream.write_all(&packet).await?;
        stream.flush().await
    };
    said.await.map_err(fault::of_stream)?;
    let mut reader = Reader {
        stream,
        bytes: vec![],
        most: MOST_BYTES,
    };
    let size = reader.packet(0).await?;
    let frame = Frame::of(&reader.bytes).map_err(malformed)?;
    let frame = frame.ok_or(fault::MALFORMED)?;
    let answer = match Connack::of(frame, config.claims.connect.version).map_err(malformed)? {
        Connack::Accepted(limits) => Answer::Accepted(limits),
        Connack::Refused(code) => {
            tracing::debug!(client = id, reason = reason::refusal_name(code), "refused");
            Answer::Refused(code)
        }
    };
    slot.mark("connack");
    reader.bytes.drain(..size);
    Ok((answer, reader.bytes))
}

/// Subscribes to `filter`, and waits for the answer; `rest` has what else came.
pub(crate) async fn subscribe<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    config: &Config,
    filter: &str,
    qos: Qos,
    rest: Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    let version = config.claims.connect.version;
    let packet = subscribe::encode(version, FIRST_ID, filter, qos).unwrap_or_default();
    let said = async {
        stream.write_all(&packet).await?;
        stream.flush().await
    };
    said.await.map_err(fault::of_stream)?;
    let mut reader = Reader {
        stream,
        bytes: rest,
        most: config.claims.connect.most_packet as usize,
    };
    let mut from = 0;
    loop {
        let size = reader.packet(from).await?;
        let frame = Frame::of(&reader.bytes[from..]).map_err(malformed)?;
        let frame = frame.ok_or(fault::MALFORMED)?;
        match Received::of(frame, version).map_err(malformed)? {
            Received::Answer {
                to: Answered::Suback,
                id: FIRST_ID,
                reason,
            } => {
                if reason::is_error(reason) {
                    return Err(fault::refused(reason));
                }
                reader.bytes.drain(from..from + size);
                return Ok(reader.bytes);
            }
            Received::Disconnect { reason } => return Err(fault::ended(reason)),
            _ => from += size,
        }
    }
}

/// Says goodbye and lets the broker close the connection.
pub(crate) async fn disconnect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
) -> std::io::Result<()> {
    stream.write_all(&packet::DISCONNECT).await?;
    stream.flush().await?;
    let mut rest = [0; 512];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Finds out whether the packet that begins `bytes` is one of at most `most` bytes.
pub(crate) fn check_size(bytes: &[u8], most: usize) -> Result<(), Failure> {
    match Frame::size_of(bytes).map_err(malformed)? {
        size if size > most => Err(fault::TOO_LARGE_TO_TAKE),
        _ => Ok(()),
    }
}

pub(crate) fn malformed(what: Malformed) -> Failure {
    tracing::debug!(%what, "malformed packet");
    fault::MALFORMED
}
