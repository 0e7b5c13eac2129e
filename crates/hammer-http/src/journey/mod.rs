//! The way of a hit that does more than send one request and look at the status.

mod copies;
mod leg;
mod links;
mod strangers;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hammer_core::{Failure, Hit, Label, Outcome, Slot};
use hyper::header::COOKIE;
use hyper::http::response;
use url::Url;

use self::copies::Copies;
use self::leg::Leg;
use self::links::Links;
use self::strangers::Strangers;
use crate::decoder::{Budget, Decoder};
use crate::expect::Expectations;
use crate::fault;
use crate::jar::{Jar, Jars};
use crate::link::{Keeping, Link, Rest};
use crate::redirect::Redirect;
use crate::signature::Signer;
use crate::targets::Deal;
use crate::template::Template;
use crate::{Request, Tape};
use hammer_net::Dial;
use hammer_net::Dialer;

/// Everything that a hit may have to do.
pub(crate) struct Journey {
    /// Where hits begin; never empty.
    pub(crate) targets: Vec<Target>,
    /// Which hit goes to which of them, if there are several.
    pub(crate) deal: Option<Deal>,
    /// Bodies that hits take in turn, in place of their target's.
    pub(crate) bodies: Vec<Bytes>,
    pub(crate) rows: Vec<String>,
    /// What opens the connections to the targets.
    pub(crate) origins: Vec<Dial>,
    /// The cookies that each slot begins with, if slots keep cookies.
    pub(crate) cookies: Option<Vec<(String, String)>>,
    pub(crate) signer: Option<Signer>,
    pub(crate) follow: Option<Follow>,
    pub(crate) expect: Expectations,
    /// How much of a body is looked into.
    pub(crate) max_body: u64,
    /// How long a target may take to begin its answer.
    pub(crate) first_byte: Option<Duration>,
    pub(crate) tape: Option<Tape>,
    pub(crate) keeping: Keeping,
}

/// Something to hit.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) template: Template,
    pub(crate) url: Url,
    /// Its place in [`Journey::origins`].
    pub(crate) origin: usize,
    /// Its place in [`Journey::rows`].
    pub(crate) row: usize,
}

/// How redirects are followed.
pub(crate) struct Follow {
    /// How many there may be in one hit.
    pub(crate) max: u32,
    pub(crate) dialer: Dialer,
}

/// What a slot keeps between hits.
pub(crate) struct State {
    links: Links,
    jar: Option<Rc<RefCell<Jar>>>,
    copies: Rc<Copies>,
    strangers: Rc<Strangers>,
}

impl Journey {
    pub(crate) async fn open(&self, slot: &Slot) -> Result<State, Failure> {
        let mut links = Links::default();
        let first = self.targets[0].origin;
        if self.keeping.keepalive {
            let mut link = Link::to(first);
            link.open(&self.origins[first], &self.keeping, slot).await?;
            links.keep(first, link);
        }
        Ok(State {
            links,
            jar: self.cookies.as_ref().map(|given| self.jar(given, slot)),
            copies: slot.share(|| Copies::of(self)),
            strangers: slot.share(|| Strangers::after(self.origins.len())),
        })
    }

    pub(crate) async fn hit(
        &self,
        state: &mut State,
        hit: &Hit,
        request: Option<&Request>,
    ) -> Result<Outcome, Failure> {
        let slot = hit.slot();
        let copies = state.copies.clone();
        let mut leg = match request {
            Some(request) => Leg::brought(request, &self.targets[0]),
            None => self.first_leg(&copies, hit),
        };
        let (mut sent, mut received) = (0, 0);
        let mut followed = 0;
        loop {
            self.dress(&mut leg, state)?;
            let known = state.strangers.dial(leg.origin);
            let dial = known.as_deref().or(self.origins.get(leg.origin));
            let dial = dial.ok_or(fault::MALFORMED_REDIRECT)?;
            let link = state.links.to(leg.origin).await;
            let tape = self
                .tape
                .as_ref()
                .map(|tape| (tape, tape.begin(&leg.url, &leg.template)));
            let template = &*leg.template;
            let sending = link.send(dial, &self.keeping, template, self.first_byte, slot);
            let answer = sending.await?;
            let (head, body) = answer.into_parts();
            if let Some((tape, at)) = tape {
                tape.head(at, &head);
            }
            if let Some(jar) = &state.jar {
                jar.borrow_mut().take(&head.headers, &leg.url);
            }
            let redirect = match &self.follow {
                Some(_) => {
                    let method = &leg.template.head.method;
                    Redirect::of(head.status, &head.headers, &leg.url, method)?
                }
                None => None,
            };
            let label = match (&self.follow, redirect) {
                (Some(follow), Some(redirect)) => {
                    if followed == follow.max {
                        return Err(fault::TOO_MANY_REDIRECTS);
                    }
                    self.pass(link, &head, body, tape, hit).await?;
                    followed += 1;
                    slot.count("redirects", 1);
                    hit.mark("redirect");
                    leg = leg.next(redirect, dial, &follow.dialer, &state.strangers)?;
                    None
                }
                _ => Some(self.arrive(link, &head, body, tape, hit).await?),
            };
            let traffic = link.settle(&self.keeping, slot).await;
            sent += traffic.0;
            received += traffic.1;
            if let Some(label) = label {
                let status = head.status.as_u16();
                // No target says this of itself.
                if status == 407 && dial.for_proxy().is_some() {
                    return Err(hammer_net::PROXY_AUTH);
                }
                let outcome = label.map_or(Outcome::ok(status), Outcome::rejected);
                return Ok(outcome.sent(sent).received(received));
            }
        }
    }

