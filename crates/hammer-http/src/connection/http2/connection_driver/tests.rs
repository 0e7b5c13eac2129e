//! The task of a connection, polled by the test.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use hammer_core::{Failure, Hammer, Hit, Outcome, Run, Schedule, Slot};
use hammer_wire::http2::{
    FlowControlWindows, Http2Event, Http2Exchange, Http2Request, ResponseInterest,
};

use super::*;
use crate::Http;

/// The server's part: SETTINGS with a window of 1 GiB per stream, and as much for the connection.
const SETTINGS_AND_CREDIT: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x04\x40\0\0\0\
                                     \0\0\x04\x08\0\0\0\0\0\x3f\xff\0\0";
/// HEADERS on stream 1 with `:status: 200` and END_STREAM.
const OK: &[u8] = b"\0\0\x01\x01\x05\0\0\0\x01\x88";

/// A hammer whose only hit runs a test, on a connection to a server that runs a script.
struct DriverTest<S, T> {
    http: Http,
    listener: TcpListener,
    script: S,
    test: T,
}

/// Runs `test` with the driver of a connection, and `script` with the other end of it.
fn run_test<S, T>(script: S, test: T)
where
    S: Fn(TcpStream) + Clone + Send + Sync + 'static,
    T: AsyncFn(Http2ConnectionDriver, JoinHandle<()>) + Send + Sync + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!(
        "http://{}/",
        listener.local_addr().expect("a bound listener")
    );
    let hammer = DriverTest {
        http: Http::builder(&url).build().expect("valid options"),
        listener,
        script,
        test,
    };
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(1));
    let report = run
        .threads(1)
        .max_in_flight(1)
        .execute()
        .expect("a finished run");
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
}

impl<S, T> Hammer for DriverTest<S, T>
where
    S: Fn(TcpStream) + Clone + Send + Sync + 'static,
    T: AsyncFn(Http2ConnectionDriver, JoinHandle<()>) + Send + Sync + 'static,
{
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let slot = hit.slot();
        let opened = self.http.workflow.origins[0]
            .open(slot, hammer_net::FirstAddress::NextInTurn)
            .await?;
        let (peer, _) = self.listener.accept().expect("a connection");
        peer.set_nodelay(true).expect("a TCP socket");
        let script = self.script.clone();
        let server = thread::spawn(move || script(peer));
        let (connection, stream) =
            Http2Connection::new(opened, FlowControlWindows::default(), slot);
        let driver = Http2ConnectionDriver::new(connection, stream, slot.clone());
        (self.test)(driver, server).await;
        Ok(Outcome::ok("done"))
    }
}

/// Polls until the settings of the server have arrived.
async fn receive_settings(driver: &mut Http2ConnectionDriver) {
    poll_fn(|cx| {
        assert!(driver.poll_once(cx).is_pending());
        let protocol = driver.connection.protocol.borrow();
        if protocol.settings_received() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Sends a request with a body of this size.
fn upload(driver: &Http2ConnectionDriver, body_bytes: usize) -> Rc<Http2Exchange> {
    let exchange = Rc::new(Http2Exchange::new(ResponseInterest::default()));
    let mut request = Http2Request::new("POST", "http", b"a", b"/");
    request.set_body(vec![7; body_bytes].into());
    let sent = driver.connection.send(&exchange, &request);
    sent.expect("the connection accepts requests");
    exchange
}

/// The answer was lost: the failed write made the socket ready, but tokio did not know it yet.
#[test]
fn an_answer_before_a_failed_write_is_read() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let receiver = std::sync::Arc::new(std::sync::Mutex::new(receiver));
    let script = move |mut peer: TcpStream| {
        peer.write_all(SETTINGS_AND_CREDIT).expect("a connection");
        let receiver = receiver.lock().expect("no script panicked");
        receiver.recv().expect("an upload");
        peer.write_all(OK).expect("a connection");
        // The unread body makes the system reset the connection.
    };
    run_test(script, async move |mut driver, server| {
        receive_settings(&mut driver).await;
        let exchange = upload(&driver, 32 << 20);
        // A turn of the upload, after which the socket takes more.
        poll_fn(|cx| Poll::Ready(driver.poll_once(cx).is_pending())).await;
        sender.send(()).expect("a waiting server");
        // Meanwhile, the runtime does not see what happens to the socket.
        server.join().expect("no panic");
        let end = poll_fn(|cx| driver.poll_once(cx)).await;
        assert!(
            matches!(end, Http2ConnectionEnd::ByTarget(Failure::RESET)),
            "{end:?}"
        );
        let events = [exchange.next_event(), exchange.next_event()];
        assert!(
            matches!(events[0], Ok(Some(Http2Event::Head(200)))),
            "{events:?}"
        );
        assert!(matches!(events[1], Ok(Some(Http2Event::End))), "{events:?}");
    });
}

/// Writes went on for as long as the socket accepted bytes, which blocked the worker for milliseconds.
#[test]
fn writes_are_bounded_by_the_turn() {
    let script = |mut peer: TcpStream| {
        peer.write_all(SETTINGS_AND_CREDIT).expect("a connection");
        std::io::copy(&mut peer, &mut std::io::sink()).expect("a connection");
    };
    run_test(script, async |mut driver, server| {
        receive_settings(&mut driver).await;
        let exchange = upload(&driver, 64 << 20);
        let mut longest = 0;
        poll_fn(|cx| {
            driver.connection.take_unreported_traffic();
            assert!(driver.poll_once(cx).is_pending());
            let (written, _) = driver.connection.take_unreported_traffic();
            longest = longest.max(written);
            let protocol = driver.connection.protocol.borrow();
            let is_sent = exchange.unsent_bytes() == 0 && protocol.output().is_empty();
            if is_sent {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        drop(driver);
        server.join().expect("no panic");
        assert!(longest < 1 << 20, "{longest} bytes in a turn");
    });
}
