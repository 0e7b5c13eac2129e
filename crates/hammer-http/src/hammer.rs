//! The hammer for HTTP and its sessions.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use hammer_core::{Description, Failure, Hammer, Hit, Outcome, PrepareError, Slot, WorkerContext};

use crate::auth_failures::AuthFailureTracker;
use crate::connection::origin::{ConnectionPolicy, OriginConnection};
use crate::request::prepared::PreparedRequest;
use crate::request::template::{RenderBuffer, RenderContext, RequestTemplate, SlotRequestCopy};
use crate::version::HttpVersion;
use crate::workflow::{self, HitWorkflow};
use crate::{HttpBuilder, HttpRequest, TargetList};
use hammer_net::PeerConnector;

/// Sends an HTTP request with every hit, over HTTP/1.1 or HTTP/2.
///
/// The bytes of an outcome are those that the socket carried during the hit: heads, bodies and the
/// overhead of TLS. Over HTTP/2, hits share a socket: an outcome counts the bytes since the previous
/// response on the connection, so that their sum is exact.
///
/// # Cancel safety
///
/// Dropping a hit closes its connection, or its stream over HTTP/2. State that sessions share stays
/// consistent.
pub struct Http {
    pub(crate) mode: HitMode,
    pub(crate) connection_policy: ConnectionPolicy,
    /// Tracks refused tokens, if hits carry tokens.
    pub(crate) auth_failures: Option<AuthFailureTracker>,
}

/// The work of a hit: a single request, or a workflow.
pub(crate) enum HitMode {
    /// Sends one request to one target and checks its status.
    SingleRequest(Box<SingleRequestHit>),
    /// Uses several targets or bodies, signatures, cookies, redirects, expectations or captures.
    Workflow(Box<HitWorkflow>),
}

/// A request and the connector for its target.
pub(crate) struct SingleRequestHit {
    pub(crate) request: PreparedRequest,
    /// The parts that vary from hit to hit.
    pub(crate) template: Option<Box<RequestTemplate>>,
    pub(crate) connector: PeerConnector,
}

/// The state that a slot keeps between hits: its connections and its copy of the request.
pub struct HttpSession(HitModeSession);

enum HitModeSession {
    SingleRequest(Box<SingleRequestSession>),
    Workflow(Box<workflow::HitWorkflowSession>),
}

/// The state of a slot that sends a single request repeatedly.
struct SingleRequestSession {
    request_copy: SlotRequestCopy,
    render_buffer: Rc<RefCell<RenderBuffer>>,
    connection: OriginConnection,
}

impl Http {
    /// Starts building a hammer for the target at `url`, such as `http://host:port/path?query`.
    pub fn builder(url: &str) -> HttpBuilder {
        HttpBuilder::new(url)
    }

    /// Starts building a hammer for several targets, each with its own URL.
    pub fn builder_for_targets(targets: TargetList) -> HttpBuilder {
        HttpBuilder::for_targets(targets)
    }

    /// Sends `request` with a hit, in place of the hammer's own request.
    ///
    /// The request must come from this hammer's [`request_factory`](Self::request_factory).
    ///
    /// # Errors
    ///
    /// The failures of this hammer's hits.
    pub fn send(
        &self,
        session: &mut HttpSession,
        hit: &Hit,
        request: &HttpRequest,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.send_and_receive(session, hit, Some(request))
    }

