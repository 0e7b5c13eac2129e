//! The connection of a slot to one origin, opened when it is needed.

use std::time::Duration;

use hammer_core::{Failure, Slot};
use hyper::Response;
use hyper::body::Incoming;

use crate::connection::http1::{BodyStats, Http1Connection};
use crate::connection::http2_client::{Http2Client, Http2SendReply};
use crate::connection::lifetime::{LifetimeLimits, count_closed_by_target};
use crate::connection::pool::{Http2PoolConfig, WorkerPools};
use crate::failures;
use crate::h2::ResponseInterest;
use crate::request::prepared::PreparedRequest;
use hammer_net::PeerConnector;

/// How long connections are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionPolicy {
    /// Longer than for one hit.
    pub(crate) keepalive: bool,
    pub(crate) lifetime_limits: Option<LifetimeLimits>,
    /// How slots share them, where HTTP/2 may be spoken.
    pub(crate) http2_pool: Option<Http2PoolConfig>,
    /// What is looked at of an answer.
    pub(crate) wants: ResponseInterest,
}

/// What comes behind the head of an answer.
pub(crate) enum ResponseBody {
    Http1(Incoming),
    Http2,
}

/// A connection, if one is open, or a part in those that slots share.
#[derive(Default)]
pub(crate) struct OriginConnection {
    /// The number of the origin.
    origin: usize,
    /// Of HTTP/1.1, and this slot's own.
    http1: Option<Box<Http1Connection>>,
    http2: Option<Http2Client>,
    /// Bytes sent and received before the present hit.
    traffic_before: (u64, u64),
}

