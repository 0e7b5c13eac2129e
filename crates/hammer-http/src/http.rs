use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use hammer_core::{
    Failure, Hammer, Hit, Outcome, PrepareError, ResourceNeeds, Slot, WorkerContext,
};

use crate::auth_failures::AuthFailures;
use crate::connection::origin::{ConnectionPolicy, OriginConnection};
use crate::pipeline::{self, Pipeline};
use crate::request::prepared::PreparedRequest;
use crate::request::template::{RenderBuffer, RenderContext, RequestBuffer, RequestTemplate};
use crate::version::HttpVersion;
use crate::{HttpBuilder, HttpRequest, TargetList};
use hammer_net::PeerConnector;

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
    pub(crate) mode: HitMode,
    pub(crate) connection_policy: ConnectionPolicy,
    /// What became of tokens, if there are any.
    pub(crate) auth_failures: Option<AuthFailures>,
}

/// What a hit does.
pub(crate) enum HitMode {
    /// It sends this request there, and looks at the status.
    Simple(Box<SimpleRequest>),
    /// It does more than that.
    Pipeline(Box<Pipeline>),
}

/// One request, and what opens connections for it.
pub(crate) struct SimpleRequest {
    pub(crate) request: PreparedRequest,
    /// What differs from hit to hit.
    pub(crate) template: Option<Box<RequestTemplate>>,
    pub(crate) dial: PeerConnector,
}

/// What a slot keeps between hits: its connections, and its own copy of what it sends.
pub struct HttpSession(HttpSessionState);

enum HttpSessionState {
    Simple(Box<SimpleSession>),
    Pipeline(Box<pipeline::PipelineSession>),
}

/// What a slot needs to send one request again and again.
struct SimpleSession {
    request_buffer: RequestBuffer,
    render_buffer: Rc<RefCell<RenderBuffer>>,
    connection: OriginConnection,
}

impl Http {
    /// Begins a hammer for the target at `url`: `http://host:port/path?query`, or `https`.
    pub fn builder(url: &str) -> HttpBuilder {
        HttpBuilder::new(url)
    }

    /// Begins a hammer for several targets, each with a URL of its own.
    pub fn builder_for_targets(targets: TargetList) -> HttpBuilder {
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
        session: &mut HttpSession,
        hit: Hit,
        request: &HttpRequest,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.send_and_receive(session, hit, Some(request))
    }

