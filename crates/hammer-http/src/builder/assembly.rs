//! Assembly of checked requests from the options of the builder.

use std::collections::HashMap;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue};

use super::body_options::{RequestBodies, compress_body};
use super::identity::cookie_header;
use super::request_head_builder::{RequestHeadBuilder, check_body_headers, parse_method};
use super::request_options::RequestOptions;
use super::response_options::ResponseOptions;
use super::target_url::{TargetUrl, TargetUrls};
use crate::connection::origin::ConnectionPolicy;
use crate::mask_url;
use crate::request::prepared::PreparedRequest;
use crate::request::signature::RequestSigner;
use crate::request::template::{BodyTemplate, RequestTemplate, TemplateCompiler};
use crate::targets::{TargetEntry, TargetList, WeightedOrder};
use crate::url::HttpUrl;
use crate::workflow::auth_failures::AuthFailureTracker;
use crate::workflow::cut_uploads::CutUploadCounter;
use crate::workflow::{HitWorkflow, HttpTarget, RedirectPolicy, TargetPicker};
use crate::{ContentCoding, Error, ErrorKind, RequestHeader};
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;
use hammer_wire::http2::ResponseInterest;

/// The checked requests of all targets, with everything that they share.
pub(super) struct AssembledRequests {
    targets: Vec<HttpTarget>,
    origins: Vec<PeerConnector>,
    groups: Vec<String>,
    /// The names of the targets, where given.
    names: Vec<Option<String>>,
    target_picker: Option<TargetPicker>,
    bodies: Vec<BodyTemplate>,
    signer: Option<RequestSigner>,
    cookies: Option<Vec<(String, hammer_data::Template)>>,
    max_redirects: Option<u32>,
}

impl AssembledRequests {
    /// Combines the requests with the options for responses.
    pub(super) fn into_workflow(
        mut self,
        expect: ResponseOptions,
        connectors: ConnectorFactory,
        mut policy: ConnectionPolicy,
        variables: &[String],
        auth_failures: Option<AuthFailureTracker>,
    ) -> Result<HitWorkflow, Error> {
        let inspects_all_heads =
            self.cookies.is_some() || self.max_redirects.is_some() || expect.recorder.is_some();
        let names: Vec<_> = self.names.iter().map(Option::as_deref).collect();
        let compiled = expect.rules.compile(variables, &names, inspects_all_heads);
        let (rules, indexes) = compiled?;
        for (target, index) in self.targets.iter_mut().zip(indexes) {
            target.rules = index;
        }
        let inspects_bodies = rules.iter().any(|rules| rules.inspects_bodies);
        policy.response_interest = ResponseInterest {
            headers: rules.iter().any(|rules| rules.inspects_heads),
            body: expect.recorder.is_some() || inspects_bodies,
            trailers: false,
        };
        policy.first_byte_timeout = expect.first_byte_timeout;
        Ok(HitWorkflow {
            targets: self.targets,
            origins: self.origins,
            target_picker: self.target_picker,
            bodies: self.bodies,
            groups: self.groups,
            initial_cookies: self.cookies,
            signer: self.signer,
            redirect_policy: self.max_redirects.map(|max| RedirectPolicy {
                max_redirects: max,
                connectors,
            }),
            rules,
            variables: variables.to_vec(),
            max_body_bytes: expect.max_body_bytes(inspects_bodies)?,
            recorder: expect.recorder,
            connection_policy: policy,
            cut_uploads: CutUploadCounter::default(),
            auth_failures,
            empty_template: RequestTemplate::default(),
        })
    }

    /// Reports whether redirects are followed.
    pub(super) fn follows_redirects(&self) -> bool {
        self.max_redirects.is_some()
    }

    /// Each request with the connector for its target.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&PreparedRequest, &PeerConnector)> {
        let targets = self.targets.iter();
        targets.map(|target| (&target.request, &self.origins[target.origin]))
    }

    /// Sends tokens in `Authorization` unless a template uses them elsewhere.
    fn add_token_authorization(
        &mut self,
        compiler: &TemplateCompiler,
        given: bool,
    ) -> Result<(), Error> {
        let Some(bearer) = compiler.bearer_template()? else {
            return Ok(());
        };
        let requests = self
            .targets
            .iter()
            .filter_map(|target| target.template.as_ref());
        let bodies = self.bodies.iter().flat_map(BodyTemplate::templates);
        let cookies = self.cookies.iter().flatten().map(|(_, value)| value);
        let mut templates = requests
            .flat_map(|request| request.templates())
            .chain(bodies)
            .chain(cookies);
        let sent = templates.any(|template| template.variables().any(|name| name == "token"));
        drop(templates);
        if sent {
            return Ok(());
        }
        let mut requests = self.targets.iter().map(|target| &target.request);
        let given = given || requests.any(|request| request.headers().contains_key(AUTHORIZATION));
        if given || self.signer.is_some() {
            let message =
                "tokens cannot be combined with other credentials unless a template has {{token}}";
            return Err(Error::new(ErrorKind::Credentials, message));
        }
        for target in &mut self.targets {
            let template = target.template.get_or_insert_default();
            template.add_authorization(&mut target.request, bearer.clone());
        }
        Ok(())
    }

    fn empty() -> Self {
        Self {
            targets: vec![],
            origins: vec![],
            groups: vec![],
            names: vec![],
            target_picker: None,
            bodies: vec![],
            signer: None,
            cookies: None,
            max_redirects: None,
        }
    }
}

