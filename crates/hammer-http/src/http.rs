use std::fmt;
use std::sync::Arc;

use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};

use crate::dial::Dial;
use crate::journey::{self, Journey};
use crate::link::Link;
use crate::template::Template;
use crate::{HttpBuilder, Targets};

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
    /// What hits do beyond sending this one request and looking at the status, if they do.
    pub(crate) journey: Option<Arc<Journey>>,
}

/// What a slot keeps between hits: its connections, and its own copy of what it sends.
pub struct Session(Kind);

enum Kind {
    Straight { template: Template, link: Link },
    Journey(Box<journey::State>),
}

impl Http {
    /// Begins a hammer for the target at `url`: `http://host:port/path?query`, or `https`.
    pub fn builder(url: &str) -> HttpBuilder {
        HttpBuilder::new(url)
    }

    /// Begins a hammer for several targets, each with a URL of its own.
    pub fn builder_for(targets: Targets) -> HttpBuilder {
        HttpBuilder::for_targets(targets)
    }
}

impl Hammer for Http {
    type Session = Session;

    async fn open(&self, slot: Slot) -> Result<Session, Failure> {
        if let Some(journey) = &self.journey {
            let state = Box::pin(journey.open(&slot)).await?;
            return Ok(Session(Kind::Journey(Box::new(state))));
        }
        let mut link = Link::default();
        if self.keepalive {
            link.open(&self.dial, &slot).await?;
        }
        Ok(Session(Kind::Straight {
            template: self.template.unshared(),
            link,
        }))
    }

    async fn hit(&self, session: &mut Session, hit: Hit) -> Result<Outcome, Failure> {
        let (template, link) = match &mut session.0 {
            Kind::Straight { template, link } => (&*template, link),
            Kind::Journey(state) => {
                let Some(journey) = &self.journey else {
                    unreachable!("only a journey opens such a session")
                };
                // On the heap: most hammers have none, and the future of a hit has room for both.
                return Box::pin(journey.hit(state, &hit)).await;
            }
        };
        let answer = link.send(&self.dial, template, None, hit.slot()).await?;
        hit.mark("first_byte");
        let status = answer.status().as_u16();
        let whole = link.read(answer.into_body(), |_| Ok(())).await?;
        if whole.waited {
            hit.mark("body");
        }
        hit.slot().count("body_bytes", whole.bytes);
        let (sent, received) = link.settle(self.keepalive);
        let outcome = if status < 400 {
            Outcome::ok(status)
        } else {
            Outcome::rejected(status)
        };
        Ok(outcome.sent(sent).received(received))
    }

    async fn close(&self, session: Session) {
        match session.0 {
            Kind::Straight { link, .. } => link.close().await,
            Kind::Journey(state) => state.close().await,
        }
    }

    fn rows(&self) -> Vec<String> {
        let journey = self.journey.as_ref();
        journey.map_or(vec![], |journey| journey.rows.clone())
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
        let open = match &self.0 {
            Kind::Straight { link, .. } => usize::from(link.is_open()),
            Kind::Journey(state) => state.open_links(),
        };
        f.debug_struct("Session")
            .field("open", &open)
            .finish_non_exhaustive()
    }
}
