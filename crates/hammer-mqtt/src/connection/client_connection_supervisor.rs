//! The task that connects a client, serves its hits and reconnects it.
//!
//! Only this task reads and writes, so an abandoned hit never leaves half a packet on the
//! connection.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use hammer_net::FirstAddress;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{ClientRole, MqttClient};
use crate::config::MqttConfig;
use crate::connection::broker_connector::BrokerStream;
use crate::connection::connect_deadline::ConnectDeadline;
use crate::connection::connection_loop::ConnectionLoop;
use crate::connection::connection_terms::ConnectionTerms;
use crate::connection::handshake::{self, ClientIdentity};
use crate::connection::keep_alive_monitor::KeepAliveMonitor;
use crate::connection::reconnect_backoff::ReconnectBackoff;
use crate::connection::unsupported_setting::UnsupportedSetting;
use crate::failures;
use crate::load::first_connect::FirstConnectAttempt;
use crate::load::unsupported_by_broker::UnsupportedByBroker;
use crate::load::worker_clients::WorkerClients;
use crate::packet::connack::{BrokerLimits, Connack};
use crate::template::render_context;

/// The longest wait for the broker to close the connection after DISCONNECT.
const DISCONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// The age from which a connection resets the backoff.
const STABLE_AFTER: Duration = Duration::from_secs(1);

/// Keeps `client` connected until the run ends.
pub(crate) struct ClientConnectionSupervisor {
    pub(crate) config: Arc<MqttConfig>,
    pub(crate) clients: Rc<WorkerClients>,
    pub(crate) client: Rc<MqttClient>,
    pub(crate) slot: Slot,
}

/// The reason that a connection ended.
pub(crate) enum ConnectionEnd {
    /// The run is over.
    RunOver,
    Failed(Failure),
}

/// A connection that the broker has just accepted.
struct AcceptedConnection {
    stream: BrokerStream,
    limits: BrokerLimits,
    terms: ConnectionTerms,
    /// Bytes after the CONNACK.
    leftover: Vec<u8>,
}

impl ClientConnectionSupervisor {
    /// Connects, and reconnects after each loss. The first attempt is reported to `attempt`.
    pub(crate) async fn run(self, attempt: FirstConnectAttempt) {
        let mut attempt = Some(attempt);
        let mut backoff = ReconnectBackoff::new(self.client.number);
        while !self.clients.is_closing() {
            let opened = self.open().await;
            if let Some(attempt) = attempt.take() {
                let failure = opened.as_ref().err().copied();
                attempt.finish(failure, self.client.peer());
            } else if opened.is_ok() {
                self.slot.count("reconnects", 1);
            }
            match opened {
                Ok(opened) => {
                    let since = Instant::now();
                    self.run_connection(opened).await;
                    if since.elapsed() >= STABLE_AFTER {
                        backoff = ReconnectBackoff::new(self.client.number);
                    }
                }
                // The end of the run interrupted the attempt.
                Err(_) if self.clients.is_closing() => {}
                Err(failure) => {
                    self.slot.count("connects_failed", 1);
                    self.slot.fact("not_opened", failure.name());
                }
            }
            tokio::select! {
                () = sleep(backoff.next_delay()) => {}
                () = self.clients.wait_for_closing() => {}
            }
        }
        self.clients.driver_ended();
    }

    async fn open(&self) -> Result<AcceptedConnection, Failure> {
        let slot = self.slot.with_separate_phases();
        let version = self.config.doubtful_version();
        let deadline = ConnectDeadline::new(self.config.connect_timeout, version, &slot);
        // Boxed, so that an open connection does not carry the state of the handshake.
        let opening = Box::pin(self.handshake(&deadline, &slot));
        let opened = tokio::select! {
            opened = deadline.within(opening) => opened,
            () = self.clients.wait_for_closing() => Err(failures::NOT_CONNECTED),
        };
        self.client.set_peer(slot.current_peer());
        opened
    }

