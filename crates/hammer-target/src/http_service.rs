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

use crate::behavior::TargetBehavior;
use crate::counting_stream::{CloseProgress, CountingStream};
use crate::recorder::{ArrivedRequest, TargetRecorder};
use crate::token_issuer::{TokenCheck, TokenIssuer};
use crate::transport::{ByteStream, ConnectionHandler};

/// What all connections of a target have in common.
#[derive(Debug)]
pub(crate) struct HttpService {
    pub(crate) behavior: TargetBehavior,
    pub(crate) body: Bytes,
    /// Where they are asked for.
    pub(crate) token_issuer: Option<TokenIssuer>,
    pub(crate) recorder: Arc<TargetRecorder>,
}

/// What the requests of one connection have in common.
#[derive(Debug)]
struct ServedConnection {
    service: Arc<HttpService>,
    answers: AtomicU64,
    close_progress: Arc<CloseProgress>,
}

impl ConnectionHandler for HttpService {
    async fn handle(self: Arc<Self>, stream: impl ByteStream) {
        let farewell = Arc::new(CloseProgress::default());
        let wire = CountingStream {
            stream,
            recorder: Arc::clone(&self.recorder),
            close_progress: Arc::clone(&farewell),
        };
        let connection = Arc::new(ServedConnection {
            service: self,
            answers: AtomicU64::new(0),
            close_progress: Arc::clone(&farewell),
        });

        let service = service_fn(move |request| Arc::clone(&connection).serve_request(request));
        // HTTP/1.1 or HTTP/2, as the client begins; over TLS both were offered.
        let builder = auto::Builder::new(TokioExecutor::new());
        let mut served = pin!(builder.serve_connection(TokioIo::new(wire), service));
        let ended = poll_fn(|cx| {
            loop {
                return match served.as_mut().poll(cx) {
                    Poll::Pending if farewell.is_flushed() => Poll::Ready(Ok(())),
                    Poll::Pending if farewell.take_goaway_request() => {
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

impl ServedConnection {
    /// One request: it arrives, is read, waits, and is answered or not.
    async fn serve_request(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> io::Result<Response<Full<Bytes>>> {
        if self.close_progress.is_answered() {
            // Sent after what was to be the last one; the connection is about to be closed.
            return pending().await;
        }
        let house = &self.service;
        let version = request.version();
        let entry = match &house.token_issuer {
            Some(tokens) => match tokens.check(&request, Instant::now()) {
                TokenCheck::TokenRequest => {
                    return self.issue_token(tokens, request.into_body()).await;
                }
                entry => entry,
            },
            None => TokenCheck::Valid,
        };
        let ticket = house.recorder.record_arrival(&house.behavior);
        let read = self.read_body(request.into_body(), ticket.arrived).await?;
        let waited = wait(ticket, read).await;
        if house.behavior.should_fail(ticket.number) {
            house.recorder.record_failed(ticket, waited);
            return Err(io::Error::other("failed on purpose"));
        }
        house.recorder.record_answered(ticket, waited);
        Ok(match entry {
            TokenCheck::Invalid => unauthorized(),
            _ => self.response(version),
        })
    }

    /// Gives a token to whoever asks for one, whatever the form says.
    async fn issue_token(
        &self,
        tokens: &TokenIssuer,
        form: Incoming,
    ) -> io::Result<Response<Full<Bytes>>> {
        form.collect().await.map_err(io::Error::other)?;
        self.service.recorder.record_token();
        let mut response = Response::new(Full::new(tokens.issue(Instant::now()).into()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response)
    }

    /// Reads a body to its end and counts it. Returns when that was: on arrival if there is none.
    async fn read_body(&self, mut body: Incoming, arrived: Instant) -> io::Result<Instant> {
        if body.is_end_stream() {
            return Ok(arrived);
        }
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(io::Error::other)?;
            self.service
                .recorder
                .record_body(frame.data_ref().map_or(0, Bytes::len));
        }
        Ok(Instant::now())
    }

    fn response(&self, version: Version) -> Response<Full<Bytes>> {
        let knobs = &self.service.behavior;
        let mut response = Response::new(Full::new(self.service.body.clone()));
        *response.status_mut() = knobs.status_code();
        if knobs.is_last_response(self.answers.fetch_add(1, Ordering::Relaxed) + 1) {
            if knobs.announces_close() && version == Version::HTTP_2 {
                self.close_progress.request_goaway();
            } else if knobs.announces_close() {
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            } else {
                self.close_progress.mark_answered();
            }
        }
        response
    }
}

/// What says that a token is missing or has expired (RFC 6750, section 3).
fn unauthorized() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let why = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, why);
    response
}

/// Waits until the request has been here for as long as it has to. Returns how long that took since
/// it was `read`: the time its client took to send it is not the target's doing.
async fn wait(ticket: ArrivedRequest, read: Instant) -> Duration {
    if ticket.wait.is_zero() {
        return Duration::ZERO;
    }
    sleep(ticket.wait.saturating_sub(ticket.arrived.elapsed())).await;
    read.elapsed()
}