impl RequestOptions {
    /// Assembles the requests to `urls`, with connectors from `connectors`.
    pub(super) fn assemble(
        mut self,
        urls: TargetUrls,
        connectors: &ConnectorFactory,
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
            let message =
                "the header Content-Encoding cannot be combined with compression of the body";
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
        let mut assembled = match (self.targets.take(), urls) {
            (Some(targets), TargetUrls::Targets(urls)) => {
                parts.for_target_list(&targets, urls, connectors, &self)?
            }
            (_, TargetUrls::One(target)) => parts.for_single_target(*target, connectors, self)?,
            (None, TargetUrls::Targets(_)) => return Err(Error::url("missing URL of the target")),
        };
        if let Some(signer) = &signer {
            for target in &assembled.targets {
                let (mut head, body) = (target.request.head.clone(), &target.request.body);
                signer.sign(target.url.scheme(), &mut head, body, SystemTime::UNIX_EPOCH)?;
            }
        }
        assembled.signer = signer;
        if keep_cookies {
            let given = cookies.unwrap_or_default().into_iter();
            let text = given.map(|(name, value)| {
                let template = compiler.template(&format!("`cookie` {name}"), &value, true)?;
                let fixed = || hammer_data::Template::from_literal(value.as_bytes());
                Ok((name, template.unwrap_or_else(fixed)))
            });
            assembled.cookies = Some(text.collect::<Result<_, Error>>()?);
        }
        assembled.max_redirects = redirects;
        assembled.add_token_authorization(compiler, has_authorization)?;
        Ok(assembled)
    }
}

/// The parts that the requests to all targets share.
struct CommonRequestParts<'t> {
    /// Headers that given ones replace.
    defaults: HeaderMap,
    given_headers: Vec<RequestHeader>,
    /// User and password, if they vary from hit to hit.
    basic: Option<hammer_data::Template>,
    compress: Option<ContentCoding>,
    keepalive: bool,
    compiler: &'t TemplateCompiler,
}