    async fn send_and_receive(
        &self,
        session: &mut HttpSession,
        hit: &Hit,
        request: Option<&HttpRequest>,
    ) -> Result<Outcome, Failure> {
        let mut token = None;
        let (connector, own_request, connection) = match (&self.mode, &mut session.0) {
            (HitMode::SingleRequest(single), HitModeSession::SingleRequest(state)) => {
                if let Some(template) = &single.template
                    && request.is_none()
                {
                    let mut context = RenderContext::new(hit, hit.rng(), &[]);
                    let render_buffer = &mut state.render_buffer.borrow_mut();
                    template.render(None, &mut context, &mut state.request_copy, render_buffer)?;
                    token = context.token_ordinal();
                    hit.mark("prepare");
                }
                (
                    &single.connector,
                    &state.request_copy.request,
                    &mut state.connection,
                )
            }
            // Boxed, because otherwise the future of a single request would be as large as that of
            // a workflow.
            (HitMode::Workflow(workflow), HitModeSession::Workflow(state)) => {
                let auth_failures = self.auth_failures.as_ref();
                return Box::pin(workflow.hit(state, hit, request, auth_failures)).await;
            }
            _ => unreachable!("a session belongs to the hammer that opened it"),
        };
        let request = request.map_or(own_request, |request| &request.prepared);
        let (slot, policy) = (hit.slot(), &self.connection_policy);
        let response = connection
            .send(connector, policy, request, None, hit)
            .await?;
        hit.mark("first_byte");
        let status = response.status().as_u16();
        let body = connection
            .read(response.into_body(), slot, |_| Ok(()))
            .await?;
        if body.waited {
            hit.mark("body");
        }
        slot.count("body_bytes", body.bytes);
        let (sent, received) = connection.finish_hit(policy, slot).await;
        // Only the proxy answers with this status.
        if status == 407 && connector.forward_proxy_headers().is_some() {
            return Err(hammer_net::PROXY_AUTH_REQUIRED);
        }
        if status == 401
            && let (Some(auth_failures), Some(token)) = (&self.auth_failures, token)
        {
            auth_failures.count(hit, token);
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
            Some(auth_failures) => Ok(auth_failures.scope().ready().await?),
            None => Ok(()),
        }
    }

    async fn open(&self, slot: &Slot) -> Result<HttpSession, Failure> {
        let single = match &self.mode {
            HitMode::SingleRequest(single) => single,
            HitMode::Workflow(workflow) => {
                let state = Box::pin(workflow.open(slot)).await?;
                return Ok(HttpSession(HitModeSession::Workflow(Box::new(state))));
            }
        };
        let mut connection = OriginConnection::default();
        if self.connection_policy.keepalive {
            connection
                .open(&single.connector, &self.connection_policy, slot)
                .await?;
        }
        let mut request = single.request.deep_copy();
        if single.template.is_some() {
            request = request.for_single_use();
        }
        Ok(HttpSession(HitModeSession::SingleRequest(Box::new(
            SingleRequestSession {
                request_copy: SlotRequestCopy::new(request),
                render_buffer: slot.worker_local(RefCell::default),
                connection,
            },
        ))))
    }

    fn hit(
        &self,
        session: &mut HttpSession,
        hit: &mut Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.send_and_receive(session, hit, None)
    }

    async fn close(&self, session: HttpSession) {
        match session.0 {
            HitModeSession::SingleRequest(state) => state.connection.close().await,
            HitModeSession::Workflow(state) => state.close().await,
        }
    }

    fn describe(&self) -> Description {
        let (connector, max_hits, groups) = match &self.mode {
            HitMode::SingleRequest(single) => {
                let template = single.template.as_deref();
                let max_hits = template.and_then(RequestTemplate::max_hits);
                (&single.connector, max_hits, &[][..])
            }
            HitMode::Workflow(workflow) => (
                &workflow.origins[0],
                workflow.max_hits(),
                &workflow.groups[..],
            ),
        };
        let pool = self.connection_policy.http2_pool;
        // A fixed number of connections to each target carries all hits.
        let pooled = pool.filter(|pool| pool.version == HttpVersion::Http2);
        let connections = pooled.and_then(|pool| pool.connections);
        let max_workers = pool.and_then(|pool| pool.connections);
        Description::new()
            .max_workers(max_workers.unwrap_or(usize::MAX))
            .max_hits(max_hits)
            .groups(groups)
            .doubts(self.doubts())
            .connections(connections.map(|number| number as u64))
            .addresses(connector.local_addresses())
    }
}

impl Http {
    /// Doubts about credentials: those that could not be renewed, and those that were rejected.
    fn doubts(&self) -> Vec<String> {
        let Some(auth_failures) = &self.auth_failures else {
            return vec![];
        };
        let mut doubts = auth_failures.scope().warnings();
        doubts.extend(auth_failures.warnings());
        doubts
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = match &self.mode {
            HitMode::SingleRequest(single) => &single.request,
            HitMode::Workflow(workflow) => &workflow.targets[0].request,
        };
        f.debug_struct("Http")
            .field("request", request)
            .field("connection_policy", &self.connection_policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open_connections = match &self.0 {
            HitModeSession::SingleRequest(state) => usize::from(state.connection.is_open()),
            HitModeSession::Workflow(state) => state.open_connections(),
        };
        f.debug_struct("HttpSession")
            .field("open_connections", &open_connections)
            .finish_non_exhaustive()
    }
}
