//! A slot's connection to one origin, opened on demand.

use std::time::Duration;

use hammer_core::{Failure, Hit, Slot};
use hammer_net::{FirstAddress, PeerConnector};
use hammer_wire::http1::ResponseSink;
use hammer_wire::http2::ResponseInterest;
use hammer_wire::{Fields, ResponseHead, ResponseVersion};

use super::http1::{ExchangeSummary, Http1Connection, Http1Failure};
use super::http2::{Http2Client, Http2PoolConfig, Http2SendResult, WorkerPools};
use super::lifetime::{ConnectionEnd, LifetimeLimits};
use crate::failures;
use crate::request::hit_request::HitRequest;

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
    /// Time limit for the head of a response, once the request is being sent.
    pub(crate) first_byte_timeout: Option<Duration>,
}

/// Facts about a complete exchange.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OriginExchange {
    pub(crate) body_bytes: u64,
    /// True if the response did not arrive together with its head.
    pub(crate) waited_for_body: bool,
    /// True if the response came before the request was sent as a whole.
    pub(crate) upload_cut_short: bool,
    /// Bytes that the socket sent and received.
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// A slot's own HTTP/1.1 connection, or its client for shared HTTP/2 connections.
#[derive(Default)]
pub(crate) struct OriginConnection {
    /// The number that identifies the origin.
    origin: usize,
    /// The slot's own connection.
    http1: Option<Box<Http1Connection>>,
    http2: Option<Box<Http2Client>>,
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
        self.http1.is_some() || self.http2.as_ref().is_some_and(|http2| http2.is_open())
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
            self.http2 = Some(Box::new(Http2Client::new(
                pool,
                policy.keepalive,
                policy.response_interest,
                slot,
            )));
        }
    }

    /// Sends `request` and passes its response to `sink`.
    ///
    /// Replaces the connection once if the target closed it before any byte was sent.
    ///
    /// # Errors
    ///
    /// The failure of the connection or of the sink.
    pub(crate) async fn exchange<S: ResponseSink<Error = Failure>>(
        &mut self,
        connector: &PeerConnector,
        policy: &ConnectionPolicy,
        request: &mut HitRequest<'_>,
        sink: &mut S,
        hit: &Hit,
    ) -> Result<OriginExchange, Failure> {
        let slot = hit.slot();
        if policy.lifetime_limits.is_some() {
            self.close_if_expired(policy);
        }
        if policy.http2_pool.is_some() {
            self.join_pool(connector, policy, slot);
        }
        loop {
            let kept = self.http1.take();
            let is_kept = kept.is_some();
            let mut connection = match (kept, &mut self.http2) {
                (Some(connection), _) => connection,
                (None, None) => connect(connector, slot).await?,
                (None, Some(http2)) => {
                    let shared = exchange_shared(http2, connector, policy, request, sink, hit);
                    match shared.await? {
                        Ok(exchange) => return Ok(exchange),
                        Err(connection) => connection,
                    }
                }
            };
            let before = if is_kept {
                connection.traffic()
            } else {
                (0, 0)
            };
            if let Some(peer) = connection.peer {
                slot.set_peer(peer);
            }
            let outgoing = request.encode_http1();
            let limit = policy.first_byte_timeout;
            let exchange = connection.exchange(outgoing, sink, limit, is_kept, slot);
            match exchange.await {
                Ok(summary) => {
                    let now = connection.traffic();
                    self.release(connection, &summary, policy);
                    return Ok(OriginExchange {
                        body_bytes: summary.body_bytes,
                        waited_for_body: summary.waited_for_body,
                        upload_cut_short: summary.upload_cut_short,
                        sent: now.0 - before.0,
                        received: now.1 - before.1,
                    });
                }
                // The next connection is a new one.
                Err(Http1Failure::Unsent(end)) => connection.close(end),
                Err(Http1Failure::Failed(failure, end)) => {
                    connection.usage.end(end);
                    return Err(failure);
                }
            }
        }
    }

    /// Keeps a connection for the next hit, or closes it.
    fn release(
        &mut self,
        connection: Box<Http1Connection>,
        summary: &ExchangeSummary,
        policy: &ConnectionPolicy,
    ) {
        let end = match summary.connection_end {
            _ if !policy.keepalive => Some(ConnectionEnd::Planned),
            None => policy
                .retires(&connection)
                .then_some(ConnectionEnd::Retired),
            end => end,
        };
        match end {
            Some(end) => connection.close(end),
            None => self.http1 = Some(connection),
        }
    }

    /// Closes the connection between two hits if it has reached a limit.
    fn close_if_expired(&mut self, policy: &ConnectionPolicy) {
        let expired = self.http1.take_if(|connection| policy.retires(connection));
        if let Some(connection) = expired {
            connection.close(ConnectionEnd::Retired);
        }
    }

    /// Closes the slot's own connection and leaves shared ones open.
    pub(crate) fn close_own(self, end: ConnectionEnd) {
        if let Some(connection) = self.http1 {
            connection.close(end);
        }
    }

    /// Closes all connections at the end of the run.
    pub(crate) async fn close(mut self) {
        let http2 = self.http2.take();
        self.close_own(ConnectionEnd::Planned);
        if let Some(http2) = http2 {
            http2.close().await;
        }
    }
}

impl ConnectionPolicy {
    /// Reports whether a connection has reached a limit of its lifetime.
    fn retires(&self, connection: &Http1Connection) -> bool {
        let limits = self.lifetime_limits.as_ref();
        limits.is_some_and(|limits| connection.usage.is_over(limits))
            || connection.is_near_key_limit()
    }
}

async fn connect(connector: &PeerConnector, slot: &Slot) -> Result<Box<Http1Connection>, Failure> {
    let opened = connector.open(slot, FirstAddress::OfSlot).await;
    let opened = opened.map_err(failures::connection_failure)?;
    Ok(Box::new(Http1Connection::new(opened, slot)))
}

/// Exchanges over a shared connection, or returns the connection if the target chose HTTP/1.1 for it.
async fn exchange_shared<S: ResponseSink<Error = Failure>>(
    http2: &mut Http2Client,
    connector: &PeerConnector,
    policy: &ConnectionPolicy,
    request: &mut HitRequest<'_>,
    sink: &mut S,
    hit: &Hit,
) -> Result<Result<OriginExchange, Box<Http1Connection>>, Failure> {
    let scheme = if connector.is_tls() { "https" } else { "http" };
    let encoded = request.encode_http2(scheme);
    let limit = policy.first_byte_timeout;
    let sending = http2.send(connector, encoded, limit, hit);
    match sending.await? {
        Http2SendResult::Http1Required(connection) => return Ok(Err(connection)),
        Http2SendResult::ResponseHead(status) => http2.read_fields(|fields| {
            sink.head(&ResponseHead {
                version: ResponseVersion::Http2,
                status,
                fields: Fields::from_list(fields),
            })
        })?,
    }
    let body = http2.read(|chunk| sink.body(chunk)).await?;
    let (sent, received) = http2.finish_hit();
    Ok(Ok(OriginExchange {
        body_bytes: body.bytes,
        waited_for_body: body.waited,
        upload_cut_short: body.upload_cut_short,
        sent,
        received,
    }))
}
