//! The workflow of a hit that does more than send one request and check its status.

mod cookie_header_cache;
pub(crate) mod cookie_jar;
mod hop_response;
mod persistent_slot_state;
mod redirect_origin_cache;
mod request_hop;
mod slot_connections;
mod slot_request_cache;
mod target_picker;
mod worker_request_copies;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use hammer_core::{Failure, Hit, Outcome, Slot};
use http::header::{COOKIE, HeaderValue};
use url::Url;

use self::persistent_slot_state::PersistentSlotState;
use self::redirect_origin_cache::RedirectOriginCache;
use self::request_hop::RequestHop;
use self::slot_connections::SlotConnections;
use self::slot_request_cache::SlotRequestCache;
pub(crate) use self::target_picker::TargetPicker;
use self::worker_request_copies::WorkerRequestCopies;
use crate::auth_failures::AuthFailureTracker;
use crate::connection::origin::{ConnectionPolicy, OriginConnection};
use crate::failures;
use crate::request::prepared::PreparedRequest;
use crate::request::signature::RequestSigner;
use crate::request::template::{BodyTemplate, RenderBuffer, RenderContext, RequestTemplate};
use crate::response::capture::{CaptureSet, CapturedValues};
use crate::response::expectations::ResponseExpectations;
use crate::workflow::cookie_jar::CookieJar;
use crate::{ExchangeRecorder, HttpRequest};
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// The steps of a hit: targets, credentials, redirects, expectations and captures.
pub(crate) struct HitWorkflow {
    /// The targets of first hops; never empty.
    pub(crate) targets: Vec<HttpTarget>,
    /// Picks the target of a hit, if there are several.
    pub(crate) target_picker: Option<TargetPicker>,
    /// Bodies that hits rotate through, in place of their target's.
    pub(crate) bodies: Vec<BodyTemplate>,
    pub(crate) groups: Vec<String>,
    /// Connectors for the origins of the targets.
    pub(crate) origins: Vec<PeerConnector>,
    /// The cookies that each slot starts with, if slots keep cookies.
    pub(crate) initial_cookies: Option<Vec<(String, hammer_data::Template)>>,
    /// The values that slots capture from responses.
    pub(crate) captures: CaptureSet,
    pub(crate) signer: Option<RequestSigner>,
    pub(crate) redirect_policy: Option<RedirectPolicy>,
    pub(crate) expectations: ResponseExpectations,
    /// Maximum size of a body to inspect.
    pub(crate) max_body_bytes: u64,
    /// Time limit for the head of a response.
    pub(crate) first_byte_timeout: Option<Duration>,
    pub(crate) recorder: Option<ExchangeRecorder>,
    pub(crate) connection_policy: ConnectionPolicy,
}

/// A target with its request.
#[derive(Debug)]
pub(crate) struct HttpTarget {
    pub(crate) request: PreparedRequest,
    /// The parts that vary from hit to hit.
    pub(crate) template: Option<Box<RequestTemplate>>,
    pub(crate) url: Url,
    /// Index into [`HitWorkflow::origins`].
    pub(crate) origin: usize,
    /// Index into [`HitWorkflow::groups`].
    pub(crate) group: usize,
}

/// The rules for following redirects.
pub(crate) struct RedirectPolicy {
    /// Maximum number of redirects within one hit.
    pub(crate) max_redirects: u32,
    pub(crate) connectors: ConnectorFactory,
}

/// The state of a slot between hits.
pub(crate) struct HitWorkflowSession {
    connections: SlotConnections,
    slot_state: Rc<RefCell<PersistentSlotState>>,
    request_cache: SlotRequestCache,
    render_buffer: Rc<RefCell<RenderBuffer>>,
    worker_copies: Rc<WorkerRequestCopies>,
    redirect_origins: Rc<RedirectOriginCache>,
}

impl HitWorkflow {
    pub(crate) async fn open(&self, slot: &Slot) -> Result<HitWorkflowSession, Failure> {
        let mut connections = SlotConnections::default();
        let first = self.targets[0].origin;
        if self.connection_policy.keepalive {
            let mut connection = OriginConnection::for_origin(first);
            connection
                .open(&self.origins[first], &self.connection_policy, slot)
                .await?;
            connections.insert(first, connection);
        }
        Ok(HitWorkflowSession {
            connections,
            slot_state: PersistentSlotState::for_slot(slot),
            request_cache: SlotRequestCache::default(),
            render_buffer: slot.worker_local(RefCell::default),
            worker_copies: slot.worker_local(|| WorkerRequestCopies::new(self)),
            redirect_origins: slot
                .worker_local(|| RedirectOriginCache::starting_at(self.origins.len())),
        })
    }

