//! An HTTP/1.1 connection, driven by the task that waits for its response.

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

use crate::connection::http1_stream::{Http1Stream, Http1StreamControl};
use crate::connection::lifetime::ConnectionUsage;
use crate::connection::read_turn::wake_after_others;
use crate::failures;
use crate::request::prepared::{HyperRequestBody, PreparedRequest};
use hammer_net::OpenedConnection;
use hammer_net::SocketTraffic;

/// Maximum size of the headers of a response.
///
/// Their number is limited to 100, hyper's default. With a higher limit, hyper would allocate its table
/// of headers on the heap for every response.
const MAX_HEAD_BYTES: usize = 64 * 1024;

type Http1Driver = http1::Connection<TokioIo<Http1Stream>, HyperRequestBody>;

/// An open HTTP/1.1 connection of one slot.
pub(crate) struct Http1Connection {
    sender: SendRequest<HyperRequestBody>,
    driver: Option<Http1Driver>,
    /// The error that ended the connection, unless it was closed in order.
    driver_error: Option<hyper::Error>,
    control: Rc<Http1StreamControl>,
    traffic: Rc<SocketTraffic>,
    pub(crate) usage: ConnectionUsage,
}

/// Facts about a body that was read to its end.
#[derive(Debug, Default)]
pub(crate) struct BodyReadStats {
    pub(crate) bytes: u64,
    /// True if the body did not arrive together with the head.
    pub(crate) waited: bool,
}

impl Http1Connection {
    /// Starts HTTP/1.1 on a connection that was just opened.
    pub(crate) async fn handshake(opened: OpenedConnection, slot: &Slot) -> Result<Self, Failure> {
        let OpenedConnection { stream, traffic } = opened;
        let usage = ConnectionUsage::opened(slot);
        let control = Rc::new(Http1StreamControl::default());
        let stream = Http1Stream::new(stream, control.clone());
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| failures::exchange_failure(&error))?;
        Ok(Self {
            sender,
            driver: Some(driver),
            driver_error: None,
            control,
            traffic,
            usage,
        })
    }

    /// Bytes sent and received since the connection was opened.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        (self.traffic.sent.get(), self.traffic.received.get())
    }

    /// Reports whether the connection can take another request.
    pub(crate) fn is_ready(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends `request` and waits for the head of the response.
    ///
    /// The error contains the request if none of its bytes were sent: the driver checks for the end of
    /// the stream before it takes a request.
    pub(crate) async fn send(
        &mut self,
        request: &PreparedRequest,
    ) -> Result<Response<Incoming>, TrySendError<Request<HyperRequestBody>>> {
        self.control.begin_request(request);
        // Built in place: the request is large, and each variable it passes through is a copy.
        let mut response = pin!(self.sender.try_send_request(request.to_hyper()));
        poll_fn(|cx| {
            self.control.turn.begin();
            drive(&mut self.driver, &mut self.driver_error, cx);
            let polled = response.as_mut().poll(&mut noop_context());
            if polled.is_pending() {
                wake_if_out_of_budget(cx);
            }
            polled
        })
        .await
    }

    /// Reads a body to its end and passes each chunk to `on_chunk`.
    ///
    /// # Errors
    ///
    /// If the body ends early, or `on_chunk` fails.
    pub(crate) async fn read(
        &mut self,
        mut body: Incoming,
        mut on_chunk: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<BodyReadStats, Failure> {
        let mut stats = BodyReadStats::default();
        if body.is_end_stream() {
            return Ok(stats);
        }
        let read = poll_fn(|cx| {
            let mut driver_pending = false;
            let turn = &self.control.turn;
            turn.begin();
            loop {
                if turn.is_over() {
                    wake_after_others(cx);
                    stats.waited = true;
                    return Poll::Pending;
                }
                match Pin::new(&mut body).poll_frame(&mut noop_context()) {
                    Poll::Ready(Some(Ok(frame))) => {
                        driver_pending = false;
                        turn.count(0);
                        if let Some(chunk) = frame.data_ref() {
                            stats.bytes += chunk.len() as u64;
                            if let Err(failure) = on_chunk(chunk) {
                                return Poll::Ready(Err(Ok(failure)));
                            }
                        }
                        if body.is_end_stream() {
                            return Poll::Ready(Ok(()));
                        }
                    }
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(Err(error))),
                    Poll::Ready(None) => return Poll::Ready(Ok(())),
                    Poll::Pending if driver_pending => {
                        stats.waited = true;
                        return Poll::Pending;
                    }
                    Poll::Pending => {
                        driver_pending = drive(&mut self.driver, &mut self.driver_error, cx)
                    }
                }
            }
        });
        match read.await {
            Ok(()) => Ok(stats),
            Err(Ok(failure)) => Err(failure),
            // The driver's error is more specific than that of the body.
            Err(Err(error)) => Err(failures::exchange_failure(
                self.driver_error.as_ref().unwrap_or(&error),
            )),
        }
    }

    /// Closes the connection without waiting for the target.
    pub(crate) async fn close(self) {
        let Self {
            sender,
            mut driver,
            mut driver_error,
            ..
        } = self;
        drop(sender);
        poll_fn(|cx| {
            drive(&mut driver, &mut driver_error, cx);
            Poll::Ready(())
        })
        .await;
    }
}

/// Lets the connection read and write; returns true if it now waits for the network.
///
/// A connection that has ended is dropped, which also ends pending responses and bodies.
fn drive(
    driver: &mut Option<Http1Driver>,
    driver_error: &mut Option<hyper::Error>,
    cx: &mut Context<'_>,
) -> bool {
    let Some(connection) = driver else {
        return false;
    };
    let Poll::Ready(end) = Pin::new(connection).poll(cx) else {
        return true;
    };
    *driver_error = end.err();
    *driver = None;
    false
}

/// A context without a waker, for polling responses and bodies.
///
/// Both come from the driver, which is polled with the slot's waker. With that waker, they would wake a
/// slot that is already running.
fn noop_context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Wakes the slot if tokio's budget is used up, since a context without a waker loses that wake-up.
fn wake_if_out_of_budget(cx: &mut Context<'_>) {
    if !tokio::task::coop::has_budget_remaining() {
        wake_after_others(cx);
    }
}
