//! What hits sent and got, kept for people to read.

use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use hammer_data::credential::SecretBytes;
use hyper::http::response;
use hyper::{HeaderMap, Version};
use url::Url;

use crate::request::prepared::PreparedRequest;
use crate::response::decoder::BodyDecoder;

/// So much of each body is kept.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Records what each hit of a hammer sends and gets, for looking at a few of them.
///
/// Clones are the same tape. It grows with each hit: it is not for loads.
#[derive(Clone, Default)]
pub struct ExchangeRecorder(Arc<Mutex<RecorderState>>);

#[derive(Default)]
struct RecorderState {
    exchanges: Vec<RecordedExchange>,
    secrets: Vec<SecretBytes>,
}

/// One request and its answer, secrets and all.
///
/// [`mask_header`](crate::mask_header) shows a header without its secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// Scheme, host and port, and path, without credentials.
    pub url: String,
    /// The method.
    pub method: String,
    /// What the request line asks for.
    pub request_target: String,
    /// The headers in the order in which they are sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, or its first part.
    pub body: Vec<u8>,
    /// The length of the whole body.
    pub body_bytes: u64,
    /// The answer, if its head came.
    pub response: Option<RecordedResponse>,
}

/// The answer of an [`Exchange`].
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// `HTTP/1.1`, or what else it was.
    pub version: String,
    /// The status.
    pub status: u16,
    /// What the status means, by its standard.
    pub reason: &'static str,
    /// The headers in the order of their names' first appearance.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as it came, or its first part.
    pub body: Vec<u8>,
    /// The length of the body as it came, as far as it came.
    pub body_bytes: u64,
    /// Whether the body came to its end.
    pub complete: bool,
    /// The body without its codings, if it has any, and all of it is here.
    pub decoded_body: Option<Vec<u8>>,
}

impl ExchangeRecorder {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is on the tape; it is empty then.
    #[must_use]
    pub fn take_exchanges(&self) -> Vec<RecordedExchange> {
        std::mem::take(&mut self.lock().exchanges)
    }

    /// Remembers that this may stand in what is on the tape, and that nobody is to read it.
    pub fn hide_secret(&self, secret: SecretBytes) {
        let secrets = &mut self.lock().secrets;
        if !secrets.contains(&secret) {
            secrets.push(secret);
        }
    }

    /// What nobody is to read: the tokens that hits were sent with, and what was [hidden](Self::hide).
    #[must_use]
    pub fn hidden_secrets(&self) -> Vec<SecretBytes> {
        self.lock().secrets.clone()
    }

    /// Begins an exchange, and says where it is.
    pub(crate) fn begin_exchange(&self, url: &Url, request: &PreparedRequest) -> usize {
        let exchanges = &mut self.lock().exchanges;
        exchanges.push(RecordedExchange {
            url: url.to_string(),
            method: request.head.method.to_string(),
            request_target: match &request.target {
                Some(target) => String::from_utf8_lossy(target).into_owned(),
                None => request.head.uri.to_string(),
            },
            headers: header_pairs(&request.head.headers),
            body: body_prefix(&request.body),
            body_bytes: request.body.len() as u64,
            response: None,
        });
        exchanges.len() - 1
    }

    pub(crate) fn record_head(&self, at: usize, head: &response::Parts) {
        self.update(at, |exchange| {
            exchange.response = Some(RecordedResponse {
                version: version_name(head.version).to_owned(),
                status: head.status.as_u16(),
                reason: head.status.canonical_reason().unwrap_or_default(),
                headers: header_pairs(&head.headers),
                body: vec![],
                body_bytes: 0,
                complete: false,
                decoded_body: None,
            });
        });
    }

    pub(crate) fn record_chunk(&self, at: usize, piece: &[u8]) {
        self.update(at, |exchange| {
            if let Some(answer) = &mut exchange.response {
                answer.body_bytes += piece.len() as u64;
                let room = MAX_BODY_BYTES - answer.body.len();
                answer
                    .body
                    .extend_from_slice(&piece[..piece.len().min(room)]);
            }
        });
    }

    /// The body is whole.
    pub(crate) fn finish_body(&self, at: usize, headers: &HeaderMap) {
        self.update(at, |exchange| {
            if let Some(answer) = &mut exchange.response {
                answer.complete = true;
                let decoded = BodyDecoder::new(headers, MAX_BODY_BYTES as u64, Rc::default())
                    .and_then(|mut decoder| {
                        decoder.write(&answer.body)?;
                        decoder.finish()
                    });
                answer.decoded_body = decoded
                    .ok()
                    .filter(|body| body.coded)
                    .map(|body| body.bytes);
            }
        });
    }

    fn update(&self, at: usize, change: impl FnOnce(&mut RecordedExchange)) {
        // It may have been taken meanwhile.
        if let Some(exchange) = self.lock().exchanges.get_mut(at) {
            change(exchange);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RecorderState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ExchangeRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeRecorder").finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordedExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and bodies have secrets.
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("answer", &self.response)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body_bytes)
            .field("whole", &self.complete)
            .finish_non_exhaustive()
    }
}

fn header_pairs(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let pair = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), value.as_bytes().to_vec())
    };
    headers.iter().map(pair).collect()
}

fn body_prefix(body: &[u8]) -> Vec<u8> {
    body[..body.len().min(MAX_BODY_BYTES)].to_vec()
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}
