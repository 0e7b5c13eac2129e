//! Makes of a message what hits send, and to whom.

use std::collections::HashMap;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue};

use super::body_options::{RequestBodies, compress_body};
use super::identity::cookie_header;
use super::request_line::{RequestLine, check_body_headers, parse_method};
use super::request_options::RequestOptions;
use super::response_options::ResponseOptions;
use super::target_url::{TargetUrl, TargetUrls};
use crate::connection::origin::ConnectionPolicy;
use crate::h2::ResponseInterest;
use crate::http::{HitMode, SimpleRequest};
use crate::pipeline::{HttpTarget, Pipeline, RedirectPolicy, TargetPicker};
use crate::request::prepared::PreparedRequest;
use crate::request::signature::RequestSigner;
use crate::request::template::{BodyTemplate, RequestTemplate, TemplateCompiler};
use crate::response::capture::CaptureSet;
use crate::targets::{TargetEntry, TargetList, WeightedOrder};
use crate::url::HttpUrl;
use crate::{ContentCoding, Error, ErrorKind, RequestHeader};
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// What hits send, checked.
pub(super) struct AssembledRequests {
    targets: Vec<HttpTarget>,
    origins: Vec<PeerConnector>,
    groups: Vec<String>,
    target_picker: Option<TargetPicker>,
    bodies: Vec<BodyTemplate>,
    signer: Option<RequestSigner>,
    cookies: Option<Vec<(String, hammer_data::Template)>>,
    max_redirects: Option<u32>,
}

impl AssembledRequests {
    /// The way of a hit: a straight one, if nothing is asked for that it does not do.
    pub(super) fn into_hit_mode(
        mut self,
        expect: ResponseOptions,
        dialer: ConnectorFactory,
        mut policy: ConnectionPolicy,
        captures: CaptureSet,
    ) -> Result<HitMode, Error> {
        let max_body = expect.max_body_bytes(captures.needs_body())?;
        let straight = self.target_picker.is_none()
            && captures.is_empty()
            && self.bodies.is_empty()
            && self.signer.is_none()
            && self.cookies.is_none()
            && self.max_redirects.is_none();
        if straight && expect.is_default() {
            let HttpTarget {
                request: template,
                template: blanks,
                ..
            } = self.targets.remove(0);
            return Ok(HitMode::Simple(Box::new(SimpleRequest {
                request: template,
                template: blanks,
                dial: self.origins.remove(0),
            })));
        }
        policy.wants = ResponseInterest {
            headers: true,
            body: expect.recorder.is_some()
                || expect.expectations.needs_body()
                || captures.needs_body(),
        };
        Ok(HitMode::Pipeline(Box::new(Pipeline {
            targets: self.targets,
            origins: self.origins,
            target_picker: self.target_picker,
            bodies: self.bodies,
            groups: self.groups,
            initial_cookies: self.cookies,
            captures,
            signer: self.signer,
            redirect_policy: self.max_redirects.map(|max| RedirectPolicy {
                max_redirects: max,
                dialer,
            }),
            expectations: expect.expectations,
            max_body_bytes: max_body,
            first_byte_timeout: expect.first_byte_timeout,
            recorder: expect.recorder,
            connection_policy: policy,
        })))
    }

    /// Whether redirects are followed.
    pub(super) fn follows_redirects(&self) -> bool {
        self.max_redirects.is_some()
    }

    /// Each request, and what opens the connections for it.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&PreparedRequest, &PeerConnector)> {
        let targets = self.targets.iter();
        targets.map(|target| (&target.request, &self.origins[target.origin]))
    }

    /// Has all requests send their tokens as credentials, if no text says where they go.
    fn add_token_authorization(
        &mut self,
        compiler: &TemplateCompiler,
        given: bool,
    ) -> Result<(), Error> {
        let Some(bearer) = compiler.bearer_template()? else {
            return Ok(());
        };
        let blanks = self
            .targets
            .iter()
            .filter_map(|target| target.template.as_ref());
        let bodies = self.bodies.iter().flat_map(BodyTemplate::templates);
        let cookies = self.cookies.iter().flatten().map(|(_, value)| value);
        let mut all = blanks
            .flat_map(|blanks| blanks.templates())
            .chain(bodies)
            .chain(cookies);
        let sent = all.any(|text| text.variables().any(|name| name == "token"));
        drop(all);
        if sent {
            return Ok(());
        }
        let mut requests = self.targets.iter().map(|target| &target.request);
        let given = given || requests.any(|request| request.headers().contains_key(AUTHORIZATION));
        if given || self.signer.is_some() {
            let message = "there are tokens, which no text has as {{token}}, and other credentials: leave \
                           out one of them";
            return Err(Error::new(ErrorKind::Credentials, message));
        }
        for target in &mut self.targets {
            let blanks = target.template.get_or_insert_default();
            blanks.add_authorization(&mut target.request, bearer.clone());
        }
        Ok(())
    }

    /// Nothing yet.
    fn empty() -> Self {
        Self {
            targets: vec![],
            origins: vec![],
            groups: vec![],
            target_picker: None,
            bodies: vec![],
            signer: None,
            cookies: None,
            max_redirects: None,
        }
    }
}

