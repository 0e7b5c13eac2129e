//! Start and end of targets.

use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::{GET, TestClient};

#[tokio::test]
async fn open_and_peak_connections_are_counted() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = TestClient::connect(target.addr()).await;
        client.get().await.expect("it is answered");
        clients.push(client);
    }
    let counts = target.counts();
    assert_eq!(
        (
            counts.connections,
            counts.open_connections,
            counts.peak_connections
        ),
        (3, 3, 3)
    );

    let mut last = clients.pop().expect("there are three");
    last.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        .await;
    assert!(last.response().await.is_some() && last.response().await.is_none());
    drop(clients);

    let counts = target.shutdown().counts;
    assert_eq!(
        (
            counts.connections,
            counts.open_connections,
            counts.peak_connections
        ),
        (3, 0, 3)
    );
}

#[tokio::test]
async fn shutdown_ends_waiting_requests() {
    let behavior = TargetBehavior::default().delay(Duration::from_secs(3600));
    let target = TargetServer::spawn(behavior).expect("a free port");
    let mut client = TestClient::connect(target.addr()).await;
    client.send(GET).await;
    while target.counts().requests == 0 {
        tokio::task::yield_now().await;
    }
    let truth = target.shutdown();
    assert!(client.response().await.is_none());
    assert_eq!(
        (
            truth.counts.requests,
            truth.counts.answered,
            truth.counts.open_connections
        ),
        (1, 0, 0)
    );
    assert_eq!(truth.arrivals[0].waited, Duration::from_secs(3600));
}

#[tokio::test]
async fn a_dropped_target_closes_its_connections() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    assert_eq!(target.url(), format!("http://{}/", target.addr()));
    let mut client = TestClient::connect(target.addr()).await;
    client.get().await.expect("it is answered");
    drop(target);
    assert!(client.response().await.is_none());
}

#[test]
fn an_address_in_use_is_an_error() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let error = TargetServer::builder()
        .listen(target.addr())
        .spawn(TargetBehavior::default())
        .expect_err("the address is in use");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn serves_in_the_callers_runtime() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(listener, TargetBehavior::default(), stopped));
    let mut client = TestClient::connect(addr).await;
    client.get().await.expect("it is answered");
    stop.send(()).expect("the target runs");
    let truth = served.await.expect("no panic");
    assert_eq!(
        (truth.counts.answered, truth.counts.open_connections),
        (1, 0)
    );
}
