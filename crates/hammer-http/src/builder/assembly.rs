//! Makes of a message what hits send, and to whom.

use std::collections::HashMap;
use std::time::SystemTime;

use bytes::Bytes;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue,
};

use super::expect::Expect;
use super::message::{Message, Secret};
use super::payload::{Bodies, compressed};
use super::request::{method, request};
use crate::credentials::Credentials;
use crate::dial::Dial;
use crate::dialer::Dialer;
use crate::journey::{Follow, Journey, Target};
use crate::signature::Signer;
use crate::targets::{Deal, Entry, Targets};
use crate::template::Template;
use crate::url::Url;
use crate::{Coding, Error, ErrorKind, Header, TargetOrder};

/// What hits send, checked.
pub(super) struct Assembly {
    targets: Vec<Target>,
    /// The place of each origin's first target, and its URL.
    origins: Vec<Url>,
    rows: Vec<String>,
    deal: Option<Deal>,
    bodies: Vec<Bytes>,
    signer: Option<Signer>,
    cookies: Option<Vec<(String, String)>>,
    redirects: Option<u32>,
}

impl Assembly {
    /// What the first target is sent, and what opens connections to it.
    pub(super) fn first(&self, dialer: &Dialer) -> Result<(Template, Dial), Error> {
        Ok((
            self.targets[0].template.clone(),
            dialer.to(&self.origins[0])?,
        ))
    }

    /// The way of a hit, unless it is a straight one.
    pub(super) fn journey(
        self,
        expect: Expect,
        dialer: Dialer,
        keepalive: bool,
    ) -> Result<Option<Journey>, Error> {
        let max_body = expect.max_body()?;
        let straight = self.deal.is_none()
            && self.bodies.is_empty()
            && self.signer.is_none()
            && self.cookies.is_none()
            && self.redirects.is_none();
        if straight && expect.is_default() {
            return Ok(None);
        }
        let origins = self.origins.iter().map(|url| dialer.to(url));
        Ok(Some(Journey {
            origins: origins.collect::<Result<_, _>>()?,
            targets: self.targets,
            deal: self.deal,
            bodies: self.bodies,
            rows: self.rows,
            cookies: self.cookies,
            signer: self.signer,
            follow: self.redirects.map(|max| Follow { max, dialer }),
            expect: expect.expectations,
            max_body,
            first_byte: expect.first_byte,
            tape: expect.tape,
            keepalive,
        }))
    }
}

impl Message {
    /// What is sent to `url`, or to targets of which some may be there.
    pub(super) fn assemble(
        mut self,
        url: Option<&str>,
        keepalive: bool,
    ) -> Result<Assembly, Error> {
        let base = url.map(Url::parse).transpose()?;
        let headers = std::mem::take(&mut self.headers).into_iter();
        let mut given: Vec<Header> = headers.collect::<Result<_, _>>()?;
        if let Some(host) = &self.host {
            given.push(Header::new("host", host)?);
        }
        let has = |name| given.iter().any(|header: &Header| header.name == name);
        let (authorization, signer) = self.credentials(has(AUTHORIZATION))?;
        let cookies = self.cookies(has(COOKIE))?;
        let compress = self.payload.compress;
        if compress.is_some() && has(CONTENT_ENCODING) {
            let message = "the header Content-Encoding is given, and the body is to be compressed: \
                           leave out one of them";
            return Err(Error::new(ErrorKind::Body, message));
        }
        let mut defaults = HeaderMap::new();
        if let (Some(value), false) = (authorization, signer.is_some()) {
            defaults.insert(AUTHORIZATION, value);
        }
        if let (Some(cookies), false) = (&cookies, self.keep_cookies) {
            defaults.insert(COOKIE, cookie_header(cookies)?);
        }
        let parts = Parts {
            defaults,
            given,
            compress,
            keepalive,
        };
        let (targets, order) = (self.targets.take(), self.order);
        let redirects = self.redirects;
        let keep_cookies = self.keep_cookies;
        let mut assembly = match targets {
            Some(targets) => parts.of_targets(targets, order, base.as_ref(), &self)?,
            None => {
                let base = base.ok_or_else(|| Error::url("there is no URL to hit"))?;
                parts.of_one(base, self)?
            }
        };
        if let Some(signer) = &signer {
            for target in &assembly.targets {
                let (mut head, body) = (target.template.head.clone(), &target.template.body);
                signer.sign(target.url.scheme(), &mut head, body, SystemTime::UNIX_EPOCH)?;
            }
        }
        assembly.signer = signer;
        assembly.cookies = keep_cookies.then(|| cookies.unwrap_or_default());
        assembly.redirects = redirects;
        Ok(assembly)
    }

