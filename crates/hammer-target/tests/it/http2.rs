//! HTTP/2 with an independent client.

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, client};
use hammer_target::{TargetBehavior, TargetServer};
use hyper::Request;

use crate::client::connect;

/// Opens a connection whose frames are processed in the background.
async fn open(target: &TargetServer) -> SendRequest<Bytes> {
    let stream = connect(target.addr()).await;
    let (sender, connection) = client::handshake(stream)
        .await
        .expect("the handshake succeeds");
    tokio::spawn(connection);
    sender
}

/// Sends a request, checks that the answer has status 200, and returns the length of its body.
async fn send_request(
    sender: &SendRequest<Bytes>,
    body: &'static [u8],
) -> Result<usize, h2::Error> {
    let mut sender = sender.clone().ready().await?;
    let request = Request::post("http://target/")
        .body(())
        .expect("a valid request");
    let (answer, mut body_sender) = sender.send_request(request, body.is_empty())?;
    if !body.is_empty() {
        body_sender.send_data(Bytes::from_static(body), true)?;
    }
    let answer = answer.await?;
    assert_eq!(answer.status(), 200);
    let mut body = answer.into_body();
    let mut length = 0;
    while let Some(chunk) = body.data().await {
        let chunk_length = chunk?.len();
        body.flow_control().release_capacity(chunk_length)?;
        length += chunk_length;
    }
    Ok(length)
}

#[tokio::test]
async fn answers_over_http2_are_counted() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(200_000)).expect("a free port");
    let sender = open(&target).await;
    let hits = (0..10).map(|_| send_request(&sender, b"twelve bytes"));
    for hit in hits {
        assert_eq!(hit.await.expect("it is answered"), 200_000);
    }
    let counts = target.shutdown().counts;
    assert_eq!(
        (counts.requests, counts.answered, counts.connections),
        (10, 10, 1)
    );
    assert_eq!(counts.body_bytes, 10 * 12);
}

#[tokio::test]
async fn a_connection_ends_with_goaway_after_its_last_answer() {
    let behavior = TargetBehavior::default().close_after(3).expect("above 0");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let sender = open(&target).await;
    let mut answers = 0;
    let error = loop {
        match send_request(&sender, b"").await {
            Ok(_) => answers += 1,
            Err(error) => break error,
        }
    };
    assert!(answers >= 3, "{answers}");
    assert!(
        error.is_go_away() && error.reason() == Some(Reason::NO_ERROR),
        "{error}"
    );
    assert_eq!(target.shutdown().counts.answered, answers);
}

#[tokio::test]
async fn a_request_that_fails_on_purpose_resets_its_stream() {
    let behavior = TargetBehavior::default()
        .fail_share(0.5)
        .expect("a valid share");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let sender = open(&target).await;
    for answered in [true, false, true, false] {
        match send_request(&sender, b"").await {
            Ok(_) => assert!(answered),
            Err(error) => assert!(!answered && error.is_reset(), "{error}"),
        }
    }
    let counts = target.shutdown().counts;
    assert_eq!(
        (counts.answered, counts.failed, counts.connections),
        (2, 2, 1)
    );
}

#[tokio::test]
async fn raw_answers_are_valid_frames() {
    for body_bytes in [0, 2, 16_384, 1_000_000] {
        let target = TargetServer::spawn_raw(body_bytes).expect("a free port");
        let sender = open(&target).await;
        for body in [&b""[..], b"a body", &[b'x'; 50_000]] {
            for _ in 0..5 {
                assert_eq!(
                    send_request(&sender, body).await.expect("it is answered"),
                    body_bytes
                );
            }
        }
        assert_eq!(target.shutdown().counts.answered, 15);
    }
}
