//! The way of a hit that does more than send one request and look at the status.

mod copies;
mod course;
mod leg;
mod links;
mod memory;
mod sheets;
mod strangers;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use hammer_core::{Failure, Hit, Label, Outcome, Slot};
use hyper::header::COOKIE;
use hyper::http::response;
use url::Url;

use self::copies::Copies;
pub(crate) use self::course::Course;
use self::leg::Leg;
use self::links::Links;
use self::memory::Memory;
use self::sheets::Sheets;
use self::strangers::Strangers;
use crate::blanks::{Blanks, Content, Desk, Moment};
use crate::capture::{Captures, Found};
use crate::decoder::{Budget, Decoder};
use crate::expect::Expectations;
use crate::fault;
use crate::jar::Jar;
use crate::link::{Keeping, Link, Rest};
use crate::redirect::Redirect;
use crate::refusals::Refusals;
use crate::signature::Signer;
use crate::template::Template;
use crate::{Request, Tape};
use hammer_net::Dial;
use hammer_net::Dialer;

/// Everything that a hit may have to do.
pub(crate) struct Journey {
    /// Where hits begin; never empty.
    pub(crate) targets: Vec<Target>,
    /// Which hit goes to which of them, if there are several.
    pub(crate) course: Option<Course>,
    /// Bodies that hits take in turn, in place of their target's.
    pub(crate) bodies: Vec<Content>,
    pub(crate) rows: Vec<String>,
    /// What opens the connections to the targets.
    pub(crate) origins: Vec<Dial>,
    /// The cookies that each slot begins with, if slots keep cookies.
    pub(crate) cookies: Option<Vec<(String, hammer_data::Template)>>,
    /// What slots keep of answers.
    pub(crate) captures: Captures,
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
    /// What differs from hit to hit.
    pub(crate) blanks: Option<Box<Blanks>>,
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
    memory: Rc<RefCell<Memory>>,
    sheets: Sheets,
    desk: Rc<RefCell<Desk>>,
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
            memory: Memory::of(slot),
            sheets: Sheets::default(),
            desk: slot.share(RefCell::default),
            copies: slot.share(|| Copies::of(self)),
            strangers: slot.share(|| Strangers::after(self.origins.len())),
        })
    }

    pub(crate) async fn hit(
        &self,
        state: &mut State,
        hit: &Hit,
        request: Option<&Request>,
        refusals: Option<&Refusals>,
    ) -> Result<Outcome, Failure> {
        let slot = hit.slot();
        let State {
            links,
            memory,
            copies,
            strangers,
            sheets,
            desk,
        } = state;
        let (target, mut leg) = match request {
            Some(request) => (None, Leg::brought(request, &self.targets[0])),
            None => {
                let (memory, desk) = (&mut memory.borrow_mut(), &mut desk.borrow_mut());
                let (target, leg) = self.first_leg(memory, copies, sheets, desk, hit)?;
                (Some(target), leg)
            }
        };
        if let Some(given) = &self.cookies {
            let memory = &mut memory.borrow_mut();
            self.fill_jar(given, memory, hit)?;
            leg.token = leg.token.or(memory.token);
        }
        let mut found = Found::default();
        let (mut sent, mut received) = (0, 0);
        let mut followed = 0;
        loop {
            self.dress(&mut leg, &memory.borrow())?;
            let known = strangers.dial(leg.origin);
            let dial = known.as_deref().or(self.origins.get(leg.origin));
            let dial = dial.ok_or(fault::MALFORMED_REDIRECT)?;
            let link = links.to(leg.origin).await;
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
            if let Some(jar) = &mut memory.borrow_mut().jar {
                jar.take(&head.headers, &leg.url);
            }
            if !self.captures.is_empty() {
                self.captures.take_head(&head.headers, &mut found);
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
                    leg = leg.next(redirect, dial, &follow.dialer, strangers)?;
                    None
                }
                _ => {
                    let arriving = self.arrive(link, &head, body, tape, hit);
                    let (label, body) = arriving.await?;
                    if label.is_none() {
                        let found = std::mem::take(&mut found);
                        self.capture(&mut memory.borrow_mut(), found, &body, slot);
                    }
                    Some(label)
                }
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
                if let (Some(refusals), Some(token), 401) = (refusals, leg.token, status)
                    && target.is_some()
                    && label.is_some()
                    && leg.trusted
                {
                    refusals.count(hit, token);
                }
                if let (Some(course), Some(target), None) = (&self.course, target, &label) {
                    course.well(&mut memory.borrow_mut(), target);
                }
                let outcome = label.map_or(Outcome::ok(status), Outcome::rejected);
                return Ok(outcome.sent(sent).received(received));
            }
        }
    }

    /// How many hits there are rows for, if they come to an end.
    pub(crate) fn most_hits(&self) -> Option<u64> {
        let targets = self.targets.iter();
        let blanks = targets.filter_map(|target| target.blanks.as_ref()?.most_hits());
        let bodies = self.bodies.iter().flat_map(Content::texts);
        blanks
            .chain(bodies.filter_map(hammer_data::Template::most_hits))
            .min()
    }

    /// Gives a slot, with its first hit, the cookies that it begins with, for each origin of the targets.
    fn fill_jar(
        &self,
        given: &[(String, hammer_data::Template)],
        memory: &mut Memory,
        hit: &Hit,
    ) -> Result<(), Failure> {
        if memory.jar.is_some() {
            return Ok(());
        }
        let mut jar = Jar::default();
        let slot = hit.slot();
        let moment = Moment::new(hit, slot.rng(slot.index() as u64), &memory.values);
        let mut moment = moment.recorded(self.tape.as_ref());
        for (name, value) in given {
            let value = moment.text(value)?;
            let mut filled = vec![false; self.origins.len()];
            for target in &self.targets {
                if !std::mem::replace(&mut filled[target.origin], true) {
                    jar.give(name, &value, &target.url);
                }
            }
        }
        let token = moment.token();
        (memory.jar, memory.token) = (Some(jar), token);
        Ok(())
    }

    /// What a hit sends at first, and to which target.
    fn first_leg<'j>(
        &'j self,
        memory: &mut Memory,
        copies: &'j Copies,
        sheets: &'j mut Sheets,
        desk: &mut Desk,
        hit: &Hit,
    ) -> Result<(usize, Leg<'j>), Failure> {
        let mut rng = hit.rng();
        let course = self.course.as_ref();
        let index = course.map_or(0, |course| course.target(memory, hit, &mut rng));
        let target = &self.targets[index];
        if !self.rows.is_empty() {
            hit.row(target.row);
        }
        let template = copies.templates.get(index).unwrap_or(&target.template);
        let bodies = match &copies.bodies[..] {
            [] => &self.bodies[..],
            copied => copied,
        };
        let turn = hit.number().checked_rem(bodies.len() as u64);
        let body = turn.map(|turn| &bodies[turn as usize]);
        let blanks = target.blanks.as_deref();
        if blanks.is_none() && body.is_none() {
            return Ok((index, Leg::first(target, template)));
        }
        let sheet = sheets.of(index, template);
        let mut moment = Moment::new(hit, rng, &memory.values).recorded(self.tape.as_ref());
        let none = Blanks::default();
        let blanks = blanks.unwrap_or(&none);
        blanks.fill(body, &mut moment, sheet, desk)?;
        let mut leg = Leg::first(target, &sheet.template);
        leg.token = moment.token();
        if blanks.target.is_some() && self.looks_at_urls() {
            let uri = &sheet.template.head.uri;
            let url = leg.url.to_mut();
            url.set_path(uri.path());
            url.set_query(uri.query());
        }
        Ok((index, leg))
    }

    /// Whether anything depends on path and query of what is sent.
    fn looks_at_urls(&self) -> bool {
        self.cookies.is_some() || self.follow.is_some() || self.tape.is_some()
    }

    /// Keeps what the answers of a hit had, of which the last was as expected, and counts what none had.
    fn capture(&self, memory: &mut Memory, mut found: Found, body: &[u8], slot: &Slot) {
        if self.captures.is_empty() {
            return;
        }
        self.captures.take_body(body, &mut found);
        match self.captures.keep(found, &mut memory.values) {
            0 => {}
            missed => slot.count("capture_missed", missed),
        }
    }

    /// Adds what belongs to the moment: a signature, and the cookies of the slot.
    fn dress(&self, leg: &mut Leg<'_>, memory: &Memory) -> Result<(), Failure> {
        if let Some(signer) = self.signer.as_ref().filter(|_| leg.trusted) {
            let template = leg.template.to_mut();
            let (head, scheme) = (&mut template.head, leg.url.scheme());
            let signing = signer.sign(scheme, head, &template.body, SystemTime::now());
            signing.map_err(|error| {
                tracing::debug!(%error, "no signature");
                fault::NOT_SIGNED
            })?;
        }
        if let Some(jar) = &memory.jar {
            match jar.header(&leg.url) {
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

    /// Reads the last answer; the label if it is not as expected, and the body if it is looked into.
    async fn arrive(
        &self,
        link: &mut Link,
        head: &response::Parts,
        body: Rest,
        tape: Option<(&Tape, usize)>,
        hit: &Hit,
    ) -> Result<(Option<Label>, Vec<u8>), Failure> {
        hit.mark("first_byte");
        let status = head.status.as_u16();
        let missed = if self.expect.status(status) {
            self.expect.misses_header(&head.headers).map(Label::from)
        } else {
            Some(status.into())
        };
        let looks = self.expect.look_into_bodies() || self.captures.look_into_bodies();
        let mut decoder = if missed.is_none() && looks {
            let budget = hit.slot().share(Budget::default);
            Some(Decoder::new(&head.headers, self.max_body, budget)?)
        } else {
            None
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
            return Ok((missed, vec![]));
        };
        let decoded = decoder.finish()?;
        if decoded.coded {
            hit.slot().count("decoded_bytes", decoded.text.len() as u64);
        }
        let misses = || self.expect.misses_body(&decoded.text).map(Label::from);
        let missed = missed.or_else(misses);
        Ok((missed, decoded.text))
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
