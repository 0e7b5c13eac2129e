//! The raw target.

use hammer_target::{TargetServer, raw};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::{GET, TestClient};

#[tokio::test]
async fn pipelined_heads_get_as_many_answers() {
    for body_bytes in [0, 13, 100_000] {
        let target = TargetServer::spawn_raw(body_bytes).expect("a port is free");
        let mut client = TestClient::connect(target.addr()).await;
        // More than the target reads, and than it writes, at once.
        client.send(&GET.repeat(1000)).await;
        for _ in 0..1000 {
            let answer = client.response().await.expect("the connection stays open");
            assert_eq!((answer.status, answer.body.len()), (200, body_bytes));
        }
        let truth = target.shutdown();
        let counts = truth.counts;
        assert_eq!(
            (counts.requests, counts.answered, counts.connections),
            (1000, 1000, 1)
        );
        assert_eq!(counts.request_bytes, 1000 * GET.len() as u64);
        assert!(truth.arrivals.is_empty());
    }
}

#[tokio::test]
async fn a_split_head_is_one_head() {
    let target = TargetServer::spawn_raw(5).expect("a port is free");
    let mut client = TestClient::connect(target.addr()).await;
    for at in 1..GET.len() {
        let (start, end) = GET.split_at(at);
        let before = target.counts().request_bytes;
        client.send(start).await;
        while target.counts().request_bytes == before {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            target.counts().requests,
            at as u64 - 1,
            "half a head is not answered"
        );
        client.send(end).await;
        assert_eq!(
            client.response().await.expect("it is answered").body,
            b"xxxxx"
        );
    }
    assert_eq!(target.shutdown().counts.requests, GET.len() as u64 - 1);
}

#[tokio::test]
async fn serves_in_the_callers_runtime() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let addr = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(raw::serve(listener, 0, stopped));
    let mut client = TestClient::connect(addr).await;
    client.get().await.expect("it is answered");
    stop.send(()).expect("it is still running");
    let counts = served.await.expect("it does not panic");
    assert_eq!((counts.answered, counts.open_connections), (1, 0));
}
