//! Makes of a message what hits send, and to whom.

use std::collections::HashMap;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue};

use super::address::{Address, Addresses};
use super::expect::Expect;
use super::identity::cookie_header;
use super::message::Message;
use super::payload::{Bodies, compressed};
use super::request::{Line, fits_body, method};
use crate::blanks::{Blanks, Content, Texts};
use crate::capture::Captures;
use crate::h2::Wants;
use crate::http::{Straight, Way};
use crate::journey::{Course, Follow, Journey, Target};
use crate::link::Keeping;
use crate::signature::Signer;
use crate::targets::{Deal, Entry, Targets};
use crate::template::Template;
use crate::url::Url;
use crate::{Coding, Error, ErrorKind, Header};
use hammer_net::Dial;
use hammer_net::Dialer;

/// What hits send, checked.
pub(super) struct Assembly {
    targets: Vec<Target>,
    origins: Vec<Dial>,
    rows: Vec<String>,
    course: Option<Course>,
    bodies: Vec<Content>,
    signer: Option<Signer>,
    cookies: Option<Vec<(String, hammer_data::Template)>>,
    redirects: Option<u32>,
}

impl Assembly {
    /// The way of a hit: a straight one, if nothing is asked for that it does not do.
    pub(super) fn way(
        mut self,
        expect: Expect,
        dialer: Dialer,
        mut keeping: Keeping,
        captures: Captures,
    ) -> Result<Way, Error> {
        let max_body = expect.max_body(captures.look_into_bodies())?;
        let straight = self.course.is_none()
            && captures.is_empty()
            && self.bodies.is_empty()
            && self.signer.is_none()
            && self.cookies.is_none()
            && self.redirects.is_none();
        if straight && expect.is_default() {
            let Target {
                template, blanks, ..
            } = self.targets.remove(0);
            return Ok(Way::Straight(Box::new(Straight {
                template,
                blanks,
                dial: self.origins.remove(0),
            })));
        }
        keeping.wants = Wants {
            headers: true,
            body: expect.tape.is_some()
                || expect.expectations.look_into_bodies()
                || captures.look_into_bodies(),
        };
        Ok(Way::Journey(Box::new(Journey {
            targets: self.targets,
            origins: self.origins,
            course: self.course,
            bodies: self.bodies,
            rows: self.rows,
            cookies: self.cookies,
            captures,
            signer: self.signer,
            follow: self.redirects.map(|max| Follow { max, dialer }),
            expect: expect.expectations,
            max_body,
            first_byte: expect.first_byte,
            tape: expect.tape,
            keeping,
        })))
    }

    /// Whether redirects are followed.
    pub(super) fn follows(&self) -> bool {
        self.redirects.is_some()
    }

    /// Each request, and what opens the connections for it.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&Template, &Dial)> {
        let targets = self.targets.iter();
        targets.map(|target| (&target.template, &self.origins[target.origin]))
    }

    /// Has all requests send their tokens as credentials, if no text says where they go.
    fn send_tokens(&mut self, texts: &Texts, given: bool) -> Result<(), Error> {
        let Some(bearer) = texts.bearer()? else {
            return Ok(());
        };
        let blanks = self
            .targets
            .iter()
            .filter_map(|target| target.blanks.as_ref());
        let bodies = self.bodies.iter().flat_map(Content::texts);
        let cookies = self.cookies.iter().flatten().map(|(_, value)| value);
        let mut all = blanks
            .flat_map(|blanks| blanks.texts())
            .chain(bodies)
            .chain(cookies);
        let sent = all.any(|text| text.variables().any(|name| name == "token"));
        drop(all);
        if sent {
            return Ok(());
        }
        let mut requests = self.targets.iter().map(|target| &target.template);
        let given = given || requests.any(|request| request.headers().contains_key(AUTHORIZATION));
        if given || self.signer.is_some() {
            let message = "there are tokens, which no text has as {{token}}, and other credentials: leave \
                           out one of them";
            return Err(Error::new(ErrorKind::Credentials, message));
        }
        for target in &mut self.targets {
            let blanks = target.blanks.get_or_insert_default();
            blanks.add_authorization(&mut target.template, bearer.clone());
        }
        Ok(())
    }

    /// Nothing yet.
    fn empty() -> Self {
        Self {
            targets: vec![],
            origins: vec![],
            rows: vec![],
            course: None,
            bodies: vec![],
            signer: None,
            cookies: None,
            redirects: None,
        }
    }
}

