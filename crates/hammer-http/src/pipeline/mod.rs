//! The way of a hit that does more than send one request and look at the status.

mod buffer_cache;
pub(crate) mod cookie_jar;
mod hop;
mod redirect_origins;
mod slot_connections;
mod slot_state;
mod target_picker;
mod worker_copies;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use hammer_core::{Failure, Hit, Label, Outcome, Slot};
use hyper::header::COOKIE;
use hyper::http::response;
use url::Url;

use self::buffer_cache::RequestBufferCache;
use self::hop::Hop;
use self::redirect_origins::RedirectOrigins;
use self::slot_connections::SlotConnections;
use self::slot_state::SlotState;
pub(crate) use self::target_picker::TargetPicker;
use self::worker_copies::WorkerCopies;
use crate::auth_failures::AuthFailures;
use crate::connection::origin::{ConnectionPolicy, OriginConnection, ResponseBody};
use crate::failures;
use crate::pipeline::cookie_jar::CookieJar;
use crate::request::prepared::PreparedRequest;
use crate::request::signature::RequestSigner;
use crate::request::template::{BodyTemplate, RenderBuffer, RenderContext, RequestTemplate};
use crate::response::capture::{CaptureSet, CapturedValues};
use crate::response::decoder::{BodyBudget, BodyDecoder};
use crate::response::expectations::ResponseExpectations;
use crate::response::redirect::RedirectTarget;
use crate::{ExchangeRecorder, HttpRequest};
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// Everything that a hit may have to do.
pub(crate) struct Pipeline {
    /// Where hits begin; never empty.
    pub(crate) targets: Vec<HttpTarget>,
    /// Which hit goes to which of them, if there are several.
    pub(crate) target_picker: Option<TargetPicker>,
    /// Bodies that hits take in turn, in place of their target's.
    pub(crate) bodies: Vec<BodyTemplate>,
    pub(crate) groups: Vec<String>,
    /// What opens the connections to the targets.
    pub(crate) origins: Vec<PeerConnector>,
    /// The cookies that each slot begins with, if slots keep cookies.
    pub(crate) initial_cookies: Option<Vec<(String, hammer_data::Template)>>,
    /// What slots keep of answers.
    pub(crate) captures: CaptureSet,
    pub(crate) signer: Option<RequestSigner>,
    pub(crate) redirect_policy: Option<RedirectPolicy>,
    pub(crate) expectations: ResponseExpectations,
    /// How much of a body is looked into.
    pub(crate) max_body_bytes: u64,
    /// How long a target may take to begin its answer.
    pub(crate) first_byte_timeout: Option<Duration>,
    pub(crate) recorder: Option<ExchangeRecorder>,
    pub(crate) connection_policy: ConnectionPolicy,
}

/// Something to hit.
#[derive(Debug)]
pub(crate) struct HttpTarget {
    pub(crate) request: PreparedRequest,
    /// What differs from hit to hit.
    pub(crate) template: Option<Box<RequestTemplate>>,
    pub(crate) url: Url,
    /// Its place in [`Pipeline::origins`].
    pub(crate) origin: usize,
    /// Its place in [`Pipeline::rows`].
    pub(crate) group: usize,
}

/// How redirects are followed.
pub(crate) struct RedirectPolicy {
    /// How many there may be in one hit.
    pub(crate) max_redirects: u32,
    pub(crate) dialer: ConnectorFactory,
}

/// What a slot keeps between hits.
pub(crate) struct PipelineSession {
    connections: SlotConnections,
    slot_state: Rc<RefCell<SlotState>>,
    buffer_cache: RequestBufferCache,
    render_buffer: Rc<RefCell<RenderBuffer>>,
    worker_copies: Rc<WorkerCopies>,
    redirect_origins: Rc<RedirectOrigins>,
}