impl CommonRequestParts<'_> {
    fn for_single_target(
        self,
        target: TargetUrl,
        connectors: &ConnectorFactory,
        options: RequestOptions,
    ) -> Result<AssembledRequests, Error> {
        let TargetUrl { url, path } = target;
        let has_body = !options.body.given_sources().is_empty();
        let default = if has_body { "POST" } else { "GET" };
        let bodies = options.body.bodies(self.compiler)?;
        let connector = connectors.connector_for(&url.peer())?;
        let line = RequestHeadBuilder {
            method: parse_method(options.method.as_deref().unwrap_or(default))?,
            url: &url,
            proxy_headers: connector.forward_proxy_headers(),
            keepalive: self.keepalive,
        };
        let defaults = self.default_headers(&bodies)?;
        let first = bodies.first.as_fixed().cloned().unwrap_or_default();
        let mut request = line.into_request(defaults, self.given_headers.iter().cloned(), first)?;
        for body in bodies.rotation.iter().filter_map(BodyTemplate::as_fixed) {
            check_body_headers(request.headers(), body)?;
        }
        let dynamic = bodies
            .rotation
            .iter()
            .find(|body| body.as_fixed().is_none());
        let body = dynamic.unwrap_or(&bodies.first).clone();
        let template = self.request_template(&mut request, path, body, &connector)?;
        let mut assembled = AssembledRequests::empty();
        assembled.targets.push(HttpTarget {
            request,
            template,
            url: url.without_credentials()?,
            origin: 0,
            group: 0,
            rules: 0,
        });
        assembled.origins.push(connector);
        assembled.bodies = bodies.rotation;
        Ok(assembled)
    }

    /// The default headers, with those that the kind of body implies.
    fn default_headers(&self, bodies: &RequestBodies) -> Result<HeaderMap, Error> {
        let given = |name| self.given_headers.iter().any(|header| header.name == name);
        if bodies.is_form && given(CONTENT_TYPE) {
            let message =
                "the header Content-Type cannot be combined with a form, which sets its own";
            return Err(Error::new(ErrorKind::Body, message));
        }
        let mut defaults = self.defaults.clone();
        if let Some(content_type) = &bodies.content_type {
            let value = HeaderValue::from_str(content_type).map_err(|cause| {
                Error::new(
                    ErrorKind::Body,
                    "the content type of the body cannot be sent in a header",
                )
                .with_source(cause)
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
        urls: Vec<TargetUrl>,
        connectors: &ConnectorFactory,
        options: &RequestOptions,
    ) -> Result<AssembledRequests, Error> {
        let error = |message: String| Err(Error::new(ErrorKind::Targets, message));
        if let Some(given) = options.body.given_sources().first() {
            return error(format!(
                "a targets file, which has its own bodies, cannot be combined with {given}"
            ));
        }
        if options.method.is_some() {
            return error(
                "a targets file, which has its own methods, cannot be combined with another method"
                    .into(),
            );
        }
        let mut assembled = AssembledRequests::empty();
        let mut known = HashMap::new();
        let mut paths = vec![];
        for (entry, TargetUrl { url, path }) in targets.entries.iter().zip(urls) {
            let in_line = |cause| targets.line_error(entry, cause);
            let key = (url.tls, url.host.to_string(), url.port);
            let origin = match known.get(&key) {
                Some(origin) => *origin,
                None => {
                    assembled.origins.push(
                        connectors
                            .connector_for(&url.peer())
                            .map_err(Error::from)
                            .map_err(in_line)?,
                    );
                    let origin = assembled.origins.len() - 1;
                    known.insert(key, origin);
                    origin
                }
            };
            paths.push(path.as_ref().map(|path| path.source().to_owned()));
            let request = self.assemble_target(entry, &url, path, &assembled.origins[origin]);
            let (request, template) = request.map_err(in_line)?;
            assembled.targets.push(HttpTarget {
                request,
                template,
                url: url.without_credentials().map_err(in_line)?,
                origin,
                group: 0,
                rules: 0,
            });
        }
        assembled.assign_groups(&targets.entries, &paths);
        let names = targets.entries.iter().map(|entry| entry.name.clone());
        assembled.names = names.collect();
        let entries = targets.entries.iter();
        let once = entries.clone().enumerate().filter(|(_, entry)| entry.once);
        let once: Vec<_> = once.map(|(index, _)| index).collect();
        if once.len() == targets.len() {
            return error(
                "every target is marked `once`, so none is left for later hits (try removing a mark)".into(),
            );
        }
        // The weighted order leaves out targets marked `once`, which the picker handles itself.
        let weights = entries.map(|entry| if entry.once { 0 } else { entry.weight });
        assembled.target_picker = Some(TargetPicker {
            once,
            order: WeightedOrder::new(weights, options.target_order),
        });
        Ok(assembled)
    }

    fn assemble_target(
        &self,
        entry: &TargetEntry,
        url: &HttpUrl,
        path: Option<hammer_data::Template>,
        connector: &PeerConnector,
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
        let line = RequestHeadBuilder {
            method: parse_method(&entry.method)?,
            url,
            proxy_headers: connector.forward_proxy_headers(),
            keepalive: self.keepalive,
        };
        let mut request = line.into_request(
            defaults,
            given,
            body.as_fixed().cloned().unwrap_or_default(),
        )?;
        let template = self.request_template(&mut request, path, body, connector)?;
        Ok((request, template))
    }

    /// The parts of the request that vary from hit to hit, if any.
    fn request_template(
        &self,
        request: &mut PreparedRequest,
        path: Option<hammer_data::Template>,
        body: BodyTemplate,
        connector: &PeerConnector,
    ) -> Result<Option<Box<RequestTemplate>>, Error> {
        let placeholder = self.defaults.get(AUTHORIZATION);
        let basic = placeholder.zip(self.basic.as_ref());
        let proxy_headers = connector.forward_proxy_headers();
        let template = self
            .compiler
            .request_template(request, path, body, proxy_headers, basic)?;
        Ok(Some(template)
            .filter(|template| !template.is_empty())
            .map(Box::new))
    }
}

impl AssembledRequests {
    /// Puts targets of the same name into one group. Reports show the names, so secrets are masked in
    /// those that are made of URLs.
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
                format!("{} {}", entry.method, mask_url(&format!("{origin}{path}")))
            });
            let groups = &mut self.groups;
            target.group = *known.entry(name).or_insert_with_key(|name| {
                groups.push(name.clone());
                groups.len() - 1
            });
        }
    }
}