impl RequestOptions {
    /// What is sent to these addresses, through what `dialer` makes.
    pub(super) fn assemble(
        mut self,
        to: TargetUrls,
        dialer: &ConnectorFactory,
        keepalive: bool,
        compiler: &TemplateCompiler,
    ) -> Result<AssembledRequests, Error> {
        let headers = std::mem::take(&mut self.headers).into_iter();
        let mut given: Vec<RequestHeader> = headers.collect::<Result<_, _>>()?;
        if let Some(host) = &self.host {
            given.push(RequestHeader::new("host", host)?);
        }
        let has = |name| {
            given
                .iter()
                .any(|header: &RequestHeader| header.name == name)
        };
        let has_authorization = has(AUTHORIZATION);
        let (authorization, signer) = self.credentials(has_authorization, compiler)?;
        let (authorization, basic) = match authorization {
            Some((value, basic)) => (Some(value), basic),
            None => (None, None),
        };
        let cookies = self.cookies(has(COOKIE))?;
        let compress = self.body.compress;
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
        let parts = CommonRequestParts {
            defaults,
            given_headers: given,
            basic,
            compress,
            keepalive,
            compiler,
        };
        let (redirects, keep_cookies) = (self.max_redirects, self.keep_cookies);
        let mut assembly = match (self.targets.take(), to) {
            (Some(targets), TargetUrls::Targets(addresses)) => {
                parts.for_target_list(&targets, addresses, dialer, &self)?
            }
            (_, TargetUrls::One(address)) => parts.for_single_target(*address, dialer, self)?,
            (None, TargetUrls::Targets(_)) => return Err(Error::url("there is no URL to hit")),
        };
        if let Some(signer) = &signer {
            for target in &assembly.targets {
                let (mut head, body) = (target.request.head.clone(), &target.request.body);
                signer.sign(target.url.scheme(), &mut head, body, SystemTime::UNIX_EPOCH)?;
            }
        }
        assembly.signer = signer;
        if keep_cookies {
            let given = cookies.unwrap_or_default().into_iter();
            let text = given.map(|(name, value)| {
                let template = compiler.template(&format!("--cookie {name}"), &value, true)?;
                let fixed = || hammer_data::Template::from_literal(value.as_bytes());
                Ok((name, template.unwrap_or_else(fixed)))
            });
            assembly.cookies = Some(text.collect::<Result<_, Error>>()?);
        }
        assembly.max_redirects = redirects;
        assembly.add_token_authorization(compiler, has_authorization)?;
        Ok(assembly)
    }
}

/// What the requests to all targets have in common.
struct CommonRequestParts<'t> {
    /// Headers in whose place others may be given.
    defaults: HeaderMap,
    given_headers: Vec<RequestHeader>,
    /// User and password, if hits have their own.
    basic: Option<hammer_data::Template>,
    compress: Option<ContentCoding>,
    keepalive: bool,
    compiler: &'t TemplateCompiler,
}

