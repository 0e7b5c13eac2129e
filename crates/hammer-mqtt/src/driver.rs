//! The task of one connection. It is the only one that reads and writes, and nothing ends it within
//! a packet: hits come and go, and what was begun is finished.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use tokio::time::{Instant, sleep, timeout};

use crate::alive::Alive;
use crate::backoff::Backoff;
use crate::client::{Client, Role};
use crate::config::Config;
use crate::deadline::Deadline;
use crate::dial::Stream;
use crate::fault;
use crate::handshake::{self, Answer};
use crate::moment;
use crate::packet::connack::Limits;
use crate::pool::{Attempt, Pool};
use crate::turns::Turns;

/// How long a broker may take to close a connection that has said goodbye.
const GOODBYE: Duration = Duration::from_millis(500);
/// A connection that lived for so long was a good one: the next attempt comes soon.
const LASTING: Duration = Duration::from_secs(1);

/// Drives the connection of `client` until the run ends.
pub(crate) struct Driver {
    pub(crate) config: Arc<Config>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) client: Rc<Client>,
    pub(crate) slot: Slot,
}

/// Why a connection is over.
pub(crate) enum End {
    /// The run is.
    Closing,
    Failed(Failure),
}

/// A connection that was just accepted.
struct Opened {
    stream: Stream,
    limits: Limits,
    /// What came behind the CONNACK.
    rest: Vec<u8>,
}

impl Driver {
    /// Connects, again and again if need be; the first time is part of `attempt`.
    pub(crate) async fn run(self, attempt: Attempt) {
        let mut attempt = Some(attempt);
        let mut backoff = Backoff::new(self.client.number);
        while !self.pool.is_closing() {
            let opened = self.open().await;
            if let Some(attempt) = attempt.take() {
                attempt.ended(opened.as_ref().map(drop).map_err(|failure| *failure));
            } else if opened.is_ok() {
                self.slot.count("reconnects", 1);
            }
            match opened {
                Ok(opened) => {
                    let since = Instant::now();
                    self.use_up(opened).await;
                    if since.elapsed() >= LASTING {
                        backoff = Backoff::new(self.client.number);
                    }
                }
                // It was given up, and did not fail.
                Err(_) if self.pool.is_closing() => {}
                Err(failure) => {
                    self.slot.count("connects_failed", 1);
                    self.slot.fact("not_opened", failure.name());
                }
            }
            tokio::select! {
                () = sleep(backoff.next()) => {}
                () = self.pool.closing() => {}
            }
        }
        self.pool.gone();
    }

    async fn open(&self) -> Result<Opened, Failure> {
        let slot = self.slot.apart();
        let deadline = Deadline::new(self.config.connect_timeout);
        // On the heap: a connection that is open needs none of it.
        let opening = Box::pin(self.handshake(&deadline, &slot));
        tokio::select! {
            opened = deadline.bound(opening) => opened,
            () = self.pool.closing() => Err(fault::NOT_CONNECTED),
        }
    }

    async fn handshake(&self, deadline: &Deadline, slot: &Slot) -> Result<Opened, Failure> {
        let config = &*self.config;
        let (mut stream, _) = config.dial.open(slot).await?;
        deadline.connected();
        let number = match self.client.role {
            Role::Publisher => self.client.number,
            // Behind the publishers, so that ids differ.
            Role::Subscriber(_) => config.clients as u64 + self.client.number,
        };
        let resuming = config.resend && self.client.was_up();
        let mut moment = moment::of_client(number, slot);
        let connecting = handshake::connect(&mut stream, config, &mut moment, resuming, slot);
        let (answer, mut rest) = connecting.await?;
        let limits = match answer {
            Answer::Accepted(limits) => limits,
            Answer::Refused(code) => return Err(fault::refused(code)),
        };
        deadline.accepted();
        match (self.client.role, &config.deliveries) {
            (Role::Subscriber(_), Some(deliveries)) => {
                let (filter, qos) = (&deliveries.filter, config.message.qos);
                rest = handshake::subscribe(&mut stream, config, filter, qos, rest).await?;
            }
            _ => self.note(limits),
        }
        self.slot.count("connections_opened", 1);
        // So that the report has the number, and nobody takes sessions for connections.
        self.slot.count("connections_lost", 0);
        Ok(Opened {
            stream,
            limits,
            rest,
        })
    }

    /// What the broker allows is for the report.
    fn note(&self, limits: Limits) {
        use hammer_core::Label;
        let window = self.config.window.min(limits.receive_maximum);
        self.slot.fact("receive_max", window);
        let bytes = u32::try_from(limits.packet_size).unwrap_or(u32::MAX);
        self.slot.fact("packet_max", Label::number(bytes));
        if self.config.alias {
            self.slot.fact("alias_max", limits.topic_aliases);
        }
    }

    /// Lets hits use a connection until it ends.
    async fn use_up(&self, opened: Opened) {
        let Opened {
            mut stream,
            limits,
            rest,
        } = opened;
        let keep_alive = limits
            .keep_alive
            .unwrap_or(self.config.claims.connect.keep_alive);
        self.client.up(&self.config, limits);
        self.pool.connected();
        let end = self.drive(&mut stream, rest, keep_alive).await;
        let (failure, resend) = match &end {
            End::Closing => (fault::NOT_CONNECTED, false),
            End::Failed(failure) => (*failure, self.config.resend),
        };
        if self.client.down(failure, resend) {
            self.pool.unfenced(false);
        }
        match end {
            // Whatever goes wrong now: nothing is in flight any more.
            End::Closing => drop(timeout(GOODBYE, handshake::disconnect(&mut stream)).await),
            End::Failed(failure) => {
                self.slot.count("connections_lost", 1);
                self.slot.fact("lost_by", failure.name());
            }
        }
    }

    async fn drive(&self, stream: &mut Stream, rest: Vec<u8>, keep_alive: u16) -> End {
        let mut turns = Turns {
            driver: self,
            stream,
            partial: rest,
            abroad: vec![],
            alive: Alive::new(keep_alive),
        };
        let begun = match turns.feed_rest() {
            Err(failure) => return End::Failed(failure),
            Ok(()) => poll_fn(|cx| turns.turn(cx)),
        };
        begun.await
    }
}
