//! Connection storms: a hit is a connection, from its opening to its end.

use hammer_core::{Failure, Hit, Outcome};

use crate::config::Config;
use crate::fault;
use crate::handshake::{self, Answer};
use crate::reason;

/// Connects, waits for the CONNACK, says goodbye, and waits until the broker has closed.
pub(crate) async fn hit(config: &Config, hit: &Hit) -> Result<Outcome, Failure> {
    let slot = hit.slot();
    let mut stream = config.dial.open(slot).await?;
    // By slot: two hits at a time with one id would throw each other out.
    let client = slot.index() as u64;
    let (answer, _) = handshake::connect(&mut stream, config, client, false, slot).await?;
    match answer {
        Answer::Refused(code) => Ok(Outcome::rejected(reason::refusal_name(code))),
        Answer::Accepted(_) => {
            let closed = handshake::disconnect(&mut stream).await;
            match closed {
                // Some brokers reset what they have read to its end.
                Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => {
                    Err(fault::of_stream(error))
                }
                _ => Ok(Outcome::ok("connack")),
            }
        }
    }
}
