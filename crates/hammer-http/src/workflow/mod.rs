//! The workflow of a hit: prepares a request, sends it, inspects the response, and follows redirects.

pub(crate) mod auth_failures;
mod cookie_header_cache;
pub(crate) mod cookie_jar;
pub(crate) mod cut_uploads;
mod inspector;
mod persistent_slot_state;
mod redirect_origin_cache;
mod repeated_cookies;
mod request_hop;
mod slot_connections;
mod target_picker;
mod unsent_request;
mod worker_request_copies;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

use hammer_core::{Failure, Hit, MissedHit, Outcome, Slot};
use url::Url;

use self::inspector::{HitProgress, ResponseFindings, ResponseInspector};
use self::persistent_slot_state::PersistentSlotState;
use self::redirect_origin_cache::RedirectOriginCache;
use self::request_hop::RequestHop;
use self::slot_connections::SlotConnections;
pub(crate) use self::target_picker::TargetPicker;
pub use self::unsent_request::UnsentRequest;
use self::worker_request_copies::WorkerRequestCopies;
use crate::connection::origin::{ConnectionPolicy, OriginConnection};
use crate::failures;
use crate::request::hit_request::{HitRequest, RequestBuffer};
use crate::request::prepared::PreparedRequest;
use crate::request::signature::RequestSigner;
use crate::request::template::{BodyTemplate, RenderContext, RequestTemplate};
use crate::response::rules::TargetRules;
use crate::workflow::auth_failures::AuthFailureTracker;
use crate::workflow::cookie_jar::CookieJar;
use crate::workflow::cut_uploads::CutUploadCounter;
use crate::{ExchangeRecorder, HttpRequest};
use hammer_net::ConnectorFactory;
use hammer_net::PeerConnector;

/// The steps of a hit; a plain one uses none of the options.
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
    pub(crate) signer: Option<RequestSigner>,
    pub(crate) redirect_policy: Option<RedirectPolicy>,
    /// The rules for responses: the common ones, then those of targets with rules of their own.
    pub(crate) rules: Vec<TargetRules>,
    /// The names of captured values, in the order of the captures.
    pub(crate) variables: Vec<String>,
    /// Maximum size of a body to inspect.
    pub(crate) max_body_bytes: u64,
    pub(crate) recorder: Option<ExchangeRecorder>,
    pub(crate) connection_policy: ConnectionPolicy,
    /// Counts hits that were answered before their body was sent.
    pub(crate) cut_uploads: CutUploadCounter,
    /// Tracks refused tokens, if hits carry tokens.
    pub(crate) auth_failures: Option<AuthFailureTracker>,
    /// The template of requests that vary in their bodies alone.
    pub(crate) empty_template: RequestTemplate,
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
    /// Index into [`HitWorkflow::rules`].
    pub(crate) rules: usize,
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
    buffer: RequestBuffer,
    worker_copies: Rc<WorkerRequestCopies>,
    redirect_origins: Rc<RedirectOriginCache>,
}

impl HitWorkflow {
    pub(crate) async fn open(&self, slot: &Slot) -> Result<HitWorkflowSession, Failure> {
        let mut connections = SlotConnections::default();
        let first = self.targets[0].origin;
        // With several origins, a dead one must not fail the hits to others: the hit knows its own.
        if self.connection_policy.keepalive && self.origins.len() == 1 {
            let mut connection = OriginConnection::for_origin(first);
            connection
                .open(&self.origins[first], &self.connection_policy, slot)
                .await?;
            connections.insert(first, connection);
        }
        Ok(HitWorkflowSession {
            connections,
            slot_state: PersistentSlotState::for_slot(slot),
            buffer: RequestBuffer::default(),
            worker_copies: slot.worker_local(|| WorkerRequestCopies::new(self)),
            redirect_origins: slot
                .worker_local(|| RedirectOriginCache::starting_at(self.origins.len())),
        })
    }