impl Message {
    /// What is sent to these addresses, through what `dialer` makes.
    pub(super) fn assemble(
        mut self,
        to: Addresses,
        dialer: &Dialer,
        keepalive: bool,
        texts: &Texts,
    ) -> Result<Assembly, Error> {
        let headers = std::mem::take(&mut self.headers).into_iter();
        let mut given: Vec<Header> = headers.collect::<Result<_, _>>()?;
        if let Some(host) = &self.host {
            given.push(Header::new("host", host)?);
        }
        let has = |name| given.iter().any(|header: &Header| header.name == name);
        let has_authorization = has(AUTHORIZATION);
        let (authorization, signer) = self.credentials(has_authorization, texts)?;
        let (authorization, basic) = match authorization {
            Some((value, basic)) => (Some(value), basic),
            None => (None, None),
        };
        let cookies = self.cookies(has(COOKIE))?;
        let compress = self.payload.compress;
        if compress.is_some() && has(CONTENT_ENCODING) {
            let message = "the header Content-Encoding is given, and the body is to be compressed: \
                           leave out one of them";
            return Err(Error::new(ErrorKind::Body, message));
        }
        let mut defaults = HeaderMap::new();
        defaults.extend(authorization.map(|value| (AUTHORIZATION, value)));
        if let (Some(cookies), false) = (&cookies, self.keep_cookies) {
            defaults.insert(COOKIE, cookie_header(cookies)?);
        }
        let parts = Parts {
            defaults,
            given,
            basic,
            compress,
            keepalive,
            texts,
        };
        let (redirects, keep_cookies) = (self.redirects, self.keep_cookies);
        let mut assembly = match (self.targets.take(), to) {
            (Some(targets), Addresses::Targets(addresses)) => {
                parts.of_targets(&targets, addresses, dialer, &self)?
            }
            (_, Addresses::One(address)) => parts.of_one(*address, dialer, self)?,
            (None, Addresses::Targets(_)) => return Err(Error::url("there is no URL to hit")),
        };
        if let Some(signer) = &signer {
            for target in &assembly.targets {
                let (mut head, body) = (target.template.head.clone(), &target.template.body);
                signer.sign(target.url.scheme(), &mut head, body, SystemTime::UNIX_EPOCH)?;
            }
        }
        assembly.signer = signer;
        if keep_cookies {
            let given = cookies.unwrap_or_default().into_iter();
            let text = given.map(|(name, value)| {
                let template = texts.template(&format!("--cookie {name}"), &value, true)?;
                let fixed = || hammer_data::Template::fixed(value.as_bytes());
                Ok((name, template.unwrap_or_else(fixed)))
            });
            assembly.cookies = Some(text.collect::<Result<_, Error>>()?);
        }
        assembly.redirects = redirects;
        assembly.send_tokens(texts, has_authorization)?;
        Ok(assembly)
    }
}

/// What the requests to all targets have in common.
struct Parts<'t> {
    /// Headers in whose place others may be given.
    defaults: HeaderMap,
    given: Vec<Header>,
    /// User and password, if hits have their own.
    basic: Option<hammer_data::Template>,
    compress: Option<Coding>,
    keepalive: bool,
    texts: &'t Texts,
}

