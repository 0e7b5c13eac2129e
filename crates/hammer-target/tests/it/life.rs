//! How targets start and end.

use std::time::Duration;

use hammer_target::{Knobs, Target, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::{Client, GET};

#[tokio::test]
async fn connections_are_counted_as_they_come_and_go() {
    let target = Target::spawn(Knobs::default()).expect("a port is free");
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = Client::connect(target.addr()).await;
        client.get().await.expect("it is answered");
        clients.push(client);
    }
    let counts = target.counts();
    assert_eq!(
        (counts.connections, counts.open, counts.peak_open),
        (3, 3, 3)
    );

    let mut last = clients.pop().expect("there are three");
    last.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        .await;
    assert!(last.answer().await.is_some() && last.answer().await.is_none());
    drop(clients);

    let counts = target.shutdown().counts;
    assert_eq!(
        (counts.connections, counts.open, counts.peak_open),
        (3, 0, 3)
    );
}

#[tokio::test]
async fn shutdown_ends_what_waits() {
    let knobs = Knobs::default().delay(Duration::from_secs(3600));
    let target = Target::spawn(knobs).expect("a port is free");
    let mut client = Client::connect(target.addr()).await;
    client.send(GET).await;
    while target.counts().requests == 0 {
        tokio::task::yield_now().await;
    }
    let truth = target.shutdown();
    assert!(client.answer().await.is_none());
    assert_eq!(
        (
            truth.counts.requests,
            truth.counts.answered,
            truth.counts.open
        ),
        (1, 0, 0)
    );
    assert_eq!(truth.arrivals[0].waited, Duration::from_secs(3600));
}

#[tokio::test]
async fn a_dropped_target_hangs_up() {
    let target = Target::spawn(Knobs::default()).expect("a port is free");
    assert_eq!(target.url(), format!("http://{}/", target.addr()));
    let mut client = Client::connect(target.addr()).await;
    client.get().await.expect("it is answered");
    drop(target);
    assert!(client.answer().await.is_none());
}

#[test]
fn an_address_in_use_is_an_error() {
    let target = Target::spawn(Knobs::default()).expect("a port is free");
    let error = Target::builder()
        .listen(target.addr())
        .spawn(Knobs::default())
        .expect_err("it is taken");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn serves_in_the_callers_runtime() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let addr = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(listener, Knobs::default(), stopped));
    let mut client = Client::connect(addr).await;
    client.get().await.expect("it is answered");
    stop.send(()).expect("it is still running");
    let truth = served.await.expect("it does not panic");
    assert_eq!((truth.counts.answered, truth.counts.open), (1, 0));
}
