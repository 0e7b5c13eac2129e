//! A slot's connection to one origin, opened on demand.

use std::time::Duration;

use hammer_core::{Failure, Hit, Slot};
use http::Response;
use hyper::body::Incoming;

use crate::connection::http1::{BodyReadStats, Http1Connection};
use crate::connection::http2::{Http2Client, Http2PoolConfig, Http2SendResult, WorkerPools};
use crate::connection::lifetime::{LifetimeLimits, count_closed_by_target};
use crate::failures;
use crate::request::prepared::PreparedRequest;
use hammer_net::PeerConnector;
use hammer_wire::http2::ResponseInterest;

/// The rules for keeping and sharing connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionPolicy {
    /// True if connections are kept for more than one hit.
    pub(crate) keepalive: bool,
    pub(crate) lifetime_limits: Option<LifetimeLimits>,
    /// The pools of shared connections, if HTTP/2 is possible.
    pub(crate) http2_pool: Option<Http2PoolConfig>,
    /// The parts of a response that hits need.
    pub(crate) response_interest: ResponseInterest,
}

/// The body of a response, still to be read.
pub(crate) enum UnreadResponseBody {
    Http1(Incoming),
    Http2,
}

/// A slot's own HTTP/1.1 connection, or its client for shared HTTP/2 connections.
#[derive(Default)]
pub(crate) struct OriginConnection {
    /// The number that identifies the origin.
    origin: usize,
    /// The slot's own connection.
    http1: Option<Box<Http1Connection>>,
    http2: Option<Http2Client>,
    /// Bytes sent and received before the current hit.
    traffic_before: (u64, u64),
}

