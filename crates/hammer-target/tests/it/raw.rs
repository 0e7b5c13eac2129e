//! Raw target.

use std::time::{Duration, Instant};

use hammer_target::{TargetServer, raw};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::client::{GET, TestClient};

#[tokio::test]
async fn each_pipelined_head_gets_an_answer() {
    for body_bytes in [0, 13, 100_000] {
        let target = TargetServer::spawn_raw(body_bytes).expect("a free port");
        let mut client = TestClient::connect(target.addr()).await;
        // More bytes than the target reads or writes at once.
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
async fn a_spinning_target_answers_and_counts_its_idle_time() {
    for spin in [false, true] {
        let builder = TargetServer::builder().spin(spin);
        let target = builder.spawn_raw(2).expect("a free port");
        let mut client = TestClient::connect(target.addr()).await;
        for _ in 0..100 {
            let answer = client.get().await.expect("it is answered");
            assert_eq!(answer.status, 200);
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        while spin && target.idle_time() < Duration::from_millis(1) {
            assert!(Instant::now() < deadline, "it counts no idle time");
            tokio::task::yield_now().await;
        }
        assert_eq!(target.idle_time() > Duration::ZERO, spin);
        drop(client);
        assert_eq!(target.shutdown().counts.answered, 100);
    }
}

#[tokio::test]
async fn only_the_first_answer_of_a_connection_sets_the_cookie() {
    let builder = TargetServer::builder().raw_cookie("id=7; Path=/");
    let target = builder.spawn_raw(2).expect("a free port");
    for pipelined in [1, 3] {
        let mut client = TestClient::connect(target.addr()).await;
        for round in 0..2 {
            client.send(&GET.repeat(pipelined)).await;
            for k in 0..pipelined {
                let answer = client.response().await.expect("it is answered");
                let sets = answer.head.contains("\r\nset-cookie: id=7; path=/\r\n");
                assert_eq!(sets, round == 0 && k == 0, "{pipelined}: {}", answer.head);
                assert_eq!(answer.body, b"xx");
            }
        }
    }
    assert_eq!(target.shutdown().counts.answered, 8);
}

#[tokio::test]
async fn arrivals_are_recorded_on_request() {
    let builder = TargetServer::builder().max_arrivals(3);
    let target = builder.spawn_raw(2).expect("a free port");
    let mut client = TestClient::connect(target.addr()).await;
    let before = Instant::now();
    let mut answered = Vec::new();
    for _ in 0..4 {
        client.get().await.expect("it is answered");
        answered.push(Instant::now());
    }
    let truth = target.shutdown();
    assert_eq!((truth.arrivals.len(), truth.dropped_arrivals), (3, 1));
    let sent = [&[before], &*answered].concat();
    for (k, arrival) in truth.arrivals.iter().enumerate() {
        let at = truth.started + arrival.at;
        assert!(sent[k] <= at && at <= answered[k], "{k}: {arrival:?}");
    }
}

#[tokio::test]
async fn a_split_head_is_answered_once() {
    let target = TargetServer::spawn_raw(5).expect("a free port");
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
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(raw::serve(listener, 0, stopped));
    let mut client = TestClient::connect(addr).await;
    client.get().await.expect("it is answered");
    stop.send(()).expect("the target runs");
    let counts = served.await.expect("no panic");
    assert_eq!((counts.answered, counts.open_connections), (1, 0));
}