impl CommonRequestParts<'_> {
    fn for_single_target(
        self,
        address: TargetUrl,
        dialer: &ConnectorFactory,
        options: RequestOptions,
    ) -> Result<AssembledRequests, Error> {
        let TargetUrl { url, path } = address;
        let has_body = !options.body.given_sources().is_empty();
        let default = if has_body { "POST" } else { "GET" };
        let bodies = options.body.bodies(self.compiler)?;
        let dial = dialer.connector_for(&url.peer())?;
        let line = RequestLine {
            method: parse_method(options.method.as_deref().unwrap_or(default))?,
            url: &url,
            proxy_headers: dial.forward_proxy_headers(),
            keepalive: self.keepalive,
        };
        let defaults = self.default_headers(&bodies)?;
        let first = bodies.first.as_fixed().cloned().unwrap_or_default();
        let mut template =
            line.into_request(defaults, self.given_headers.iter().cloned(), first)?;
        for body in bodies.rotation.iter().filter_map(BodyTemplate::as_fixed) {
            check_body_headers(template.headers(), body)?;
        }
        let varying = bodies
            .rotation
            .iter()
            .find(|body| body.as_fixed().is_none());
        let body = varying.unwrap_or(&bodies.first).clone();
        let blanks = self.request_template(&mut template, path, body, &dial)?;
        let mut assembly = AssembledRequests::empty();
        assembly.targets.push(HttpTarget {
            request: template,
            template: blanks,
            url: url.without_credentials()?,
            origin: 0,
            group: 0,
        });
        assembly.origins.push(dial);
        assembly.bodies = bodies.rotation;
        Ok(assembly)
    }

    /// The defaults, with what the bodies themselves ask for.
    fn default_headers(&self, bodies: &RequestBodies) -> Result<HeaderMap, Error> {
        let given = |name| self.given_headers.iter().any(|header| header.name == name);
        if bodies.is_form && given(CONTENT_TYPE) {
            let message = "the header Content-Type of a form says what is between its fields: leave \
                           it out";
            return Err(Error::new(ErrorKind::Body, message));
        }
        let mut defaults = self.defaults.clone();
        if let Some(content_type) = &bodies.content_type {
            let value = HeaderValue::from_str(content_type).map_err(|cause| {
                Error::new(ErrorKind::Body, "the type of the body can't be sent").with_source(cause)
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

    fn for_target_list(
        self,
        targets: &TargetList,
        addresses: Vec<TargetUrl>,
        dialer: &ConnectorFactory,
        options: &RequestOptions,
    ) -> Result<AssembledRequests, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Targets, message));
        if let Some(given) = options.body.given_sources().first() {
            return error(format!("targets have their own bodies: leave out {given}"));
        }
        if options.method.is_some() {
            return error("targets have their own methods: leave out the other one".into());
        }
        let mut assembly = AssembledRequests::empty();
        let mut known = HashMap::new();
        let mut paths = vec![];
        for (entry, TargetUrl { url, path }) in targets.entries.iter().zip(addresses) {
            let within = |cause| targets.line_error(entry, cause);
            let key = (url.tls, url.host.to_string(), url.port);
            let origin = match known.get(&key) {
                Some(origin) => *origin,
                None => {
                    assembly.origins.push(
                        dialer
                            .connector_for(&url.peer())
                            .map_err(Error::from)
                            .map_err(within)?,
                    );
                    let origin = assembly.origins.len() - 1;
                    known.insert(key, origin);
                    origin
                }
            };
            paths.push(path.as_ref().map(|path| path.source().to_owned()));
            let request = self.assemble_target(entry, &url, path, &assembly.origins[origin]);
            let (template, blanks) = request.map_err(within)?;
            assembly.targets.push(HttpTarget {
                request: template,
                template: blanks,
                url: url.without_credentials().map_err(within)?,
                origin,
                group: 0,
            });
        }
        assembly.assign_groups(&targets.entries, &paths);
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
        assembly.target_picker = Some(TargetPicker {
            once,
            order: WeightedOrder::new(weights, options.target_order),
        });
        Ok(assembly)
    }

    fn assemble_target(
        &self,
        entry: &TargetEntry,
        url: &HttpUrl,
        path: Option<hammer_data::Template>,
        dial: &PeerConnector,
    ) -> Result<(PreparedRequest, Option<Box<RequestTemplate>>), Error> {
        let has =
            |header: &&RequestHeader| !entry.headers.iter().any(|own| own.name == header.name);
        let given = self
            .given_headers
            .iter()
            .filter(has)
            .chain(&entry.headers)
            .cloned();
        let mut defaults = self.defaults.clone();
        if url.authorization.is_some() {
            defaults.remove(AUTHORIZATION);
        }
        let mut body = self
            .compiler
            .body_template("the body", entry.body.clone())?;
        if let Some(coding) = self.compress.filter(|_| !entry.body.is_empty()) {
            body = body.with_coding(coding, compress_body)?;
            defaults.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        let line = RequestLine {
            method: parse_method(&entry.method)?,
            url,
            proxy_headers: dial.forward_proxy_headers(),
            keepalive: self.keepalive,
        };
        let mut template = line.into_request(
            defaults,
            given,
            body.as_fixed().cloned().unwrap_or_default(),
        )?;
        let blanks = self.request_template(&mut template, path, body, dial)?;
        Ok((template, blanks))
    }

    /// What hits fill in, if there is anything.
    fn request_template(
        &self,
        template: &mut PreparedRequest,
        path: Option<hammer_data::Template>,
        body: BodyTemplate,
        dial: &PeerConnector,
    ) -> Result<Option<Box<RequestTemplate>>, Error> {
        let holder = self.defaults.get(AUTHORIZATION);
        let basic = holder.zip(self.basic.as_ref());
        let theirs = dial.forward_proxy_headers();
        let blanks = self
            .compiler
            .request_template(template, path, body, theirs, basic)?;
        Ok(Some(blanks)
            .filter(|blanks| !blanks.is_empty())
            .map(Box::new))
    }
}

impl AssembledRequests {
    /// Targets of one name are one row.
    fn assign_groups(&mut self, entries: &[TargetEntry], paths: &[Option<String>]) {
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
            let rows = &mut self.groups;
            target.group = *known.entry(name).or_insert_with_key(|name| {
                rows.push(name.clone());
                rows.len() - 1
            });
        }
    }
}