impl OriginConnection {
    /// Creates the connection to the origin of this number without opening it.
    pub(crate) fn for_origin(origin: usize) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.http1.is_some() || self.http2.as_ref().is_some_and(Http2Client::is_open)
    }

    /// Opens the connection before the first hit.
    pub(crate) async fn open(
        &mut self,
        connector: &PeerConnector,
        policy: &ConnectionPolicy,
        slot: &Slot,
    ) -> Result<(), Failure> {
        self.join_pool(connector, policy, slot);
        self.http1 = match &mut self.http2 {
            None => Some(connect(connector, slot).await?),
            Some(http2) => Box::pin(http2.open(connector, slot)).await?,
        };
        Ok(())
    }

    /// Joins the worker's pool for the origin, if its connections may be shared.
    fn join_pool(&mut self, connector: &PeerConnector, policy: &ConnectionPolicy, slot: &Slot) {
        if let Some(pool_config) = policy.http2_pool
            && self.http2.is_none()
            && pool_config.applies_to(connector)
        {
            let pool =
                slot.worker_local(WorkerPools::default)
                    .pool_for(self.origin, pool_config, slot);
            self.http2 = Some(Http2Client::new(
                pool,
                policy.keepalive,
                policy.response_interest,
                slot,
            ));
        }
    }

    /// Sends `request` and waits for the head of the response, within `time_limit` if given.
    ///
    /// Replaces the connection once if the target closed it before any byte was sent.
    pub(crate) async fn send(
        &mut self,
        connector: &PeerConnector,
        policy: &ConnectionPolicy,
        request: &PreparedRequest,
        time_limit: Option<Duration>,
        hit: &Hit,
    ) -> Result<Response<UnreadResponseBody>, Failure> {
        let slot = hit.slot();
        // Creating a future has a cost even if it has nothing to do.
        if policy.lifetime_limits.is_some() {
            self.close_if_expired(policy, slot).await;
        }
        if policy.http2_pool.is_some() {
            self.join_pool(connector, policy, slot);
        }
        let mut reused = self.http1.is_some();
        loop {
            if self.http1.is_none() {
                let opened = match &mut self.http2 {
                    None => connect(connector, slot).await?,
                    Some(http2) => {
                        match send_shared(http2, connector, request, time_limit, hit).await? {
                            Http2SendResult::ResponseHead(head) => {
                                return Ok(Response::from_parts(head, UnreadResponseBody::Http2));
                            }
                            Http2SendResult::Http1Required(connection) => connection,
                        }
                    }
                };
                self.http1 = Some(opened);
            }
            let Some(connection) = &mut self.http1 else {
                continue;
            };
            self.traffic_before = if reused { connection.traffic() } else { (0, 0) };
            let sent = match time_limit {
                None => connection.send(request).await,
                // Boxed: the limit is rare, and the future would be larger for every hit.
                Some(time_limit) => {
                    let sending = Box::pin(connection.send(request));
                    let sent = tokio::time::timeout(time_limit, sending).await;
                    sent.map_err(|_| failures::FIRST_BYTE_TIMEOUT)?
                }
            };
            match sent {
                Ok(response) => {
                    connection.usage.count_hit(slot);
                    return Ok(response.map(UnreadResponseBody::Http1));
                }
                Err(mut error) => {
                    if !reused || error.take_message().is_none() {
                        return Err(count_if_broken(
                            failures::exchange_failure(error.error()),
                            slot,
                        ));
                    }
                    tracing::debug!("the target closed an idle connection");
                    count_closed_by_target(slot);
                    self.http1 = None;
                    reused = false;
                }
            }
        }
    }

    /// Reads the body of a response that arrived on this connection.
    pub(crate) async fn read(
        &mut self,
        body: UnreadResponseBody,
        slot: &Slot,
        on_chunk: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<BodyReadStats, Failure> {
        match (body, &mut self.http1, &mut self.http2) {
            (UnreadResponseBody::Http1(body), Some(connection), _) => {
                let read = connection.read(body, on_chunk).await;
                read.map_err(|failure| count_if_broken(failure, slot))
            }
            (UnreadResponseBody::Http2, _, Some(http2)) => http2.read(slot, on_chunk).await,
            _ => Err(Failure::CLOSED_EARLY),
        }
    }

    /// Ends a hit whose response is complete; returns its bytes sent and received.
    ///
    /// Closes the connection unless it can be kept.
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

    /// Closes the connection between two hits if it has reached a limit.
    async fn close_if_expired(&mut self, policy: &ConnectionPolicy, slot: &Slot) {
        if let Some(limits) = &policy.lifetime_limits
            && let Some(connection) = &self.http1
            && connection.usage.count_if_over(limits, slot)
            && let Some(connection) = self.http1.take()
        {
            connection.close().await;
        }
    }

    /// Closes the slot's own connection and leaves shared ones open.
    pub(crate) async fn close_own(self) {
        if let Some(connection) = self.http1 {
            connection.close().await;
        }
    }

    /// Closes all connections at the end of the run.
    pub(crate) async fn close(mut self) {
        let http2 = self.http2.take();
        self.close_own().await;
        if let Some(http2) = http2 {
            http2.close().await;
        }
    }
}

async fn connect(connector: &PeerConnector, slot: &Slot) -> Result<Box<Http1Connection>, Failure> {
    let connection = Http1Connection::handshake(
        connector
            .open(slot)
            .await
            .map_err(failures::connection_failure)?,
        slot,
    )
    .await?;
    Ok(Box::new(connection))
}

async fn send_shared(
    http2: &mut Http2Client,
    connector: &PeerConnector,
    request: &PreparedRequest,
    time_limit: Option<Duration>,
    hit: &Hit,
) -> Result<Http2SendResult, Failure> {
    let scheme = if connector.is_tls() { "https" } else { "http" };
    let request = request.to_http2(scheme);
    http2.send(connector, &request, time_limit, hit).await
}

/// Counts a connection as closed by the target if the hit's failure implies it.
fn count_if_broken(failure: Failure, slot: &Slot) -> Failure {
    if failure == Failure::RESET || failure == Failure::CLOSED_EARLY {
        count_closed_by_target(slot);
    }
    failure
}
