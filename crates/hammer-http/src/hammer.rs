//! The hammer for HTTP and its sessions.

use std::fmt;

use hammer_core::{
    Description, Failure, Hammer, Hit, MissedHit, Outcome, PrepareError, Slot, WorkerContext,
};
use hammer_net::PeerConnector;

use crate::version::HttpVersion;
use crate::workflow::{HitWorkflow, HitWorkflowSession, UnsentRequest};
use crate::{HttpBuilder, HttpRequest, TargetList};

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
    pub(crate) workflow: HitWorkflow,
}

/// The state that a slot keeps between hits: its connections, and memory for its requests.
pub struct HttpSession(Box<HitWorkflowSession>);

impl Http {
    /// Starts building a hammer for the target at `url`, such as `http://host:port/path?query`.
    pub fn builder(url: &str) -> HttpBuilder {
        HttpBuilder::new(url)
    }

    /// Starts building a hammer for several targets, each with its own URL.
    pub fn builder_for_targets(targets: TargetList) -> HttpBuilder {
        HttpBuilder::for_targets(targets)
    }

    /// Returns the request that a hit would send, with the values of its templates, to show it.
    ///
    /// Signatures, cookies that a target sets, and redirects are missing. A value that the slot has not
    /// captured stays a placeholder such as `{{id}}`.
    ///
    /// # Errors
    ///
    /// If another value is missing, such as a token.
    pub fn unsent_request(&self, hit: &Hit) -> Result<UnsentRequest, Failure> {
        self.workflow.unsent_request(hit)
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
        self.workflow.hit(&mut session.0, hit, Some(request))
    }
}

impl Hammer for Http {
    type Session = HttpSession;

    async fn prepare(&self, _: &WorkerContext) -> Result<(), PrepareError> {
        match &self.workflow.auth_failures {
            Some(auth_failures) => Ok(auth_failures.scope().ready().await?),
            None => Ok(()),
        }
    }

    async fn open(&self, slot: &Slot) -> Result<HttpSession, Failure> {
        let session = Box::pin(self.workflow.open(slot)).await?;
        Ok(HttpSession(Box::new(session)))
    }

    fn hit(
        &self,
        session: &mut HttpSession,
        hit: &mut Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        self.workflow.hit(&mut session.0, hit, None)
    }

    async fn close(&self, session: HttpSession) {
        session.0.close().await;
    }

    fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        self.workflow.group_of(hit)
    }

    fn describe(&self) -> Description {
        let workflow = &self.workflow;
        let pool = workflow.connection_policy.http2_pool;
        // A fixed number of connections to each target carries all hits.
        let pooled = pool.filter(|pool| pool.version == HttpVersion::Http2);
        let connections = pooled.and_then(|pool| pool.connections);
        let max_workers = pool.and_then(|pool| pool.connections);
        let proxies = workflow.origins.iter().filter_map(PeerConnector::proxy);
        Description::new()
            .max_workers(max_workers.unwrap_or(usize::MAX))
            .max_hits(workflow.max_hits())
            .groups(&workflow.groups[..])
            .doubts(self.doubts())
            .connections(connections.map(|number| number as u64))
            .addresses(workflow.origins[0].local_addresses())
            .proxies(proxies.cloned())
    }
}

impl Http {
    /// Doubts about credentials that could not be renewed or were rejected, and about uploads.
    fn doubts(&self) -> Vec<String> {
        let mut doubts = vec![];
        if let Some(auth_failures) = &self.workflow.auth_failures {
            doubts.extend(auth_failures.scope().warnings());
            doubts.extend(auth_failures.warnings());
        }
        doubts.extend(self.workflow.cut_uploads.warning());
        doubts
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("request", &self.workflow.targets[0].request)
            .field("connection_policy", &self.workflow.connection_policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSession")
            .field("open_connections", &self.0.open_connections())
            .finish_non_exhaustive()
    }
}
