//! HTTP service of a connection, from accept to close.

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
use tokio::time::Instant;

use crate::answer_timer::AnswerTimer;
use crate::counting_stream::{CloseProgress, CountingStream};
use crate::queue::WaitPlanner;
use crate::recorder::{ArrivedRequest, TargetRecorder};
use crate::token_issuer::{TokenCheckResult, TokenIssuer};
use crate::transport::{ByteStream, ConnectionHandler};

/// The state that all connections of a target share.
#[derive(Debug)]
pub(crate) struct HttpService {
    pub(crate) planner: WaitPlanner,
    pub(crate) timer: AnswerTimer,
    pub(crate) body: Bytes,
    /// `None` if no tokens are required.
    pub(crate) token_issuer: Option<TokenIssuer>,
    pub(crate) recorder: Arc<TargetRecorder>,
}

/// The state that all requests of a connection share.
#[derive(Debug)]
struct ServedConnection {
    service: Arc<HttpService>,
    answers: AtomicU64,
    close_progress: Arc<CloseProgress>,
}

impl HttpService {
    /// Waits until the planned wait has passed since the arrival, and returns the time since `body_end`.
    /// The time that the client took to send the body is not caused by the target.
    async fn wait(&self, arrived: ArrivedRequest, body_end: Instant) -> Duration {
        if arrived.wait.is_zero() {
            return Duration::ZERO;
        }
        self.timer.sleep_until(arrived.at + arrived.wait).await;
        body_end.elapsed()
    }
}

impl ConnectionHandler for HttpService {
    async fn handle(self: Arc<Self>, stream: impl ByteStream) {
        let close_progress = Arc::new(CloseProgress::default());
        let stream = CountingStream {
            stream,
            recorder: Arc::clone(&self.recorder),
            close_progress: Arc::clone(&close_progress),
        };
        let connection = Arc::new(ServedConnection {
            service: self,
            answers: AtomicU64::new(0),
            close_progress: Arc::clone(&close_progress),
        });

        let service = service_fn(move |request| Arc::clone(&connection).serve_request(request));
        // The first bytes of the client select HTTP/1.1 or HTTP/2. Over TLS, both were offered.
        let builder = auto::Builder::new(TokioExecutor::new());
        let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let ended = poll_fn(|cx| {
            loop {
                return match served.as_mut().poll(cx) {
                    Poll::Pending if close_progress.is_flushed() => Poll::Ready(Ok(())),
                    Poll::Pending if close_progress.take_goaway_request() => {
                        served.as_mut().graceful_shutdown();
                        continue;
                    }
                    polled => polled,
                };
            }
        });
        if let Err(error) = ended.await {
            tracing::debug!(%error, "connection ended early");
        }
    }
}

impl ServedConnection {
    /// Records a request, reads it, waits, and answers or fails.
    async fn serve_request(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> io::Result<Response<Full<Bytes>>> {
        if self.close_progress.is_answered() {
            // The last answer was already sent, and the connection is about to be closed.
            return pending().await;
        }
        let service = &self.service;
        let version = request.version();
        let token_check = match &service.token_issuer {
            Some(tokens) => match tokens.check(&request, Instant::now()) {
                TokenCheckResult::TokenRequest => {
                    return self.issue_token(tokens, request.into_body()).await;
                }
                checked => checked,
            },
            None => TokenCheckResult::Valid,
        };
        let arrived = service.recorder.record_arrival(&service.planner);
        let body_end = self.read_body(request.into_body(), arrived.at).await?;
        let waited = service.wait(arrived, body_end).await;
        if service.planner.behavior().should_fail(arrived.number) {
            service.recorder.record_failed(arrived, waited);
            return Err(io::Error::other("failed on purpose"));
        }
        service.recorder.record_answered(arrived, waited);
        Ok(match token_check {
            TokenCheckResult::Invalid => unauthorized(),
            _ => self.response(version),
        })
    }

    /// Issues a token, regardless of the form.
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

    /// Reads and counts a body, and returns the time of its end, or `arrival` if there is no body.
    async fn read_body(&self, mut body: Incoming, arrival: Instant) -> io::Result<Instant> {
        if body.is_end_stream() {
            return Ok(arrival);
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
        let behavior = self.service.planner.behavior();
        let mut response = Response::new(Full::new(self.service.body.clone()));
        *response.status_mut() = behavior.status_code();
        if behavior.is_last_response(self.answers.fetch_add(1, Ordering::Relaxed) + 1) {
            if behavior.announces_close() && version == Version::HTTP_2 {
                self.close_progress.request_goaway();
            } else if behavior.announces_close() {
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

/// Creates the answer to a missing or expired token (RFC 6750, section 3).
fn unauthorized() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}
