use std::fmt;

use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};

use crate::HttpBuilder;
use crate::connection::Connection;
use crate::dial::Dial;
use crate::fault;
use crate::lifetime::{Lifetime, closed_by_target};
use crate::template::Template;

/// Sends an HTTP/1.1 request with every hit.
///
/// The bytes of an outcome are those that went through the socket during the hit: heads, bodies,
/// and what TLS adds.
///
/// # Cancel safety
///
/// A hit that is dropped takes its connection along; sessions share nothing but the addresses of
/// the target, which stay in order.
pub struct Http {
    pub(crate) template: Template,
    pub(crate) dial: Dial,
    pub(crate) keepalive: bool,
    pub(crate) lifetime: Option<Lifetime>,
}

/// What a slot keeps between hits: its connection, and its own copy of the request.
pub struct Session {
    template: Template,
    connection: Option<Connection>,
}

impl Http {
    /// Begins a hammer for the target at `url`: `http://host:port/path?query`, or `https`.
    pub fn builder(url: &str) -> HttpBuilder {
        HttpBuilder::new(url)
    }

    async fn connect(&self, slot: &Slot) -> Result<Connection, Failure> {
        Connection::handshake(self.dial.open(slot).await?, slot).await
    }

    /// Closes a connection that has done its work; between two hits nothing is lost with it.
    async fn retire(&self, session: &mut Session, slot: &Slot) {
        if let Some(lifetime) = &self.lifetime
            && let Some(connection) = &session.connection
            && connection.life.is_over(lifetime, slot)
            && let Some(connection) = session.connection.take()
        {
            connection.close().await;
        }
    }
}

impl Hammer for Http {
    type Session = Session;

    async fn open(&self, slot: Slot) -> Result<Session, Failure> {
        let connection = if self.keepalive {
            Some(self.connect(&slot).await?)
        } else {
            None
        };
        Ok(Session {
            template: self.template.unshared(),
            connection,
        })
    }

    async fn hit(&self, session: &mut Session, hit: Hit) -> Result<Outcome, Failure> {
        if self.lifetime.is_some() {
            self.retire(session, hit.slot()).await;
        }
        let mut used = session.connection.is_some();
        let (connection, before, answer) = loop {
            if session.connection.is_none() {
                session.connection = Some(self.connect(hit.slot()).await?);
            }
            let Some(connection) = &mut session.connection else {
                continue;
            };
            let before = if used { connection.traffic() } else { (0, 0) };
            match connection.send(&session.template).await {
                Ok(answer) => break (connection, before, answer),
                Err(mut error) => {
                    if !used || error.take_message().is_none() {
                        return Err(lost(fault::of_exchange(error.error()), hit.slot()));
                    }
                    tracing::debug!("the target closed an idle connection");
                    closed_by_target(hit.slot());
                    session.connection = None;
                    used = false;
                }
            }
        };
        connection.life.hit(hit.slot());
        hit.mark("first_byte");
        let status = answer.status().as_u16();
        let drained = connection.drain(answer.into_body()).await;
        if drained.map_err(|failure| lost(failure, hit.slot()))? {
            hit.mark("body");
        }
        let (sent, received) = connection.traffic();
        let open = connection.is_ready();
        if !self.keepalive || !open {
            session.connection = None;
            if self.keepalive {
                closed_by_target(hit.slot());
            }
        } else if self.lifetime.is_some() {
            self.retire(session, hit.slot()).await;
        }
        // No target says this of itself.
        if status == 407 && self.dial.for_proxy().is_some() {
            return Err(fault::PROXY_AUTH);
        }
        let outcome = if status < 400 {
            Outcome::ok(status)
        } else {
            Outcome::rejected(status)
        };
        Ok(outcome.sent(sent - before.0).received(received - before.1))
    }

    async fn close(&self, session: Session) {
        if let Some(connection) = session.connection {
            connection.close().await;
        }
    }
}

/// Counts a connection that broke within a hit.
fn lost(failure: Failure, slot: &Slot) -> Failure {
    if failure == Failure::RESET || failure == Failure::CLOSED_EARLY {
        closed_by_target(slot);
    }
    failure
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("template", &self.template)
            .field("keepalive", &self.keepalive)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.connection.is_some())
            .finish_non_exhaustive()
    }
}