impl OriginConnection {
    /// A link to the origin of this number, on which nothing is open.
    pub(crate) fn for_origin(origin: usize) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.http1.is_some() || self.http2.as_ref().is_some_and(Http2Client::is_open)
    }

    /// Opens a connection before there is anything to send.
    pub(crate) async fn open(
        &mut self,
        dial: &PeerConnector,
        policy: &ConnectionPolicy,
        slot: &Slot,
    ) -> Result<(), Failure> {
        self.join_pool(dial, policy, slot);
        self.http1 = match &mut self.http2 {
            None => Some(connect(dial, slot).await?),
            Some(many) => Box::pin(many.open(dial, slot)).await?,
        };
        Ok(())
    }

    /// Takes part in the connections of the worker, if they may be shared.
    fn join_pool(&mut self, dial: &PeerConnector, policy: &ConnectionPolicy, slot: &Slot) {
        if let Some(sharing) = policy.http2_pool
            && self.http2.is_none()
            && sharing.applies_to(dial)
        {
            let pool = slot
                .worker_local(WorkerPools::default)
                .pool_for(self.origin, sharing, slot);
            self.http2 = Some(Http2Client::new(pool, policy.keepalive, policy.wants, slot));
        }
    }

    /// Sends what `template` says, and waits for the head of the answer, within `limit` if there is
    /// one.
    ///
    /// A connection that the target closed before a byte was sent is replaced, once.
    pub(crate) async fn send(
        &mut self,
        dial: &PeerConnector,
        policy: &ConnectionPolicy,
        request: &PreparedRequest,
        limit: Option<Duration>,
        slot: &Slot,
    ) -> Result<Response<ResponseBody>, Failure> {
        // Each future that is made costs a hit something, even if it has nothing to do.
        if policy.lifetime_limits.is_some() {
            self.close_if_expired(policy, slot).await;
        }
        if policy.http2_pool.is_some() {
            self.join_pool(dial, policy, slot);
        }
        let mut used = self.http1.is_some();
        loop {
            if self.http1.is_none() {
                let opened = match &mut self.http2 {
                    None => connect(dial, slot).await?,
                    Some(many) => match send_shared(many, dial, request, limit, slot).await? {
                        Http2SendReply::ResponseHead(head) => {
                            return Ok(Response::from_parts(head, ResponseBody::Http2));
                        }
                        Http2SendReply::Http1Required(connection) => connection,
                    },
                };
                self.http1 = Some(opened);
            }
            let Some(connection) = &mut self.http1 else {
                continue;
            };
            self.traffic_before = if used { connection.traffic() } else { (0, 0) };
            let sent = match limit {
                None => connection.send(request).await,
                // On the heap, since few ask for it and all would pay for its place.
                Some(limit) => {
                    let sending = Box::pin(connection.send(request));
                    let sent = tokio::time::timeout(limit, sending).await;
                    sent.map_err(|_| failures::FIRST_BYTE_TIMEOUT)?
                }
            };
            match sent {
                Ok(answer) => {
                    connection.usage.count_hit(slot);
                    return Ok(answer.map(ResponseBody::Http1));
                }
                Err(mut error) => {
                    if !used || error.take_message().is_none() {
                        return Err(count_if_broken(
                            failures::exchange_failure(error.error()),
                            slot,
                        ));
                    }
                    tracing::debug!("the target closed an idle connection");
                    count_closed_by_target(slot);
                    self.http1 = None;
                    used = false;
                }
            }
        }
    }

    /// Reads the body of an answer that came over this link.
    pub(crate) async fn read(
        &mut self,
        rest: ResponseBody,
        slot: &Slot,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<BodyStats, Failure> {
        match (rest, &mut self.http1, &mut self.http2) {
            (ResponseBody::Http1(body), Some(connection), _) => {
                let read = connection.read(body, take).await;
                read.map_err(|failure| count_if_broken(failure, slot))
            }
            (ResponseBody::Http2, _, Some(many)) => many.read(take).await,
            _ => Err(Failure::CLOSED_EARLY),
        }
    }

    /// Bytes sent and received since the last hit began, when its answer is whole. The connection is
    /// kept if it can be, and if it may be.
    pub(crate) async fn finish_hit(
        &mut self,
        policy: &ConnectionPolicy,
        slot: &Slot,
    ) -> (u64, u64) {
        let Some(connection) = &self.http1 else {
            return self.http2.as_mut().map_or((0, 0), Http2Client::finish_hit);
        };
        let (sent, received) = connection.traffic();
        if !policy.keepalive {
            self.http1 = None;
        } else if !connection.is_ready() {
            self.http1 = None;
            count_closed_by_target(slot);
        } else if policy.lifetime_limits.is_some() {
            self.close_if_expired(policy, slot).await;
        }
        (
            sent - self.traffic_before.0,
            received - self.traffic_before.1,
        )
    }

    /// Closes a connection that has done its work; between two hits nothing is lost with it.
    async fn close_if_expired(&mut self, policy: &ConnectionPolicy, slot: &Slot) {
        if let Some(lifetime) = &policy.lifetime_limits
            && let Some(connection) = &self.http1
            && connection.usage.count_if_over(lifetime, slot)
            && let Some(connection) = self.http1.take()
        {
            connection.close().await;
        }
    }

    /// Says goodbye to a connection of its own, and leaves those that are shared to the others.
    pub(crate) async fn close_own(self) {
        if let Some(connection) = self.http1 {
            connection.close().await;
        }
    }

    /// Says goodbye on all connections, at the end of the run.
    pub(crate) async fn close(mut self) {
        let many = self.http2.take();
        self.close_own().await;
        if let Some(many) = many {
            many.close().await;
        }
    }
}

async fn connect(dial: &PeerConnector, slot: &Slot) -> Result<Box<Http1Connection>, Failure> {
    let connection = Http1Connection::handshake(
        dial.open(slot)
            .await
            .map_err(failures::connection_failure)?,
        slot,
    )
    .await?;
    Ok(Box::new(connection))
}

async fn send_shared(
    http2: &mut Http2Client,
    dial: &PeerConnector,
    request: &PreparedRequest,
    limit: Option<Duration>,
    slot: &Slot,
) -> Result<Http2SendReply, Failure> {
    let scheme = if dial.is_tls() { "https" } else { "http" };
    let request = request.to_http2(scheme);
    http2.send(dial, &request, limit, slot).await
}

/// Counts a connection that broke within a hit.
fn count_if_broken(failure: Failure, slot: &Slot) -> Failure {
    if failure == Failure::RESET || failure == Failure::CLOSED_EARLY {
        count_closed_by_target(slot);
    }
    failure
}
