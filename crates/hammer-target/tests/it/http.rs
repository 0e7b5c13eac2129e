//! Behaviors of the HTTP target.

use std::time::Duration;

use hammer_target::{Error, PeriodicStall, TargetBehavior, TargetServer};

use crate::client::{GET, TestClient};

fn target(behavior: TargetBehavior) -> TargetServer {
    TargetServer::spawn(behavior).expect("a free port")
}

#[tokio::test]
async fn answers_with_status_and_body() -> Result<(), Error> {
    for (status, requested_bytes, body_bytes) in [
        (200, 0, 0),
        (503, 7, 7),
        (200, 1_000_000, 1_000_000),
        (204, 7, 0),
    ] {
        let behavior = TargetBehavior::default().status(status)?;
        let target = target(behavior.body_bytes(requested_bytes));
        let mut client = TestClient::connect(target.addr()).await;
        for _ in 0..3 {
            let answer = client.get().await.expect("the connection stays open");
            assert_eq!((answer.status, answer.body.len()), (status, body_bytes));
            assert!(
                !answer.head.contains("connection: close"),
                "{}",
                answer.head
            );
        }
        let counts = target.shutdown().counts;
        assert_eq!(
            (counts.requests, counts.answered, counts.connections),
            (3, 3, 1)
        );
    }
    Ok(())
}

#[tokio::test]
async fn bodies_are_read_and_counted() {
    let target = target(TargetBehavior::default());
    let mut client = TestClient::connect(target.addr()).await;
    let sized = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello";
    let chunked = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    for request in [sized, chunked, GET] {
        client.send(request).await;
        assert_eq!(client.response().await.expect("it is answered").status, 200);
    }
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.body_bytes), (3, 12));
    assert_eq!(
        counts.request_bytes,
        (sized.len() + chunked.len() + GET.len()) as u64
    );
}

#[tokio::test]
async fn measured_waits_are_recorded() -> Result<(), Error> {
    let wait = Duration::from_millis(15);
    for (behavior, min) in [
        (TargetBehavior::default(), Duration::ZERO),
        (TargetBehavior::default().delay(wait), wait),
        // The stall is as long as its period, so the first arrival waits for the whole stall.
        (
            TargetBehavior::default().stall(PeriodicStall::new(wait, wait)?),
            wait,
        ),
        (
            TargetBehavior::default()
                .stall(PeriodicStall::new(wait, wait)?)
                .delay(wait),
            2 * wait,
        ),
    ] {
        let target = target(behavior);
        let mut client = TestClient::connect(target.addr()).await;
        let start = std::time::Instant::now();
        client.get().await.expect("it is answered");
        let elapsed = start.elapsed();
        let truth = target.shutdown();
        let waited = truth.waits().quantile(1.0).expect("an arrival");
        assert_eq!(truth.arrivals.len(), 1);
        assert!(
            min <= waited && waited <= elapsed,
            "{min:?} {waited:?} {elapsed:?}"
        );
        assert_eq!(waited.is_zero(), min.is_zero());
    }
    Ok(())
}

#[tokio::test]
async fn arrivals_are_recorded_in_order() {
    let target = target(TargetBehavior::default());
    let mut client = TestClient::connect(target.addr()).await;
    for _ in 0..100 {
        client.get().await.expect("it is answered");
    }
    let truth = target.shutdown();
    assert!(truth.arrivals.is_sorted_by_key(|arrival| arrival.at));
    assert_eq!((truth.arrivals.len(), truth.dropped_arrivals), (100, 0));
    assert_eq!(truth.arrivals_per_second().iter().sum::<u64>(), 100);
}

#[tokio::test]
async fn requires_the_tokens_that_it_issues() {
    let target = target(TargetBehavior::default().require_tokens(Duration::from_secs(3600)));
    let mut client = TestClient::connect(target.addr()).await;
    let refused = client.get().await.expect("it is answered");
    assert_eq!(refused.status, 401);
    assert!(refused.head.contains("invalid_token"), "{}", refused.head);
    let token_request = "POST /token HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\na=";
    client.send(token_request).await;
    let issued = client.response().await.expect("a token");
    let body = String::from_utf8(issued.body).expect("UTF-8");
    let token = body.split('"').nth(3).expect("the value of the first key");
    client
        .send(&format!(
            "GET / HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {token}\r\n\r\n"
        ))
        .await;
    assert_eq!(client.response().await.expect("it is answered").status, 200);
    let truth = target.shutdown();
    // A token request is not counted as an arrival.
    assert_eq!((truth.arrivals.len(), truth.tokens_issued.len()), (2, 1));
}

#[tokio::test]
async fn exactly_the_given_share_fails() -> Result<(), Error> {
    let target = target(TargetBehavior::default().fail_share(0.25)?);
    let mut client = TestClient::connect(target.addr()).await;
    let mut failed = Vec::new();
    for number in 1..=12 {
        if client.get().await.is_none() {
            failed.push(number);
            client = TestClient::connect(target.addr()).await;
        }
    }
    assert_eq!(failed, [4, 8, 12]);
    let counts = target.shutdown().counts;
    assert_eq!(
        (counts.requests, counts.answered, counts.failed),
        (12, 9, 3)
    );
    Ok(())
}

#[tokio::test]
async fn closes_after_the_given_number_of_answers() -> Result<(), Error> {
    for silently in [false, true] {
        for body_bytes in [0, 10, 3_000_000] {
            let behavior = TargetBehavior::default()
                .close_after(2)?
                .close_silently(silently);
            let target = target(behavior.body_bytes(body_bytes));
            let mut client = TestClient::connect(target.addr()).await;
            let mut announced = Vec::new();
            for _ in 0..2 {
                let answer = client.get().await.expect("two requests are answered");
                assert_eq!(answer.body.len(), body_bytes);
                announced.push(answer.head.contains("connection: close"));
            }
            assert_eq!(announced, [false, !silently]);
            // The client sends nothing, so the target closes on its own.
            assert!(client.response().await.is_none());
            assert_eq!(target.shutdown().counts.requests, 2);
        }
    }
    Ok(())
}

#[tokio::test]
async fn pipelined_requests_after_the_last_answer_are_lost() -> Result<(), Error> {
    for silently in [false, true] {
        // Large answers do not fit into the socket buffers, so they wait for each other.
        for body_bytes in [0, 20_000_000] {
            let behavior = TargetBehavior::default()
                .close_after(2)?
                .close_silently(silently);
            let target = target(behavior.body_bytes(body_bytes));
            let mut client = TestClient::connect(target.addr()).await;
            client.send(&GET.repeat(4)).await;
            let mut answers = 0;
            while client.response().await.is_some() {
                answers += 1;
            }
            let counts = target.shutdown().counts;
            assert_eq!(
                (answers, counts.requests, counts.answered),
                (2, 2, 2),
                "silently {silently}, {body_bytes} bytes each"
            );
        }
    }
    Ok(())
}
