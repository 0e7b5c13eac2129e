use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use hammer_core::{Crew, Failure, Hammer, Hit, Needs, Outcome, Slot, Unready};

use crate::blanks::{Blanks, Desk, Moment, Sheet};
use crate::journey::{self, Journey};
use crate::link::{Keeping, Link};
use crate::refusals::Refusals;
use crate::template::Template;
use crate::version::HttpVersion;
use crate::{HttpBuilder, Request, Targets};
use hammer_net::Dial;

/// Sends an HTTP request with every hit, over HTTP/1.1 or HTTP/2.
///
/// The bytes of an outcome are those that went through the socket during the hit: heads, bodies,
/// and what TLS adds. Over HTTP/2, where hits share a socket, they are those since the answer before on
/// the same connection, so that their sum is true.
///
/// # Cancel safety
///
/// A hit that is dropped takes its connection along, or over HTTP/2 its stream; what sessions share
/// stays in order.
pub struct Http {
    pub(crate) way: Way,
    pub(crate) keeping: Keeping,
    /// What became of tokens, if there are any.
    pub(crate) refusals: Option<Refusals>,
}

/// What a hit does.
pub(crate) enum Way {
    /// It sends this request there, and looks at the status.
    Straight(Box<Straight>),
    /// It does more than that.
    Journey(Box<Journey>),
}

/// One request, and what opens connections for it.
pub(crate) struct Straight {
    pub(crate) template: Template,
    /// What differs from hit to hit.
    pub(crate) blanks: Option<Box<Blanks>>,
    pub(crate) dial: Dial,
}

/// What a slot keeps between hits: its connections, and its own copy of what it sends.
pub struct Session(Kind);

enum Kind {
    Straight(Box<Own>),
    Journey(Box<journey::State>),
}

/// What a slot needs to send one request again and again.
struct Own {
    sheet: Sheet,
    desk: Rc<RefCell<Desk>>,
    link: Link,
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

    /// Sends `request` with a hit, in place of the hammer's own; it was made by this hammer's
    /// [`requests`](Self::requests).
    ///
    /// # Errors
    ///
    /// As a hit of this hammer.
    pub fn send(
        &self,
        session: &mut Session,
        hit: Hit,
        request: &Request,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.exchange(session, hit, Some(request))
    }

    async fn exchange(
        &self,
        session: &mut Session,
        hit: Hit,
        request: Option<&Request>,
    ) -> Result<Outcome, Failure> {
        let mut token = None;
        let (dial, template, link) = match (&self.way, &mut session.0) {
            (Way::Straight(straight), Kind::Straight(own)) => {
                if let Some(blanks) = &straight.blanks
                    && request.is_none()
                {
                    let mut moment = Moment::new(&hit, hit.rng(), &[]);
                    let desk = &mut own.desk.borrow_mut();
                    blanks.fill(None, &mut moment, &mut own.sheet, desk)?;
                    token = moment.token();
                }
                (&straight.dial, &own.sheet.template, &mut own.link)
            }
            // On the heap: most hammers have none, and the future of a hit has room for both.
            (Way::Journey(journey), Kind::Journey(state)) => {
                let refusals = self.refusals.as_ref();
                return Box::pin(journey.hit(state, &hit, request, refusals)).await;
            }
            _ => unreachable!("a session is of the hammer that opened it"),
        };
        let template = request.map_or(template, |request| &request.template);
        let (slot, keeping) = (hit.slot(), &self.keeping);
        let answer = link.send(dial, keeping, template, None, slot).await?;
        hit.mark("first_byte");
        let status = answer.status().as_u16();
        let whole = link.read(answer.into_body(), slot, |_| Ok(())).await?;
        if whole.waited {
            hit.mark("body");
        }
        slot.count("body_bytes", whole.bytes);
        let (sent, received) = link.settle(keeping, slot).await;
        // No target says this of itself.
        if status == 407 && dial.for_proxy().is_some() {
            return Err(hammer_net::PROXY_AUTH);
        }
        if status == 401
            && let (Some(refusals), Some(token)) = (&self.refusals, token)
        {
            refusals.count(&hit, token);
        }
        let outcome = if status < 400 {
            Outcome::ok(status)
        } else {
            Outcome::rejected(status)
        };
        Ok(outcome.sent(sent).received(received))
    }
}

impl Hammer for Http {
    type Session = Session;

    async fn prepare(&self, _: &Crew) -> Result<(), Unready> {
        match &self.refusals {
            Some(refusals) => Ok(refusals.words().ready().await?),
            None => Ok(()),
        }
    }

    async fn open(&self, slot: Slot) -> Result<Session, Failure> {
        let straight = match &self.way {
            Way::Straight(straight) => straight,
            Way::Journey(journey) => {
                let state = Box::pin(journey.open(&slot)).await?;
                return Ok(Session(Kind::Journey(Box::new(state))));
            }
        };
        let mut link = Link::default();
        if self.keeping.keepalive {
            link.open(&straight.dial, &self.keeping, &slot).await?;
        }
        let mut template = straight.template.unshared();
        if straight.blanks.is_some() {
            template = template.passing();
        }
        Ok(Session(Kind::Straight(Box::new(Own {
            sheet: Sheet::new(template),
            desk: slot.share(RefCell::default),
            link,
        }))))
    }

    fn hit(
        &self,
        session: &mut Session,
        hit: Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.exchange(session, hit, None)
    }

    fn needs(&self, mut needs: Needs) -> Needs {
        let dial = match &self.way {
            Way::Straight(straight) => &straight.dial,
            Way::Journey(journey) => &journey.origins[0],
        };
        let connections = match self.keeping.sharing {
            // Each target has so many, and they carry all hits.
            Some(sharing) if sharing.version == HttpVersion::Http2 => {
                sharing.connections.map_or(needs.ports, |some| some as u64)
            }
            _ => needs.ports,
        };
        let fewer = needs.ports.saturating_sub(connections);
        needs.files -= fewer;
        needs.ports = dial.ports(needs.ports - fewer);
        needs
    }

    async fn close(&self, session: Session) {
        match session.0 {
            Kind::Straight(own) => own.link.close().await,
            Kind::Journey(state) => state.close().await,
        }
    }

    fn max_workers(&self) -> usize {
        let connections = self.keeping.sharing.and_then(|sharing| sharing.connections);
        connections.unwrap_or(usize::MAX)
    }

    fn most_hits(&self) -> Option<u64> {
        let blanks = match &self.way {
            Way::Straight(straight) => straight.blanks.as_deref(),
            Way::Journey(journey) => return journey.most_hits(),
        };
        blanks.and_then(Blanks::most_hits)
    }

    fn doubts(&self) -> Vec<String> {
        let Some(refusals) = &self.refusals else {
            return vec![];
        };
        let mut doubts = refusals.words().doubts();
        doubts.extend(refusals.doubts());
        doubts
    }

    fn rows(&self) -> Vec<String> {
        match &self.way {
            Way::Straight(_) => vec![],
            Way::Journey(journey) => journey.rows.clone(),
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = match &self.way {
            Way::Straight(straight) => &straight.template,
            Way::Journey(journey) => &journey.targets[0].template,
        };
        f.debug_struct("Http")
            .field("template", template)
            .field("keeping", &self.keeping)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = match &self.0 {
            Kind::Straight(own) => usize::from(own.link.is_open()),
            Kind::Journey(state) => state.open_links(),
        };
        f.debug_struct("Session")
            .field("open", &open)
            .finish_non_exhaustive()
    }
}
