//! The HTTP target, for those who bring their own runtime.

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::connection::House;
use crate::knobs::Knobs;
use crate::ledger::{KEPT, Ledger};
use crate::tokens::Tokens;
use crate::transport::Transport;
use crate::truth::Truth;

/// Serves HTTP/1.1, and HTTP/2 to clients that begin with its preface, as `knobs` say until `shutdown` completes, and tells what really happened.
///
/// Connections that are open at the end are closed at once; what still waits gets no answer.
/// Errors of single connections are logged; if accepting fails, it is tried again after a pause.
///
/// # Cancel safety
///
/// Dropping the future stops the target and closes its connections, but the truth is lost.
pub async fn serve(listener: TcpListener, knobs: Knobs, shutdown: impl Future) -> Truth {
    let ledger = Arc::new(Ledger::new(KEPT));
    run(
        listener,
        Transport::Tcp,
        knobs,
        Arc::clone(&ledger),
        shutdown,
    )
    .await;
    ledger.truth()
}

/// [`serve`] with a ledger that others can read meanwhile.
pub(crate) async fn run(
    listener: TcpListener,
    transport: Transport,
    knobs: Knobs,
    ledger: Arc<Ledger>,
    shutdown: impl Future,
) {
    let house = Arc::new(House {
        body: knobs.body(),
        tokens: knobs.token_lifetime().map(Tokens::new),
        knobs,
        ledger: Arc::clone(&ledger),
    });
    transport.serve(listener, ledger, house, shutdown).await;
}
