//! One connection, from accept to close.

use std::future::{Future, pending, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::time::{Instant, sleep};

use crate::knobs::Knobs;
use crate::ledger::{Ledger, Ticket};
use crate::tokens::{Entry, Tokens};
use crate::transport::{Attend, Stream};
use crate::wire::{Farewell, Wire};

/// What all connections of a target have in common.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) knobs: Knobs,
    pub(crate) body: Bytes,
    /// Where they are asked for.
    pub(crate) tokens: Option<Tokens>,
    pub(crate) ledger: Arc<Ledger>,
}

/// What the requests of one connection have in common.
#[derive(Debug)]
struct Connection {
    house: Arc<House>,
    answers: AtomicU64,
    farewell: Arc<Farewell>,
}

impl Attend for House {
    async fn attend(self: Arc<Self>, stream: impl Stream) {
        let farewell = Arc::new(Farewell::default());
        let wire = Wire {
            stream,
            ledger: Arc::clone(&self.ledger),
            farewell: Arc::clone(&farewell),
        };
        let connection = Arc::new(Connection {
            house: self,
            answers: AtomicU64::new(0),
            farewell: Arc::clone(&farewell),
        });

        let service = service_fn(move |request| Arc::clone(&connection).hit(request));
        // HTTP/1.1 or HTTP/2, as the client begins; over TLS both were offered.
        let builder = auto::Builder::new(TokioExecutor::new());
        let mut served = pin!(builder.serve_connection(TokioIo::new(wire), service));
        let ended = poll_fn(|cx| {
            loop {
                return match served.as_mut().poll(cx) {
                    Poll::Pending if farewell.is_flushed() => Poll::Ready(Ok(())),
                    Poll::Pending if farewell.is_asked_for() => {
                        served.as_mut().graceful_shutdown();
                        continue;
                    }
                    polled => polled,
                };
            }
        });
        if let Err(error) = ended.await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

impl Connection {
    /// One request: it arrives, is read, waits, and is answered or not.
    async fn hit(self: Arc<Self>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        if self.farewell.is_answered() {
            // Sent after what was to be the last one; the connection is about to be closed.
            return pending().await;
        }
        let house = &self.house;
        let version = request.version();
        let entry = match &house.tokens {
            Some(tokens) => match tokens.entry(&request, Instant::now()) {
                Entry::Asks => return self.give(tokens, request.into_body()).await,
                entry => entry,
            },
            None => Entry::Granted,
        };
        let ticket = house.ledger.arrive(&house.knobs);
        let read = self.read(request.into_body(), ticket.at).await?;
        let waited = wait(ticket, read).await;
        if house.knobs.fails(ticket.number) {
            house.ledger.fail(ticket, waited);
            return Err(io::Error::other("failed on purpose"));
        }
        house.ledger.answer(ticket, waited);
        Ok(match entry {
            Entry::Refused => refusal(),
            _ => self.answer(version),
        })
    }

    /// Gives a token to whoever asks for one, whatever the form says.
    async fn give(&self, tokens: &Tokens, form: Incoming) -> io::Result<Response<Full<Bytes>>> {
        form.collect().await.map_err(io::Error::other)?;
        self.house.ledger.give_token();
        let mut response = Response::new(Full::new(tokens.give(Instant::now()).into()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response)
    }

    /// Reads a body to its end and counts it. Returns when that was: on arrival if there is none.
    async fn read(&self, mut body: Incoming, arrived: Instant) -> io::Result<Instant> {
        if body.is_end_stream() {
            return Ok(arrived);
        }
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(io::Error::other)?;
            self.house
                .ledger
                .read_body(frame.data_ref().map_or(0, Bytes::len));
        }
        Ok(Instant::now())
    }

    fn answer(&self, version: Version) -> Response<Full<Bytes>> {
        let knobs = &self.house.knobs;
        let mut response = Response::new(Full::new(self.house.body.clone()));
        *response.status_mut() = knobs.code();
        if knobs.is_last(self.answers.fetch_add(1, Ordering::Relaxed) + 1) {
            if knobs.announces() && version == Version::HTTP_2 {
                self.farewell.ask_for();
            } else if knobs.announces() {
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            } else {
                self.farewell.answered();
            }
        }
        response
    }
}

/// What says that a token is missing or has expired (RFC 6750, section 3).
fn refusal() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let why = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, why);
    response
}

/// Waits until the request has been here for as long as it has to. Returns how long that took since
/// it was `read`: the time its client took to send it is not the target's doing.
async fn wait(ticket: Ticket, read: Instant) -> Duration {
    if ticket.wait.is_zero() {
        return Duration::ZERO;
    }
    sleep(ticket.wait.saturating_sub(ticket.at.elapsed())).await;
    read.elapsed()
}
