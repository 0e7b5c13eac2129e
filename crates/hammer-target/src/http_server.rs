//! HTTP target for an existing runtime.

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::answer_timer::AnswerTimer;
use crate::behavior::TargetBehavior;
use crate::ground_truth::GroundTruth;
use crate::http_service::HttpService;
use crate::queue::WaitPlanner;
use crate::recorder::{MAX_ARRIVALS, TargetRecorder};
use crate::token_issuer::TokenIssuer;
use crate::transport::TargetTransport;

/// Serves HTTP until `shutdown` completes, and returns what the target recorded.
///
/// Speaks HTTP/1.1, or HTTP/2 with clients that begin with its preface. At the end, open connections are
/// closed at once, and waiting requests get no answer. Errors of single connections are logged. A failed
/// accept is retried after a pause.
///
/// # Cancel safety
///
/// Dropping the future stops the target and closes its connections, but loses its records.
pub async fn serve(
    listener: TcpListener,
    behavior: TargetBehavior,
    shutdown: impl Future,
) -> GroundTruth {
    let recorder = Arc::new(TargetRecorder::new(MAX_ARRIVALS));
    run(
        listener,
        TargetTransport::Tcp,
        behavior,
        Arc::clone(&recorder),
        shutdown,
    )
    .await;
    recorder.ground_truth()
}

/// Runs [`serve`] with a recorder that can be read during the run.
pub(crate) async fn run(
    listener: TcpListener,
    transport: TargetTransport,
    behavior: TargetBehavior,
    recorder: Arc<TargetRecorder>,
    shutdown: impl Future,
) {
    let service = Arc::new(HttpService {
        body: behavior.body(),
        token_issuer: behavior.token_lifetime().map(TokenIssuer::new),
        planner: WaitPlanner::new(behavior),
        timer: AnswerTimer::default(),
        recorder: Arc::clone(&recorder),
    });
    let timed = Arc::clone(&service);
    tokio::select! {
        () = transport.serve(listener, recorder, service, shutdown) => {}
        () = timed.timer.run() => {}
    }
}