    /// The value of `Authorization`, or what signs in its place.
    fn credentials(&self, in_header: bool) -> Result<(Option<HeaderValue>, Option<Signer>), Error> {
        let error = |message| Err(Error::new(ErrorKind::Credentials, message));
        let given = match &self.credentials[..] {
            [_, _, ..] => {
                return error("credentials are given twice: leave out the user or the token");
            }
            [_] if in_header => {
                return error(
                    "credentials are given, and the header Authorization too: leave out one of them",
                );
            }
            given => given.first(),
        };
        let token = self
            .session_token
            .as_ref()
            .map(|Secret(token)| token.clone());
        match (&self.scope, given) {
            (None, _) if token.is_some() => {
                error("a session token belongs to signatures, and none are made: give their scope")
            }
            (None, None) => Ok((None, None)),
            (None, Some(given)) => Ok((Some(given.header()?), None)),
            (Some(scope), Some(Credentials::Basic(user))) => match user.split_once(':') {
                Some((key, secret)) if !key.is_empty() && !secret.is_empty() => {
                    Ok((None, Some(Signer::new(key, secret, token, scope.clone()))))
                }
                _ => error("signatures need KEY:SECRET as their user and password"),
            },
            (Some(_), _) => error("signatures need a user: KEY:SECRET"),
        }
    }

    /// Names and values of the given cookies.
    fn cookies(&self, in_header: bool) -> Result<Option<Vec<(String, String)>>, Error> {
        let error = |message: &str| Err(Error::new(ErrorKind::Header, message));
        if in_header && (self.keep_cookies || !self.cookies.is_empty()) {
            return error(
                "cookies are given or kept, and the header Cookie is given too: give all of them as \
                 cookies",
            );
        }
        if self.cookies.is_empty() {
            return Ok(None);
        }
        let mut pairs = Vec::new();
        let given = self
            .cookies
            .iter()
            .flat_map(|Secret(given)| given.split(';'));
        for pair in given.map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    pairs.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => return error("malformed cookie: it should be name=value"),
            }
        }
        Ok(Some(pairs))
    }
}

fn cookie_header(cookies: &[(String, String)]) -> Result<HeaderValue, Error> {
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let value = Header::new("cookie", &pairs.join("; "))?.value;
    Ok(value.unwrap_or_else(|| HeaderValue::from_static("")))
}

/// What the requests to all targets have in common.
struct Parts {
    /// Headers in whose place others may be given.
    defaults: HeaderMap,
    given: Vec<Header>,
    compress: Option<Coding>,
    keepalive: bool,
}