    pub(crate) async fn hit(
        &self,
        state: &mut HitWorkflowSession,
        hit: &Hit,
        request: Option<&HttpRequest>,
        auth_failures: Option<&AuthFailureTracker>,
    ) -> Result<Outcome, Failure> {
        let slot = hit.slot();
        let HitWorkflowSession {
            connections,
            slot_state,
            worker_copies,
            redirect_origins,
            request_cache,
            render_buffer,
        } = state;
        let (target, mut hop) = match request {
            Some(request) => (None, RequestHop::from_request(request, &self.targets[0])),
            None => {
                let slot_state = &mut slot_state.borrow_mut();
                let (target, hop) =
                    self.first_hop(slot_state, worker_copies, request_cache, render_buffer, hit)?;
                (Some(target), hop)
            }
        };
        self.init_cookie_jar(&mut hop, &mut slot_state.borrow_mut(), hit)?;
        let mut captured = CapturedValues::default();
        let (mut sent, mut received, mut redirects) = (0, 0, 0);
        loop {
            self.complete_request(&mut hop, &mut slot_state.borrow_mut(), hit)?;
            let learned = redirect_origins.connector(hop.origin);
            let connector = learned.as_deref().or(self.origins.get(hop.origin));
            let connector = connector.ok_or(failures::MALFORMED_REDIRECT)?;
            let connection = connections.connection_to(hop.origin).await;
            let recorder = self.recorder.as_ref();
            let recorder = recorder.map(|one| (one, one.begin_exchange(&hop.url, &hop.request)));
            let (policy, limit) = (&self.connection_policy, self.first_byte_timeout);
            let sending = connection.send(connector, policy, &hop.request, limit, hit);
            let (head, body) = sending.await?.into_parts();
            if let Some((recorder, index)) = recorder {
                recorder.record_head(index, &head);
            }
            self.store_headers(&head, &hop, slot_state, &mut captured);
            let redirect = self.redirect(&head, &hop, redirects)?;
            let label = if redirect.is_some() {
                redirects += 1;
                let reading = self.read_redirect_body(connection, &head, body, recorder, hit);
                reading.await?;
                None
            } else {
                let reading = self.read_final_response(connection, &head, body, recorder, hit);
                let (label, body) = reading.await?;
                self.store_captures(slot_state, &mut captured, label, body.as_deref(), hit);
                label
            };
            let traffic = connection.finish_hit(policy, slot).await;
            sent += traffic.0;
            received += traffic.1;
            if let Some((policy, redirect)) = redirect {
                hop = hop.redirected(redirect, connector, &policy.connectors, redirect_origins)?;
                continue;
            }
            let status = head.status.as_u16();
            // Only the proxy answers with this status.
            if status == 407 && connector.forward_proxy_headers().is_some() {
                return Err(hammer_net::PROXY_AUTH_REQUIRED);
            }
            if let (Some(auth_failures), Some(_), Some(_)) = (auth_failures, target, &label) {
                hop.count_refused_token(status, auth_failures, hit);
            }
            if let (Some(picker), Some(target), None) = (&self.target_picker, target, &label) {
                picker.mark_once_done(&mut slot_state.borrow_mut(), target);
            }
            let outcome = label.map_or(Outcome::ok(status), Outcome::rejected);
            return Ok(outcome.sent(sent).received(received));
        }
    }