    async fn send_and_receive(
        &self,
        session: &mut HttpSession,
        hit: Hit,
        request: Option<&HttpRequest>,
    ) -> Result<Outcome, Failure> {
        let mut token = None;
        let (dial, template, link) = match (&self.mode, &mut session.0) {
            (HitMode::Simple(straight), HttpSessionState::Simple(own)) => {
                if let Some(blanks) = &straight.template
                    && request.is_none()
                {
                    let mut moment = RenderContext::new(&hit, hit.rng(), &[]);
                    let desk = &mut own.render_buffer.borrow_mut();
                    blanks.render(None, &mut moment, &mut own.request_buffer, desk)?;
                    token = moment.token_ordinal();
                }
                (
                    &straight.dial,
                    &own.request_buffer.request,
                    &mut own.connection,
                )
            }
            // On the heap: most hammers have none, and the future of a hit has room for both.
            (HitMode::Pipeline(journey), HttpSessionState::Pipeline(state)) => {
                let refusals = self.auth_failures.as_ref();
                return Box::pin(journey.hit(state, &hit, request, refusals)).await;
            }
            _ => unreachable!("a session is of the hammer that opened it"),
        };
        let template = request.map_or(template, |request| &request.prepared);
        let (slot, keeping) = (hit.slot(), &self.connection_policy);
        let answer = link.send(dial, keeping, template, None, slot).await?;
        hit.mark("first_byte");
        let status = answer.status().as_u16();
        let whole = link.read(answer.into_body(), slot, |_| Ok(())).await?;
        if whole.waited {
            hit.mark("body");
        }
        slot.count("body_bytes", whole.bytes);
        let (sent, received) = link.finish_hit(keeping, slot).await;
        // No target says this of itself.
        if status == 407 && dial.forward_proxy_headers().is_some() {
            return Err(hammer_net::PROXY_AUTH_REQUIRED);
        }
        if status == 401
            && let (Some(refusals), Some(token)) = (&self.auth_failures, token)
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
    type Session = HttpSession;

    async fn prepare(&self, _: &WorkerContext) -> Result<(), PrepareError> {
        match &self.auth_failures {
            Some(refusals) => Ok(refusals.scope().ready().await?),
            None => Ok(()),
        }
    }

    async fn open(&self, slot: Slot) -> Result<HttpSession, Failure> {
        let straight = match &self.mode {
            HitMode::Simple(straight) => straight,
            HitMode::Pipeline(journey) => {
                let state = Box::pin(journey.open(&slot)).await?;
                return Ok(HttpSession(HttpSessionState::Pipeline(Box::new(state))));
            }
        };
        let mut link = OriginConnection::default();
        if self.connection_policy.keepalive {
            link.open(&straight.dial, &self.connection_policy, &slot)
                .await?;
        }
        let mut template = straight.request.deep_copy();
        if straight.template.is_some() {
            template = template.for_single_use();
        }
        Ok(HttpSession(HttpSessionState::Simple(Box::new(
            SimpleSession {
                request_buffer: RequestBuffer::new(template),
                render_buffer: slot.worker_local(RefCell::default),
                connection: link,
            },
        ))))
    }

    fn hit(
        &self,
        session: &mut HttpSession,
        hit: Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.send_and_receive(session, hit, None)
    }

    fn needs(&self, mut needs: ResourceNeeds) -> ResourceNeeds {
        let dial = match &self.mode {
            HitMode::Simple(straight) => &straight.dial,
            HitMode::Pipeline(journey) => &journey.origins[0],
        };
        let connections = match self.connection_policy.http2_pool {
            // Each target has so many, and they carry all hits.
            Some(sharing) if sharing.version == HttpVersion::Http2 => {
                sharing.connections.map_or(needs.ports, |some| some as u64)
            }
            _ => needs.ports,
        };
        let fewer = needs.ports.saturating_sub(connections);
        needs.files -= fewer;
        needs.ports = dial.ports_needed(needs.ports - fewer);
        needs
    }

    async fn close(&self, session: HttpSession) {
        match session.0 {
            HttpSessionState::Simple(own) => own.connection.close().await,
            HttpSessionState::Pipeline(state) => state.close().await,
        }
    }

    fn max_workers(&self) -> usize {
        let connections = self
            .connection_policy
            .http2_pool
            .and_then(|sharing| sharing.connections);
        connections.unwrap_or(usize::MAX)
    }

    fn max_hits(&self) -> Option<u64> {
        let blanks = match &self.mode {
            HitMode::Simple(straight) => straight.template.as_deref(),
            HitMode::Pipeline(journey) => return journey.max_hits(),
        };
        blanks.and_then(RequestTemplate::max_hits)
    }

    fn warnings(&self) -> Vec<String> {
        let Some(refusals) = &self.auth_failures else {
            return vec![];
        };
        let mut doubts = refusals.scope().warnings();
        doubts.extend(refusals.warnings());
        doubts
    }

    fn groups(&self) -> Vec<String> {
        match &self.mode {
            HitMode::Simple(_) => vec![],
            HitMode::Pipeline(journey) => journey.groups.clone(),
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = match &self.mode {
            HitMode::Simple(straight) => &straight.request,
            HitMode::Pipeline(journey) => &journey.targets[0].request,
        };
        f.debug_struct("Http")
            .field("template", template)
            .field("keeping", &self.connection_policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = match &self.0 {
            HttpSessionState::Simple(own) => usize::from(own.connection.is_open()),
            HttpSessionState::Pipeline(state) => state.open_connections(),
        };
        f.debug_struct("HttpSession")
            .field("open", &open)
            .finish_non_exhaustive()
    }
}