impl Parts {
    fn of_one(self, url: Url, message: Message) -> Result<Assembly, Error> {
        let has_body = !message.payload.given().is_empty();
        let default = if has_body { "POST" } else { "GET" };
        let bodies = message.payload.bodies()?;
        let defaults = self.defaults_with(&bodies)?;
        let template = request(
            &url,
            method(message.method.as_deref().unwrap_or(default))?,
            defaults,
            self.given.iter().cloned(),
            bodies.first,
            self.keepalive,
        )?;
        let target = Target {
            template,
            url: plain(&url)?,
            origin: 0,
            row: 0,
        };
        Ok(Assembly {
            targets: vec![target],
            origins: vec![url],
            rows: vec![],
            deal: None,
            bodies: bodies.turn,
            signer: None,
            cookies: None,
            redirects: None,
        })
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
        targets: Targets,
        order: TargetOrder,
        base: Option<&Url>,
        message: &Message,
    ) -> Result<Assembly, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Targets, message));
        if let Some(given) = message.payload.given().first() {
            return error(format!("targets have their own bodies: leave out {given}"));
        }
        if message.method.is_some() {
            return error("targets have their own methods: leave out the other one".into());
        }
        let mut assembly = Assembly {
            targets: Vec::with_capacity(targets.len()),
            origins: vec![],
            rows: vec![],
            deal: None,
            bodies: vec![],
            signer: None,
            cookies: None,
            redirects: None,
        };
        let mut origins = HashMap::new();
        for entry in &targets.entries {
            let within = |cause: Error| {
                let message = format!("line {} of {}", entry.line, targets.called);
                Error::new(ErrorKind::Targets, message).because(cause)
            };
            let url = absolute(&entry.url, base).map_err(within)?;
            let template = self.target(entry, &url).map_err(within)?;
            let key = (url.tls, url.host.to_string(), url.port);
            let plain = plain(&url).map_err(within)?;
            let origin = *origins.entry(key).or_insert_with(|| {
                assembly.origins.push(url);
                assembly.origins.len() - 1
            });
            assembly.targets.push(Target {
                template,
                url: plain,
                origin,
                row: 0,
            });
        }
        assembly.name_rows(&targets.entries);
        let weights = targets.entries.iter().map(|entry| entry.weight);
        assembly.deal = Some(Deal::new(weights, order));
        Ok(assembly)
    }

    fn target(&self, entry: &Entry, url: &Url) -> Result<Template, Error> {
        let has = |header: &&Header| !entry.headers.iter().any(|own| own.name == header.name);
        let given = self.given.iter().filter(has).chain(&entry.headers).cloned();
        let mut defaults = self.defaults.clone();
        if url.authorization.is_some() {
            defaults.remove(AUTHORIZATION);
        }
        let mut body = entry.body.clone();
        if let Some(coding) = self.compress.filter(|_| !body.is_empty()) {
            body = compressed(&body, coding)?;
            defaults.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        request(
            url,
            method(&entry.method)?,
            defaults,
            given,
            body,
            self.keepalive,
        )
    }
}

impl Assembly {
    /// Targets of one name are one row.
    fn name_rows(&mut self, entries: &[Entry]) {
        let mut known = HashMap::new();
        for (target, entry) in self.targets.iter_mut().zip(entries) {
            let name = entry.name.clone().unwrap_or_else(|| {
                let url = match self.origins.len() {
                    1 => target.template.head.uri.to_string(),
                    _ => target.url.to_string(),
                };
                format!("{} {url}", entry.method)
            });
            let rows = &mut self.rows;
            target.row = *known.entry(name).or_insert_with_key(|name| {
                rows.push(name.clone());
                rows.len() - 1
            });
        }
    }
}

/// The URL of a target, which may be but a path at `base`.
fn absolute(text: &str, base: Option<&Url>) -> Result<Url, Error> {
    match (text.starts_with('/'), base) {
        (false, _) => Url::parse(text),
        (true, Some(base)) => {
            let scheme = if base.tls { "https" } else { "http" };
            let host = &base.host;
            let mut url = Url::parse(&format!("{scheme}://{host}:{}{text}", base.port))?;
            url.authorization = base.authorization.clone();
            Ok(url)
        }
        (true, None) => Err(Error::url(format!(
            "{text:?} is a path: right would be a whole URL, or one on the command line for all paths"
        ))),
    }
}

/// The URL without credentials, as cookies, signatures and redirects know it.
fn plain(url: &Url) -> Result<url::Url, Error> {
    let scheme = if url.tls { "https" } else { "http" };
    let Url {
        host, port, path, ..
    } = url;
    let text = format!("{scheme}://{host}:{port}{path}");
    text.parse()
        .map_err(|cause| Error::url(format!("the URL {text} is malformed")).because(cause))
}