    /// The number of hits that feeders have rows for, if limited.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        let targets = self.targets.iter();
        let requests = targets.filter_map(|target| target.template.as_ref()?.max_hits());
        let bodies = self.bodies.iter().flat_map(BodyTemplate::templates);
        requests
            .chain(bodies.filter_map(hammer_data::Template::max_hits))
            .min()
    }

    /// Fills the cookie jar of a slot at its first hit, for each origin of the targets, and notes the
    /// token of its cookies.
    fn init_cookie_jar(
        &self,
        hop: &mut RequestHop<'_>,
        slot_state: &mut PersistentSlotState,
        hit: &Hit,
    ) -> Result<(), Failure> {
        if let Some(initial_cookies) = &self.initial_cookies {
            if slot_state.cookie_jar.is_none() {
                self.fill_cookie_jar(initial_cookies, slot_state, hit)?;
            }
            hop.token_ordinal = hop.token_ordinal.or(slot_state.cookie_token);
        }
        Ok(())
    }

    fn fill_cookie_jar(
        &self,
        initial_cookies: &[(String, hammer_data::Template)],
        slot_state: &mut PersistentSlotState,
        hit: &Hit,
    ) -> Result<(), Failure> {
        let mut jar = CookieJar::default();
        let slot = hit.slot();
        let context = RenderContext::new(hit, slot.rng(slot.index() as u64), &slot_state.captured);
        let mut context = context.with_recorder(self.recorder.as_ref());
        for (name, value) in initial_cookies {
            let value = context.render_to_string(value)?;
            let mut filled = vec![false; self.origins.len()];
            for target in &self.targets {
                if !std::mem::replace(&mut filled[target.origin], true) {
                    jar.insert(name, &value, &target.url);
                }
            }
        }
        let token = context.token_ordinal();
        (slot_state.cookie_jar, slot_state.cookie_token) = (Some(jar), token);
        Ok(())
    }

    /// Picks the target of a hit and renders its first request.
    fn first_hop<'j>(
        &'j self,
        slot_state: &mut PersistentSlotState,
        worker_copies: &'j WorkerRequestCopies,
        request_cache: &'j mut SlotRequestCache,
        render_buffer: &RefCell<RenderBuffer>,
        hit: &Hit,
    ) -> Result<(usize, RequestHop<'j>), Failure> {
        let mut rng = hit.rng();
        let picker = self.target_picker.as_ref();
        let index = picker.map_or(0, |picker| picker.pick(slot_state, hit, &mut rng));
        let target = &self.targets[index];
        if !self.groups.is_empty() {
            hit.group(target.group);
        }
        let request = worker_copies.requests.get(index).unwrap_or(&target.request);
        let bodies = match &worker_copies.bodies[..] {
            [] => &self.bodies[..],
            copied => copied,
        };
        let turn = hit.number().checked_rem(bodies.len() as u64);
        let body = turn.map(|turn| &bodies[turn as usize]);
        let template = target.template.as_deref();
        if template.is_none() && body.is_none() {
            return Ok((index, RequestHop::first(target, request)));
        }
        let buffer = request_cache.copy_of(index, request);
        let mut context = RenderContext::new(hit, rng, &slot_state.captured)
            .with_recorder(self.recorder.as_ref());
        let empty = RequestTemplate::default();
        let template = template.unwrap_or(&empty);
        template.render(body, &mut context, buffer, &mut render_buffer.borrow_mut())?;
        let mut hop = RequestHop::first(target, &buffer.request);
        hop.token_ordinal = context.token_ordinal();
        hop.rendered = true;
        if template.target.is_some() && self.needs_urls() {
            let uri = &buffer.request.head.uri;
            let url = hop.url.to_mut();
            url.set_path(uri.path());
            url.set_query(uri.query());
        }
        Ok((index, hop))
    }

    /// Reports whether anything depends on the path and query of the request.
    fn needs_urls(&self) -> bool {
        self.initial_cookies.is_some() || self.redirect_policy.is_some() || self.recorder.is_some()
    }

    /// Adds the headers that depend on the time and the slot, a signature and cookies, and ends the
    /// phase `prepare` if the request is made for this hit.
    fn complete_request(
        &self,
        hop: &mut RequestHop<'_>,
        slot_state: &mut PersistentSlotState,
        hit: &Hit,
    ) -> Result<(), Failure> {
        if let Some(signer) = self.signer.as_ref().filter(|_| hop.trusted) {
            let request = hop.request.to_mut();
            let (head, scheme) = (&mut request.head, hop.url.scheme());
            let result = signer.sign(scheme, head, &request.body, SystemTime::now());
            result.map_err(|error| {
                tracing::debug!(%error, "failed to sign a request");
                failures::NOT_SIGNED
            })?;
        }
        if let Some(jar) = &mut slot_state.cookie_jar {
            let cookies = jar.cookie_header(&hop.url);
            match cookies.and_then(|value| HeaderValue::from_bytes(value).ok()) {
                Some(mut cookies) => {
                    cookies.set_sensitive(true);
                    hop.request.to_mut().head.headers.insert(COOKIE, cookies);
                }
                // Cookies of the previous hop.
                None if hop.request.head.headers.contains_key(COOKIE) => {
                    hop.request.to_mut().head.headers.remove(COOKIE);
                }
                None => {}
            }
        }
        if hop.rendered || self.signer.is_some() || self.initial_cookies.is_some() {
            hit.mark("prepare");
        }
        Ok(())
    }
}

impl HitWorkflowSession {
    pub(crate) fn open_connections(&self) -> usize {
        self.connections.open_count()
    }

    pub(crate) async fn close(self) {
        self.connections.close().await;
    }
}