impl Pipeline {
    pub(crate) async fn open(&self, slot: &Slot) -> Result<PipelineSession, Failure> {
        let mut links = SlotConnections::default();
        let first = self.targets[0].origin;
        if self.connection_policy.keepalive {
            let mut link = OriginConnection::for_origin(first);
            link.open(&self.origins[first], &self.connection_policy, slot)
                .await?;
            links.insert(first, link);
        }
        Ok(PipelineSession {
            connections: links,
            slot_state: SlotState::for_slot(slot),
            buffer_cache: RequestBufferCache::default(),
            render_buffer: slot.worker_local(RefCell::default),
            worker_copies: slot.worker_local(|| WorkerCopies::new(self)),
            redirect_origins: slot
                .worker_local(|| RedirectOrigins::starting_at(self.origins.len())),
        })
    }

    pub(crate) async fn hit(
        &self,
        state: &mut PipelineSession,
        hit: &Hit,
        request: Option<&HttpRequest>,
        auth_failures: Option<&AuthFailures>,
    ) -> Result<Outcome, Failure> {
        let slot = hit.slot();
        let PipelineSession {
            connections: links,
            slot_state: memory,
            worker_copies: copies,
            redirect_origins: strangers,
            buffer_cache: sheets,
            render_buffer: desk,
        } = state;
        let (target, mut leg) = match request {
            Some(request) => (None, Hop::from_request(request, &self.targets[0])),
            None => {
                let (memory, desk) = (&mut memory.borrow_mut(), &mut desk.borrow_mut());
                let (target, leg) = self.first_hop(memory, copies, sheets, desk, hit)?;
                (Some(target), leg)
            }
        };
        if let Some(given) = &self.initial_cookies {
            let memory = &mut memory.borrow_mut();
            self.init_cookie_jar(given, memory, hit)?;
            leg.token_ordinal = leg.token_ordinal.or(memory.cookie_token);
        }
        let mut found = CapturedValues::default();
        let (mut sent, mut received) = (0, 0);
        let mut followed = 0;
        loop {
            self.sign_and_add_cookies(&mut leg, &memory.borrow())?;
            let known = strangers.dial(leg.origin);
            let dial = known.as_deref().or(self.origins.get(leg.origin));
            let dial = dial.ok_or(failures::MALFORMED_REDIRECT)?;
            let link = links.connection_to(leg.origin).await;
            let tape = self
                .recorder
                .as_ref()
                .map(|tape| (tape, tape.begin_exchange(&leg.url, &leg.request)));
            let template = &*leg.request;
            let sending = link.send(
                dial,
                &self.connection_policy,
                template,
                self.first_byte_timeout,
                slot,
            );
            let answer = sending.await?;
            let (head, body) = answer.into_parts();
            if let Some((tape, at)) = tape {
                tape.record_head(at, &head);
            }
            if let Some(jar) = &mut memory.borrow_mut().cookie_jar {
                jar.store_response(&head.headers, &leg.url);
            }
            if !self.captures.is_empty() {
                self.captures.capture_headers(&head.headers, &mut found);
            }
            let redirect = match &self.redirect_policy {
                Some(_) => {
                    let method = &leg.request.head.method;
                    RedirectTarget::from_response(head.status, &head.headers, &leg.url, method)?
                }
                None => None,
            };
            let label = match (&self.redirect_policy, redirect) {
                (Some(follow), Some(redirect)) => {
                    if followed == follow.max_redirects {
                        return Err(failures::TOO_MANY_REDIRECTS);
                    }
                    self.read_redirect_body(link, &head, body, tape, hit)
                        .await?;
                    followed += 1;
                    slot.count("redirects", 1);
                    hit.mark("redirect");
                    leg = leg.redirected(redirect, dial, &follow.dialer, strangers)?;
                    None
                }
                _ => {
                    let arriving = self.read_final_response(link, &head, body, tape, hit);
                    let (label, body) = arriving.await?;
                    if label.is_none() {
                        let found = std::mem::take(&mut found);
                        self.store_captures(&mut memory.borrow_mut(), found, &body, slot);
                    }
                    Some(label)
                }
            };
            let traffic = link.finish_hit(&self.connection_policy, slot).await;
            sent += traffic.0;
            received += traffic.1;
            if let Some(label) = label {
                let status = head.status.as_u16();
                // No target says this of itself.
                if status == 407 && dial.forward_proxy_headers().is_some() {
                    return Err(hammer_net::PROXY_AUTH_REQUIRED);
                }
                if let (Some(refusals), Some(token), 401) =
                    (auth_failures, leg.token_ordinal, status)
                    && target.is_some()
                    && label.is_some()
                    && leg.trusted
                {
                    refusals.count(hit, token);
                }
                if let (Some(course), Some(target), None) = (&self.target_picker, target, &label) {
                    course.mark_once_done(&mut memory.borrow_mut(), target);
                }
                let outcome = label.map_or(Outcome::ok(status), Outcome::rejected);
                return Ok(outcome.sent(sent).received(received));
            }
        }
    }

