//! One HTTP/1.1 connection, driven by whoever waits for its answer.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use hammer_core::{Failure, Slot};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::connection::lifetime::ConnectionUsage;
use crate::connection::request_line_stream::{NextRequestLine, RequestLineStream};
use crate::failures;
use crate::request::prepared::{PreparedRequest, RequestBody};
use hammer_net::OpenedConnection;
use hammer_net::SocketTraffic;

/// The head of an answer may be this large. It may have 100 headers, hyper's own limit: a higher
/// one would move its table of headers from the stack to the heap, for every answer.
const MAX_HEAD_BYTES: usize = 64 * 1024;

type Http1Driver = http1::Connection<TokioIo<RequestLineStream>, RequestBody>;

pub(crate) struct Http1Connection {
    sender: SendRequest<RequestBody>,
    driver: Option<Http1Driver>,
    /// What ended the connection, if that was no orderly end.
    driver_error: Option<hyper::Error>,
    next_line: NextRequestLine,
    traffic: Rc<SocketTraffic>,
    pub(crate) usage: ConnectionUsage,
}

/// A body that was read to its end.
#[derive(Debug, Default)]
pub(crate) struct BodyStats {
    pub(crate) bytes: u64,
    /// Whether it did not come together with the head.
    pub(crate) waited: bool,
}

impl Http1Connection {
    pub(crate) async fn handshake(opened: OpenedConnection, slot: &Slot) -> Result<Self, Failure> {
        let OpenedConnection { stream, traffic } = opened;
        let life = ConnectionUsage::opened(slot);
        let next = NextRequestLine::default();
        let wire = RequestLineStream::new(stream, next.clone());
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(wire))
            .await
            .map_err(|error| failures::exchange_failure(&error))?;
        Ok(Self {
            sender,
            driver: Some(driver),
            driver_error: None,
            next_line: next,
            traffic,
            usage: life,
        })
    }

    /// Bytes sent and received since the connection was opened.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        (self.traffic.sent.get(), self.traffic.received.get())
    }

    /// Whether it can take another request.
    pub(crate) fn is_ready(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends the request of `template` and waits for the head of the answer.
    ///
    /// The error has the request in it if not a byte of it was sent: the driver looks for the end
    /// of the stream before it takes a request.
    pub(crate) async fn send(
        &mut self,
        request: &PreparedRequest,
    ) -> Result<Response<Incoming>, TrySendError<Request<RequestBody>>> {
        self.next_line.set(request);
        // The request is made here, where it is handed over: it is large, and every variable that
        // it passes through is a copy.
        let mut answer = pin!(self.sender.try_send_request(request.to_hyper()));
        poll_fn(|cx| {
            drive(&mut self.driver, &mut self.driver_error, cx);
            let polled = answer.as_mut().poll(&mut noop_context());
            if polled.is_pending() {
                wake_if_out_of_budget(cx);
            }
            polled
        })
        .await
    }

    /// Reads a body to its end, and hands each piece of it to `take`.
    ///
    /// # Errors
    ///
    /// If the body does not come to its end, or `take` has enough.
    pub(crate) async fn read(
        &mut self,
        mut body: Incoming,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<BodyStats, Failure> {
        let mut whole = BodyStats::default();
        if body.is_end_stream() {
            return Ok(whole);
        }
        let read = poll_fn(|cx| {
            let mut stuck = false;
            loop {
                match Pin::new(&mut body).poll_frame(&mut noop_context()) {
                    Poll::Ready(Some(Ok(frame))) => {
                        stuck = false;
                        if let Some(piece) = frame.data_ref() {
                            whole.bytes += piece.len() as u64;
                            if let Err(enough) = take(piece) {
                                return Poll::Ready(Err(Ok(enough)));
                            }
                        }
                        if body.is_end_stream() {
                            return Poll::Ready(Ok(()));
                        }
                    }
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(Err(error))),
                    Poll::Ready(None) => return Poll::Ready(Ok(())),
                    Poll::Pending if stuck => {
                        whole.waited = true;
                        return Poll::Pending;
                    }
                    Poll::Pending => stuck = drive(&mut self.driver, &mut self.driver_error, cx),
                }
            }
        });
        match read.await {
            Ok(()) => Ok(whole),
            Err(Ok(enough)) => Err(enough),
            // The driver knows better than the body why there is no more of it.
            Err(Err(error)) => Err(failures::exchange_failure(
                self.driver_error.as_ref().unwrap_or(&error),
            )),
        }
    }

    /// Says goodbye as far as that needs no waiting.
    pub(crate) async fn close(self) {
        let Self {
            sender,
            mut driver,
            driver_error: mut broken,
            ..
        } = self;
        drop(sender);
        poll_fn(|cx| {
            drive(&mut driver, &mut broken, cx);
            Poll::Ready(())
        })
        .await;
    }
}

/// Lets the connection read and write; whether it waits for the network now. When it is over, it
/// is dropped, and with it goes a word to those who wait for an answer or a body.
fn drive(
    driver: &mut Option<Http1Driver>,
    broken: &mut Option<hyper::Error>,
    cx: &mut Context<'_>,
) -> bool {
    let Some(connection) = driver else {
        return false;
    };
    let Poll::Ready(end) = Pin::new(connection).poll(cx) else {
        return true;
    };
    *broken = end.err();
    *driver = None;
    false
}

/// Answers and bodies come out of the driver, which has just been polled with the slot's own waker.
/// If they knew it too, each of them would wake the slot that is running already, once more.
fn noop_context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Out of budget, tokio's channels say "pending" and wake; but nobody hears a silent context.
fn wake_if_out_of_budget(cx: &Context<'_>) {
    if !tokio::task::coop::has_budget_remaining() {
        cx.waker().wake_by_ref();
    }
}