    /// The jar of a slot, which begins with what was given, for each origin of the targets.
    fn jar(&self, given: &[(String, String)], slot: &Slot) -> Rc<RefCell<Jar>> {
        Jars::of(slot, || {
            let mut jar = Jar::default();
            let mut filled = vec![false; self.origins.len()];
            for target in &self.targets {
                if !std::mem::replace(&mut filled[target.origin], true) {
                    for (name, value) in given {
                        jar.give(name, value, &target.url);
                    }
                }
            }
            jar
        })
    }

    fn first_leg<'j>(&'j self, copies: &'j Copies, hit: &Hit) -> Leg<'j> {
        let index = self.deal.as_ref().map_or(0, |deal| deal.target(hit));
        let target = &self.targets[index];
        if !self.rows.is_empty() {
            hit.row(target.row);
        }
        let template = copies.templates.get(index).unwrap_or(&target.template);
        let mut leg = Leg::first(target, template);
        let bodies = match &copies.bodies[..] {
            [] => &self.bodies[..],
            copied => copied,
        };
        if !bodies.is_empty() {
            let turn = hit.number() % bodies.len() as u64;
            leg.template.to_mut().body = bodies[turn as usize].clone();
        }
        leg
    }

    /// Adds what belongs to the moment: a signature, and the cookies of the slot.
    fn dress(&self, leg: &mut Leg<'_>, state: &State) -> Result<(), Failure> {
        if let Some(signer) = self.signer.as_ref().filter(|_| leg.trusted) {
            let template = leg.template.to_mut();
            let (head, scheme) = (&mut template.head, leg.url.scheme());
            let signing = signer.sign(scheme, head, &template.body, SystemTime::now());
            signing.map_err(|error| {
                tracing::debug!(%error, "no signature");
                fault::NOT_SIGNED
            })?;
        }
        if let Some(jar) = &state.jar {
            match jar.borrow().header(&leg.url) {
                Some(cookies) => {
                    leg.template.to_mut().head.headers.insert(COOKIE, cookies);
                }
                // Those of the leg before.
                None if leg.template.head.headers.contains_key(COOKIE) => {
                    leg.template.to_mut().head.headers.remove(COOKIE);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Reads the answer of a redirect, which nobody looks into.
    async fn pass(
        &self,
        link: &mut Link,
        head: &response::Parts,
        body: Rest,
        tape: Option<(&Tape, usize)>,
        hit: &Hit,
    ) -> Result<(), Failure> {
        let read = link.read(body, hit.slot(), |piece| {
            if let Some((tape, at)) = tape {
                tape.piece(at, piece);
            }
            Ok(())
        });
        let whole = read.await?;
        if let Some((tape, at)) = tape {
            tape.end(at, &head.headers);
        }
        hit.slot().count("body_bytes", whole.bytes);
        Ok(())
    }

    /// Reads the last answer; the label if it is not as expected.
    async fn arrive(
        &self,
        link: &mut Link,
        head: &response::Parts,
        body: Rest,
        tape: Option<(&Tape, usize)>,
        hit: &Hit,
    ) -> Result<Option<Label>, Failure> {
        hit.mark("first_byte");
        let status = head.status.as_u16();
        let missed = if self.expect.status(status) {
            self.expect.misses_header(&head.headers).map(Label::from)
        } else {
            Some(status.into())
        };
        let mut decoder = match missed {
            None if self.expect.look_into_bodies() => {
                let budget = hit.slot().share(Budget::default);
                Some(Decoder::new(&head.headers, self.max_body, budget)?)
            }
            _ => None,
        };
        let read = link.read(body, hit.slot(), |piece| {
            if let Some((tape, at)) = tape {
                tape.piece(at, piece);
            }
            match &mut decoder {
                Some(decoder) => decoder.write(piece),
                None => Ok(()),
            }
        });
        let whole = read.await?;
        if whole.waited {
            hit.mark("body");
        }
        if let Some((tape, at)) = tape {
            tape.end(at, &head.headers);
        }
        hit.slot().count("body_bytes", whole.bytes);
        let Some(decoder) = decoder else {
            return Ok(missed);
        };
        let decoded = decoder.finish()?;
        if decoded.coded {
            hit.slot().count("decoded_bytes", decoded.text.len() as u64);
        }
        Ok(self.expect.misses_body(&decoded.text).map(Label::from))
    }
}

impl State {
    pub(crate) fn open_links(&self) -> usize {
        self.links.open()
    }

    pub(crate) async fn close(self) {
        self.links.close().await;
    }
}