    /// How many hits there are rows for, if they come to an end.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        let targets = self.targets.iter();
        let blanks = targets.filter_map(|target| target.template.as_ref()?.max_hits());
        let bodies = self.bodies.iter().flat_map(BodyTemplate::templates);
        blanks
            .chain(bodies.filter_map(hammer_data::Template::max_hits))
            .min()
    }

    /// Gives a slot, with its first hit, the cookies that it begins with, for each origin of the targets.
    fn init_cookie_jar(
        &self,
        given: &[(String, hammer_data::Template)],
        slot_state: &mut SlotState,
        hit: &Hit,
    ) -> Result<(), Failure> {
        if slot_state.cookie_jar.is_some() {
            return Ok(());
        }
        let mut jar = CookieJar::default();
        let slot = hit.slot();
        let moment = RenderContext::new(hit, slot.rng(slot.index() as u64), &slot_state.captured);
        let mut moment = moment.with_recorder(self.recorder.as_ref());
        for (name, value) in given {
            let value = moment.render_to_string(value)?;
            let mut filled = vec![false; self.origins.len()];
            for target in &self.targets {
                if !std::mem::replace(&mut filled[target.origin], true) {
                    jar.insert(name, &value, &target.url);
                }
            }
        }
        let token = moment.token_ordinal();
        (slot_state.cookie_jar, slot_state.cookie_token) = (Some(jar), token);
        Ok(())
    }

    /// What a hit sends at first, and to which target.
    fn first_hop<'j>(
        &'j self,
        slot_state: &mut SlotState,
        copies: &'j WorkerCopies,
        buffer_cache: &'j mut RequestBufferCache,
        render_buffer: &mut RenderBuffer,
        hit: &Hit,
    ) -> Result<(usize, Hop<'j>), Failure> {
        let mut rng = hit.rng();
        let course = self.target_picker.as_ref();
        let index = course.map_or(0, |course| course.pick(slot_state, hit, &mut rng));
        let target = &self.targets[index];
        if !self.groups.is_empty() {
            hit.group(target.group);
        }
        let template = copies.requests.get(index).unwrap_or(&target.request);
        let bodies = match &copies.bodies[..] {
            [] => &self.bodies[..],
            copied => copied,
        };
        let turn = hit.number().checked_rem(bodies.len() as u64);
        let body = turn.map(|turn| &bodies[turn as usize]);
        let blanks = target.template.as_deref();
        if blanks.is_none() && body.is_none() {
            return Ok((index, Hop::first(target, template)));
        }
        let sheet = buffer_cache.buffer_for(index, template);
        let mut moment = RenderContext::new(hit, rng, &slot_state.captured)
            .with_recorder(self.recorder.as_ref());
        let none = RequestTemplate::default();
        let blanks = blanks.unwrap_or(&none);
        blanks.render(body, &mut moment, sheet, render_buffer)?;
        let mut leg = Hop::first(target, &sheet.request);
        leg.token_ordinal = moment.token_ordinal();
        if blanks.target.is_some() && self.needs_urls() {
            let uri = &sheet.request.head.uri;
            let url = leg.url.to_mut();
            url.set_path(uri.path());
            url.set_query(uri.query());
        }
        Ok((index, leg))
    }

    /// Whether anything depends on path and query of what is sent.
    fn needs_urls(&self) -> bool {
        self.initial_cookies.is_some() || self.redirect_policy.is_some() || self.recorder.is_some()
    }

    /// Keeps what the answers of a hit had, of which the last was as expected, and counts what none had.
    fn store_captures(
        &self,
        slot_state: &mut SlotState,
        mut found: CapturedValues,
        body: &[u8],
        slot: &Slot,
    ) {
        if self.captures.is_empty() {
            return;
        }
        self.captures.capture_body(body, &mut found);
        match self.captures.store(found, &mut slot_state.captured) {
            0 => {}
            missed => slot.count("capture_missed", missed),
        }
    }

    /// Adds what belongs to the moment: a signature, and the cookies of the slot.
    fn sign_and_add_cookies(
        &self,
        hop: &mut Hop<'_>,
        slot_state: &SlotState,
    ) -> Result<(), Failure> {
        if let Some(signer) = self.signer.as_ref().filter(|_| hop.trusted) {
            let template = hop.request.to_mut();
            let (head, scheme) = (&mut template.head, hop.url.scheme());
            let signing = signer.sign(scheme, head, &template.body, SystemTime::now());
            signing.map_err(|error| {
                tracing::debug!(%error, "no signature");
                failures::NOT_SIGNED
            })?;
        }
        if let Some(jar) = &slot_state.cookie_jar {
            match jar.cookie_header(&hop.url) {
                Some(cookies) => {
                    hop.request.to_mut().head.headers.insert(COOKIE, cookies);
                }
                // Those of the leg before.
                None if hop.request.head.headers.contains_key(COOKIE) => {
                    hop.request.to_mut().head.headers.remove(COOKIE);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Reads the answer of a redirect, which nobody looks into.
    async fn read_redirect_body(
        &self,
        connection: &mut OriginConnection,
        head: &response::Parts,
        body: ResponseBody,
        recorder: Option<(&ExchangeRecorder, usize)>,
        hit: &Hit,
    ) -> Result<(), Failure> {
        let read = connection.read(body, hit.slot(), |piece| {
            if let Some((tape, at)) = recorder {
                tape.record_chunk(at, piece);
            }
            Ok(())
        });
        let whole = read.await?;
        if let Some((tape, at)) = recorder {
            tape.finish_body(at, &head.headers);
        }
        hit.slot().count("body_bytes", whole.bytes);
        Ok(())
    }

    /// Reads the last answer; the label if it is not as expected, and the body if it is looked into.
    async fn read_final_response(
        &self,
        connection: &mut OriginConnection,
        head: &response::Parts,
        body: ResponseBody,
        recorder: Option<(&ExchangeRecorder, usize)>,
        hit: &Hit,
    ) -> Result<(Option<Label>, Vec<u8>), Failure> {
        hit.mark("first_byte");
        let status = head.status.as_u16();
        let missed = if self.expectations.accepts_status(status) {
            self.expectations
                .header_mismatch(&head.headers)
                .map(Label::from)
        } else {
            Some(status.into())
        };
        let looks = self.expectations.needs_body() || self.captures.needs_body();
        let mut decoder = if missed.is_none() && looks {
            let budget = hit.slot().worker_local(BodyBudget::default);
            Some(BodyDecoder::new(
                &head.headers,
                self.max_body_bytes,
                budget,
            )?)
        } else {
            None
        };
        let read = connection.read(body, hit.slot(), |piece| {
            if let Some((tape, at)) = recorder {
                tape.record_chunk(at, piece);
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
        if let Some((tape, at)) = recorder {
            tape.finish_body(at, &head.headers);
        }
        hit.slot().count("body_bytes", whole.bytes);
        let Some(decoder) = decoder else {
            return Ok((missed, vec![]));
        };
        let decoded = decoder.finish()?;
        if decoded.coded {
            hit.slot()
                .count("decoded_bytes", decoded.bytes.len() as u64);
        }
        let misses = || {
            self.expectations
                .body_mismatch(&decoded.bytes)
                .map(Label::from)
        };
        let missed = missed.or_else(misses);
        Ok((missed, decoded.bytes))
    }
}

impl PipelineSession {
    pub(crate) fn open_connections(&self) -> usize {
        self.connections.open_count()
    }

    pub(crate) async fn close(self) {
        self.connections.close().await;
    }
}