    /// Sends the request of a hit, and those of its redirects, and judges the last response.
    pub(crate) async fn hit(
        &self,
        state: &mut HitWorkflowSession,
        hit: &Hit,
        request: Option<&HttpRequest>,
    ) -> Result<Outcome, Failure> {
        let HitWorkflowSession {
            connections,
            slot_state,
            buffer,
            worker_copies,
            redirect_origins,
        } = state;
        let slot_state = &**slot_state;
        let (target, mut hop) = match request {
            Some(request) => {
                let (target, origins) = (&self.targets[0], &self.origins);
                let hop = RequestHop::from_request(request, target, origins, buffer);
                (None, hop)
            }
            None => {
                let (target, hop) = self.first_hop(slot_state, worker_copies, buffer, hit)?;
                (Some(target), hop)
            }
        };
        let rules = &self.rules[target.map_or(0, |target| self.targets[target].rules)];
        let mut progress = HitProgress::default();
        let (mut sent, mut received) = (0, 0);
        loop {
            self.complete_request(&mut hop, slot_state, hit)?;
            let connector = &*hop.origin.connector;
            let connection = connections.connection_to(hop.origin.number);
            let request = (&*hop.url, &hop.request);
            let mut inspector = self.inspector(request, rules, slot_state, &mut progress, hit);
            let policy = &self.connection_policy;
            let exchange =
                connection.exchange(connector, policy, &mut hop.request, &mut inspector, hit);
            let exchange = exchange.await?;
            sent += exchange.sent;
            received += exchange.received;
            hit.slot().count("body_bytes", exchange.body_bytes);
            if exchange.upload_cut_short {
                self.cut_uploads.count(hit);
            }
            if let Some(recording) = &inspector.recording {
                recording.finish_body();
            }
            if let (Some(redirect), Some(policy)) =
                (inspector.findings.redirect.take(), &self.redirect_policy)
            {
                hit.slot().count("redirects", 1);
                hit.mark("redirect");
                hop = hop.redirected(*redirect, &policy.connectors, redirect_origins)?;
                progress.redirects += 1;
                continue;
            }
            if exchange.waited_for_body {
                hit.mark("body");
            }
            let status = inspector.findings.status;
            let label = inspector.finish().await?;
            if let Some(failure) = connector.forward_proxy_failure(status) {
                return Err(failure);
            }
            match label {
                None => self.complete_target(target, slot_state),
                Some(_) => self.count_refused_token(&hop, status, hit),
            }
            let outcome = label.map_or(Outcome::ok(status), Outcome::rejected);
            return Ok(outcome.sent(sent).received(received));
        }
    }