    async fn handshake(
        &self,
        deadline: &ConnectDeadline<'_>,
        slot: &Slot,
    ) -> Result<AcceptedConnection, Failure> {
        let config = &*self.config;
        // Hits share the clients evenly, so clients share the addresses by their number.
        let first = FirstAddress::Numbered(self.client.next_turn());
        let (mut stream, _) = config.connector.open(slot, first).await?;
        deadline.connected();
        let number = match self.client.role {
            ClientRole::Publisher => self.client.number,
            // After the publishers, so that ids are unique.
            ClientRole::Subscriber(_) => config.clients as u64 + self.client.number,
        };
        let resuming = config.resend && self.client.was_connected();
        let mut context = render_context::for_client(number, slot);
        // Borrowed only until CONNECT is encoded: a client connects once at a time.
        let assigned_id = self.client.assigned_id.borrow().clone();
        let identity = ClientIdentity {
            assigned_id: assigned_id.as_deref(),
            resuming,
        };
        let connecting = handshake::connect(&mut stream, config, &mut context, identity, slot);
        let (reply, mut leftover) = connecting.await?;
        let (limits, assigned_id) = match reply {
            Connack::Accepted {
                limits,
                assigned_id,
            } => (limits, assigned_id),
            Connack::Refused(code) => {
                let version = config.identity.connect.version;
                return Err(failures::from_connack_code(code, version));
            }
        };
        if assigned_id.is_some() {
            self.client.assigned_id.replace(assigned_id);
        }
        deadline.accepted();
        let terms = match self.agree(&limits) {
            Ok(terms) => terms,
            Err(failure) => {
                drop(timeout(DISCONNECT_TIMEOUT, handshake::disconnect(&mut stream)).await);
                return Err(failure);
            }
        };
        match (self.client.role, &config.delivery) {
            (ClientRole::Subscriber(_), Some(delivery)) => {
                let (filter, qos) = (&delivery.filter, delivery.qos);
                leftover = handshake::subscribe(&mut stream, config, filter, qos, leftover).await?;
            }
            _ => self.report_limits(limits),
        }
        self.slot.count("connections_opened", 1);
        // Makes the count appear in the report even if it stays 0.
        self.slot.count("connections_lost", 0);
        Ok(AcceptedConnection {
            stream,
            limits,
            terms,
            leftover,
        })
    }

    /// Returns the terms of a connection within the limits of the broker. Fails if the broker must
    /// refuse the packets of the client, which are not sent.
    fn agree(&self, limits: &BrokerLimits) -> Result<ConnectionTerms, Failure> {
        let config = &*self.config;
        let (terms, unsupported) = ConnectionTerms::within(limits, config, self.client.role);
        let is_refused =
            |setting: &UnsupportedSetting| !config.downgrade || setting.downgrade().is_none();
        let (refused, downgraded): (Vec<_>, Vec<_>) = unsupported.into_iter().partition(is_refused);
        if let Some(first) = refused.first() {
            let failure = first.failure();
            // Another client may have been first.
            let _ = config.unsupported.set(UnsupportedByBroker(refused));
            return Err(failure);
        }
        for value in downgraded.iter().filter_map(UnsupportedSetting::downgrade) {
            self.slot.fact("downgraded", value);
        }
        if !matches!(self.client.role, ClientRole::Subscriber(_)) {
            config.doubts.undelivered.record_qos(terms.qos);
        }
        Ok(terms)
    }

    /// Records the limits of the broker for the report.
    fn report_limits(&self, limits: BrokerLimits) {
        use hammer_core::Label;
        let window = self.config.window.min(limits.receive_maximum);
        self.slot.fact("receive_max", window);
        let bytes = u32::try_from(limits.max_packet_size).unwrap_or(u32::MAX);
        self.slot.fact("packet_max", Label::number(bytes));
        if self.config.use_topic_alias {
            self.slot.fact("alias_max", limits.topic_alias_maximum);
        }
        if let Some(seconds) = limits.keep_alive {
            self.slot.fact("keep_alive", seconds);
        }
        if let Some(seconds) = limits.session_expiry {
            self.slot.fact("session_expiry", Label::number(seconds));
        }
    }

    /// Serves hits on a connection until it ends.
    async fn run_connection(&self, opened: AcceptedConnection) {
        let AcceptedConnection {
            mut stream,
            limits,
            terms,
            leftover,
        } = opened;
        let keep_alive = limits
            .keep_alive
            .unwrap_or(self.config.identity.connect.keep_alive);
        self.client.set_connected(&self.config, limits, terms);
        self.clients.notify_connected();
        let end = self.drive(&mut stream, leftover, keep_alive).await;
        let (failure, is_over) = match &end {
            ConnectionEnd::RunOver => (failures::NOT_CONNECTED, true),
            ConnectionEnd::Failed(failure) => (*failure, false),
        };
        let lost = self.client.set_disconnected(failure, is_over);
        if lost.fence_pending {
            self.clients.fence_ended(false);
        }
        match end {
            // Nothing is in flight, so errors do not matter.
            ConnectionEnd::RunOver => {
                drop(timeout(DISCONNECT_TIMEOUT, handshake::disconnect(&mut stream)).await)
            }
            ConnectionEnd::Failed(failure) => {
                self.slot.count("connections_lost", 1);
                self.config.doubts.undelivered.record_uncertainty();
                self.slot.fact("lost_by", failure.name());
                self.clients.count_unconfirmed(&self.slot, lost.unconfirmed);
            }
        }
    }

    async fn drive(
        &self,
        stream: &mut BrokerStream,
        leftover: Vec<u8>,
        keep_alive: u16,
    ) -> ConnectionEnd {
        let mut connection_loop = ConnectionLoop {
            driver: self,
            stream,
            partial_packet: leftover,
            remote_deliveries: vec![],
            keep_alive: KeepAliveMonitor::new(keep_alive),
        };
        match connection_loop.handle_leftover() {
            Err(failure) => ConnectionEnd::Failed(failure),
            Ok(()) => connection_loop.run().await,
        }
    }
}
