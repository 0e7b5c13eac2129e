//! The HTTP target, for those who bring their own runtime.

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::behavior::TargetBehavior;
use crate::ground_truth::GroundTruth;
use crate::http_service::HttpService;
use crate::recorder::{MAX_ARRIVALS, TargetRecorder};
use crate::token_issuer::TokenIssuer;
use crate::transport::TargetTransport;

/// Serves HTTP/1.1, and HTTP/2 to clients that begin with its preface, as `knobs` say until `shutdown` completes, and tells what really happened.
///
/// Connections that are open at the end are closed at once; what still waits gets no answer.
/// Errors of single connections are logged; if accepting fails, it is tried again after a pause.
///
/// # Cancel safety
///
/// Dropping the future stops the target and closes its connections, but the truth is lost.
pub async fn serve(
    listener: TcpListener,
    knobs: TargetBehavior,
    shutdown: impl Future,
) -> GroundTruth {
    let ledger = Arc::new(TargetRecorder::new(MAX_ARRIVALS));
    run(
        listener,
        TargetTransport::Tcp,
        knobs,
        Arc::clone(&ledger),
        shutdown,
    )
    .await;
    ledger.ground_truth()
}

/// [`serve`] with a ledger that others can read meanwhile.
pub(crate) async fn run(
    listener: TcpListener,
    transport: TargetTransport,
    knobs: TargetBehavior,
    ledger: Arc<TargetRecorder>,
    shutdown: impl Future,
) {
    let house = Arc::new(HttpService {
        body: knobs.body(),
        token_issuer: knobs.token_lifetime().map(TokenIssuer::new),
        behavior: knobs,
        recorder: Arc::clone(&ledger),
    });
    transport.serve(listener, ledger, house, shutdown).await;
}