impl Parts<'_> {
    fn of_one(
        self,
        address: Address,
        dialer: &Dialer,
        message: Message,
    ) -> Result<Assembly, Error> {
        let Address { url, path } = address;
        let has_body = !message.payload.given().is_empty();
        let default = if has_body { "POST" } else { "GET" };
        let bodies = message.payload.bodies(self.texts)?;
        let dial = dialer.to(&url.peer())?;
        let line = Line {
            method: method(message.method.as_deref().unwrap_or(default))?,
            url: &url,
            for_proxy: dial.for_proxy(),
            keepalive: self.keepalive,
        };
        let defaults = self.defaults_with(&bodies)?;
        let first = bodies.first.fixed().cloned().unwrap_or_default();
        let mut template = line.request(defaults, self.given.iter().cloned(), first)?;
        for body in bodies.turn.iter().filter_map(Content::fixed) {
            fits_body(template.headers(), body)?;
        }
        let varying = bodies.turn.iter().find(|body| body.fixed().is_none());
        let body = varying.unwrap_or(&bodies.first).clone();
        let blanks = self.blanks(&mut template, path, body, &dial)?;
        let mut assembly = Assembly::empty();
        assembly.targets.push(Target {
            template,
            blanks,
            url: url.plain()?,
            origin: 0,
            row: 0,
        });
        assembly.origins.push(dial);
        assembly.bodies = bodies.turn;
        Ok(assembly)
    }

    /// The defaults, with what the bodies themselves ask for.
    fn defaults_with(&self, bodies: &Bodies) -> Result<HeaderMap, Error> {
        let given = |name| self.given.iter().any(|header| header.name == name);
        if bodies.is_form && given(CONTENT_TYPE) {
            let message = "the header Content-Type of a form says what is between its fields: leave \
                           it out";
            return Err(Error::new(ErrorKind::Body, message));
        }
        let mut defaults = self.defaults.clone();
        if let Some(content_type) = &bodies.content_type {
            let value = HeaderValue::from_str(content_type).map_err(|cause| {
                Error::new(ErrorKind::Body, "the type of the body can't be sent").because(cause)
            })?;
            defaults.insert(CONTENT_TYPE, value);
        }
        if let Some(accept) = bodies.accept {
            defaults.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        if let Some(coding) = self.compress {
            defaults.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        Ok(defaults)
    }

    fn of_targets(
        self,
        targets: &Targets,
        addresses: Vec<Address>,
        dialer: &Dialer,
        message: &Message,
    ) -> Result<Assembly, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Targets, message));
        if let Some(given) = message.payload.given().first() {
            return error(format!("targets have their own bodies: leave out {given}"));
        }
        if message.method.is_some() {
            return error("targets have their own methods: leave out the other one".into());
        }
        let mut assembly = Assembly::empty();
        let mut known = HashMap::new();
        let mut paths = vec![];
        for (entry, Address { url, path }) in targets.entries.iter().zip(addresses) {
            let within = |cause| targets.within(entry, cause);
            let key = (url.tls, url.host.to_string(), url.port);
            let origin = match known.get(&key) {
                Some(origin) => *origin,
                None => {
                    assembly.origins.push(
                        dialer
                            .to(&url.peer())
                            .map_err(Error::from)
                            .map_err(within)?,
                    );
                    let origin = assembly.origins.len() - 1;
                    known.insert(key, origin);
                    origin
                }
            };
            paths.push(path.as_ref().map(|path| path.source().to_owned()));
            let request = self.target(entry, &url, path, &assembly.origins[origin]);
            let (template, blanks) = request.map_err(within)?;
            assembly.targets.push(Target {
                template,
                blanks,
                url: url.plain().map_err(within)?,
                origin,
                row: 0,
            });
        }
        assembly.name_rows(&targets.entries, &paths);
        let entries = targets.entries.iter();
        let once = entries.clone().enumerate().filter(|(_, entry)| entry.once);
        let once: Vec<_> = once.map(|(index, _)| index).collect();
        if once.len() == targets.len() {
            return error(
                "each target is for once, and none is left for the hits after them".into(),
            );
        }
        // Nobody is dealt what each slot has once.
        let weights = entries.map(|entry| if entry.once { 0 } else { entry.weight });
        assembly.course = Some(Course {
            once,
            deal: Deal::new(weights, message.order),
        });
        Ok(assembly)
    }

    fn target(
        &self,
        entry: &Entry,
        url: &Url,
        path: Option<hammer_data::Template>,
        dial: &Dial,
    ) -> Result<(Template, Option<Box<Blanks>>), Error> {
        let has = |header: &&Header| !entry.headers.iter().any(|own| own.name == header.name);
        let given = self.given.iter().filter(has).chain(&entry.headers).cloned();
        let mut defaults = self.defaults.clone();
        if url.authorization.is_some() {
            defaults.remove(AUTHORIZATION);
        }
        let mut body = self.texts.content("the body", entry.body.clone())?;
        if let Some(coding) = self.compress.filter(|_| !entry.body.is_empty()) {
            body = body.compressed(coding, compressed)?;
            defaults.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        let line = Line {
            method: method(&entry.method)?,
            url,
            for_proxy: dial.for_proxy(),
            keepalive: self.keepalive,
        };
        let mut template =
            line.request(defaults, given, body.fixed().cloned().unwrap_or_default())?;
        let blanks = self.blanks(&mut template, path, body, dial)?;
        Ok((template, blanks))
    }

    /// What hits fill in, if there is anything.
    fn blanks(
        &self,
        template: &mut Template,
        path: Option<hammer_data::Template>,
        body: Content,
        dial: &Dial,
    ) -> Result<Option<Box<Blanks>>, Error> {
        let holder = self.defaults.get(AUTHORIZATION);
        let basic = holder.zip(self.basic.as_ref());
        let theirs = dial.for_proxy();
        let blanks = self.texts.blanks(template, path, body, theirs, basic)?;
        Ok(Some(blanks)
            .filter(|blanks| !blanks.is_empty())
            .map(Box::new))
    }
}

impl Assembly {
    /// Targets of one name are one row.
    fn name_rows(&mut self, entries: &[Entry], paths: &[Option<String>]) {
        let mut known = HashMap::new();
        for ((target, entry), path) in self.targets.iter_mut().zip(entries).zip(paths) {
            let name = entry.name.clone().unwrap_or_else(|| {
                let path = path.as_deref();
                let path = path.unwrap_or(&target.url[::url::Position::BeforePath..]);
                let origin = match self.origins.len() {
                    1 => "",
                    _ => &target.url[..::url::Position::BeforePath],
                };
                format!("{} {origin}{path}", entry.method)
            });
            let rows = &mut self.rows;
            target.row = *known.entry(name).or_insert_with_key(|name| {
                rows.push(name.clone());
                rows.len() - 1
            });
        }
    }
}
