use std::fmt;

use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};

use crate::HttpBuilder;
use crate::connection::Connection;
use crate::dial::Dial;
use crate::fault;
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
}

impl Hammer for Http {
    type Session = Session;

    async fn open(&self, slot: Slot) -> Result<Session, Failure> {
        let connection = if self.keepalive {
            Some(self.dial.open(&slot).await?)
        } else {
            None
        };
        Ok(Session {
            template: self.template.unshared(),
            connection,
        })
    }

    async fn hit(&self, session: &mut Session, hit: Hit) -> Result<Outcome, Failure> {
        let mut used = session.connection.is_some();
        let (connection, before, answer) = loop {
            if session.connection.is_none() {
                session.connection = Some(self.dial.open(hit.slot()).await?);
            }
            let Some(connection) = &mut session.connection else {
                continue;
            };
            let before = if used { connection.traffic() } else { (0, 0) };
            match connection.send(&session.template).await {
                Ok(answer) => break (connection, before, answer),
                Err(mut error) => {
                    if !used || error.take_message().is_none() {
                        return Err(fault::of_exchange(error.error()));
                    }
                    tracing::debug!("the target closed an idle connection");
                    session.connection = None;
                    used = false;
                }
            }
        };
        hit.mark("first_byte");
        let status = answer.status().as_u16();
        if connection.drain(answer.into_body()).await? {
            hit.mark("body");
        }
        let (sent, received) = connection.traffic();
        if !self.keepalive || !connection.is_ready() {
            session.connection = None;
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
