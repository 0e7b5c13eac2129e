//! The first connections of a worker's clients, before the clock starts.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Peer, PrepareError, WorkerContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::client::MqttClient;
use crate::connection::client_connection_supervisor::ClientConnectionSupervisor;
use crate::load::too_many_failed_clients::TooManyFailedClients;
use crate::load::worker_clients::WorkerClients;

/// The maximum number of connections that a worker opens at a time, not more than brokers queue.
const MAX_CONNECTING: usize = 64;

/// The first attempt of a client to connect.
pub(crate) struct FirstConnectAttempt {
    clients: Rc<WorkerClients>,
    /// Held until the attempt ends, to limit concurrent attempts.
    _permit: OwnedSemaphorePermit,
}

impl FirstConnectAttempt {
    /// Records the end of the attempt, with its failure if it has one and the address it tried.
    pub(crate) fn finish(self, failure: Option<Failure>, peer: Option<Peer>) {
        let progress = &self.clients.config.connect_progress;
        progress.record_end(failure.is_none());
        let failure = failure.map(|failure| (failure, peer));
        self.clients.first_attempt_ended(failure);
    }
}

/// Lets the clients close when it is dropped before all are connected: connecting was interrupted
/// or has failed.
struct CloseIfInterrupted<'a> {
    clients: &'a WorkerClients,
    connected: bool,
}

impl Drop for CloseIfInterrupted<'_> {
    fn drop(&mut self) {
        if !self.connected {
            self.clients.start_closing();
        }
    }
}

/// Connects all clients: subscribers first, so that they miss no message.
///
/// # Cancel safety
///
/// If the future is dropped, the clients that are connecting or connected close.
///
/// # Errors
///
/// If too many clients fail. The others are closed then.
pub(crate) async fn connect_all(
    clients: &Rc<WorkerClients>,
    context: &WorkerContext,
) -> Result<(), PrepareError> {
    let mut guard = CloseIfInterrupted {
        clients,
        connected: false,
    };
    let connected = try_connect_all(clients, context).await;
    if connected.is_err() {
        clients.close().await;
    }
    guard.connected = connected.is_ok();
    connected
}

async fn try_connect_all(
    clients: &Rc<WorkerClients>,
    context: &WorkerContext,
) -> Result<(), PrepareError> {
    let slot = context.slot();
    if clients.config.delivery.is_some() {
        clients.spawn_delivery_receiver(slot);
    }
    let total = clients.all().count();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTING));
    let started = Instant::now();
    let rate = clients.config.connect_rate;
    let rate = rate.map(|rate| rate / slot.workers() as f64);
    for (index, client) in clients.all().enumerate() {
        if let Some(rate) = rate {
            sleep_until(started + Duration::from_secs_f64(index as f64 / rate)).await;
        }
        let Ok(permit) = permits.clone().acquire_owned().await else {
            break;
        };
        check_failed_clients(clients)?;
        context.report_progress(clients.first_attempts().ended, total);
        spawn_supervisor(clients, client, context, permit);
    }
    while clients.first_attempts().ended < total {
        check_failed_clients(clients)?;
        context.report_progress(clients.first_attempts().ended, total);
        clients.wait_for_change().await;
    }
    context.report_progress(total - clients.first_attempts().failed, total);
    check_failed_clients(clients)
}

/// Spawns the task that keeps `client` connected.
fn spawn_supervisor(
    clients: &Rc<WorkerClients>,
    client: &Rc<MqttClient>,
    context: &WorkerContext,
    permit: OwnedSemaphorePermit,
) {
    let supervisor = ClientConnectionSupervisor {
        config: clients.config.clone(),
        clients: clients.clone(),
        client: client.clone(),
        slot: context.slot().clone(),
    };
    clients.driver_started();
    clients.config.connect_progress.record_start();
    let attempt = FirstConnectAttempt {
        clients: clients.clone(),
        _permit: permit,
    };
    tokio::task::spawn_local(supervisor.run(attempt));
}

/// Fails if the broker does not support the load, or if too many clients of all workers have failed.
/// Only a worker with a failed client reports the latter.
fn check_failed_clients(clients: &WorkerClients) -> Result<(), PrepareError> {
    let config = &*clients.config;
    if let Some(unsupported) = config.unsupported.get() {
        return Err(Box::new(unsupported.clone()));
    }
    let progress = &config.connect_progress;
    match clients.first_attempts().last_failure {
        Some((failure, peer)) if progress.failed() > config.max_failed_clients => {
            Err(Box::new(TooManyFailedClients {
                counts: progress.counts(config.connections()),
                total: config.connections(),
                allowed: config.max_failed_clients,
                failure,
                peer,
            }))
        }
        _ => Ok(()),
    }
}