    fn inspector<'w>(
        &'w self,
        (url, request): (&'w Url, &HitRequest<'_>),
        rules: &'w TargetRules,
        slot_state: &'w RefCell<PersistentSlotState>,
        progress: &'w mut HitProgress,
        hit: &'w Hit,
    ) -> ResponseInspector<'w> {
        let follows = self.redirect_policy.is_some();
        let recorder = self.recorder.as_ref();
        ResponseInspector {
            workflow: self,
            rules,
            hit,
            url,
            method: follows.then(|| request.base().head.method.clone()),
            slot_state,
            progress,
            recording: recorder
                .map(|recorder| recorder.begin_exchange(url, &request.to_complete())),
            findings: ResponseFindings::default(),
        }
    }

    /// Records that the slot has completed a target that it hits once.
    fn complete_target(&self, target: Option<usize>, slot_state: &RefCell<PersistentSlotState>) {
        if let (Some(picker), Some(target)) = (&self.target_picker, target) {
            picker.mark_once_done(&mut slot_state.borrow_mut(), target);
        }
    }

    /// Counts a response that refuses the token of the hit, unless the hop may have lost the token.
    fn count_refused_token(&self, hop: &RequestHop<'_>, status: u16, hit: &Hit) {
        if let (401, true, Some(auth_failures), Some(token)) =
            (status, hop.trusted, &self.auth_failures, hop.token_ordinal)
        {
            auth_failures.count(hit, token);
        }
    }

    /// The group of a hit that failed before it had a target, or was never sent.
    pub(crate) fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        let target = match &self.target_picker {
            None => 0,
            Some(picker) => picker.target_of(hit)?,
        };
        Some(self.targets[target].group)
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
    fn first_hop<'w>(
        &'w self,
        slot_state: &RefCell<PersistentSlotState>,
        worker_copies: &'w WorkerRequestCopies,
        buffer: &'w mut RequestBuffer,
        hit: &Hit,
    ) -> Result<(usize, RequestHop<'w>), Failure> {
        // A target and the values of its request are drawn from one sequence.
        let mut rng = None;
        let index = match &self.target_picker {
            None => 0,
            Some(picker) => {
                let rng = rng.insert(hit.rng());
                picker.pick(&mut slot_state.borrow_mut(), hit, rng)
            }
        };
        let target = &self.targets[index];
        if !self.groups.is_empty() {
            hit.group(target.group);
        }
        let request = worker_copies.requests.get(index).unwrap_or(&target.request);
        let body = self.rotated_body(worker_copies, hit);
        if target.template.is_none() && body.is_none() {
            let request = HitRequest::new(request, None, buffer);
            return Ok((index, RequestHop::first(target, &self.origins, request)));
        }
        let template = target.template.as_deref().unwrap_or(&self.empty_template);
        let slot_state = &slot_state.borrow();
        let rng = rng.unwrap_or_else(|| hit.rng());
        let mut context = RenderContext::new(hit, rng, &slot_state.captured)
            .with_recorder(self.recorder.as_ref());
        template.render(body, &mut context, &mut buffer.rendered)?;
        let request = HitRequest::new(request, Some(template), buffer);
        let mut hop = RequestHop::first(target, &self.origins, request);
        hop.token_ordinal = context.token_ordinal();
        hop.rendered = true;
        if template.target.is_some() && self.needs_urls() {
            hop.set_url_path();
        }
        Ok((index, hop))
    }

    /// The body of a hit, if hits rotate through several.
    fn rotated_body<'w>(
        &'w self,
        worker_copies: &'w WorkerRequestCopies,
        hit: &Hit,
    ) -> Option<&'w BodyTemplate> {
        let bodies = match &worker_copies.bodies[..] {
            [] => &self.bodies[..],
            copied => copied,
        };
        let turn = hit.number().checked_rem(bodies.len() as u64)?;
        Some(&bodies[turn as usize])
    }

    /// Reports whether anything depends on the path and query of the request.
    pub(crate) fn needs_urls(&self) -> bool {
        self.initial_cookies.is_some() || self.redirect_policy.is_some() || self.recorder.is_some()
    }

    /// Adds a signature and cookies, and ends the phase `prepare` if the request is made for this hit.
    fn complete_request(
        &self,
        hop: &mut RequestHop<'_>,
        slot_state: &RefCell<PersistentSlotState>,
        hit: &Hit,
    ) -> Result<(), Failure> {
        if let Some(signer) = self.signer.as_ref().filter(|_| hop.trusted) {
            let scheme = hop.url.scheme();
            let request = hop.request.to_mut();
            let (head, body) = (&mut request.head, &request.body);
            let result = signer.sign(scheme, head, body, SystemTime::now());
            result.map_err(|error| {
                tracing::debug!(%error, "failed to sign a request");
                failures::NOT_SIGNED
            })?;
        }
        if self.initial_cookies.is_some() {
            let slot_state = &mut slot_state.borrow_mut();
            self.init_cookie_jar(hop, slot_state, hit)?;
            if let Some(jar) = &mut slot_state.cookie_jar {
                let cookies = jar.cookie_header(&hop.url);
                hop.request.set_cookies(cookies.unwrap_or_default());
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
