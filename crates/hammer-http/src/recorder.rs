//! Recording of requests and responses for people to read.

use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use hammer_data::credential::SecretBytes;
use http::response;
use http::{HeaderMap, Version};
use url::Url;

use crate::request::prepared::PreparedRequest;
use crate::response::decoder::BodyDecoder;

/// Maximum number of bytes of a body to keep.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Records the request and the response of each hit, to inspect a few hits.
///
/// Clones share one recording. It grows with every hit, so do not use it for a load.
#[derive(Clone, Default)]
pub struct ExchangeRecorder(Arc<Mutex<RecorderState>>);

#[derive(Default)]
struct RecorderState {
    exchanges: Vec<RecordedExchange>,
    secrets: Vec<SecretBytes>,
}

/// One request and its response, secrets included.
///
/// [`mask_header`](crate::mask_header) masks the secret in a header.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// The URL without credentials.
    pub url: String,
    /// The method.
    pub method: String,
    /// The target in the request line.
    pub request_target: String,
    /// The headers, in the order sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, up to 1 MiB.
    pub body: Vec<u8>,
    /// The length of the whole body, in bytes.
    pub body_bytes: u64,
    /// The response, if its head arrived.
    pub response: Option<RecordedResponse>,
}

/// The response of a [`RecordedExchange`].
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// The status.
    pub status: u16,
    /// The standard reason phrase of the status.
    pub reason: &'static str,
    /// The headers, ordered by the first appearance of their names.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as received, up to 1 MiB.
    pub body: Vec<u8>,
    /// The number of bytes received of the body.
    pub body_bytes: u64,
    /// True if the body was received to its end.
    pub complete: bool,
    /// The decoded body, if it was compressed and is complete in `body`.
    pub decoded_body: Option<Vec<u8>>,
}

impl ExchangeRecorder {
    /// Creates an empty recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the recorded exchanges and leaves the recorder empty.
    #[must_use]
    pub fn take_exchanges(&self) -> Vec<RecordedExchange> {
        std::mem::take(&mut self.lock().exchanges)
    }

    /// Remembers a secret that recorded exchanges may contain and that must not be shown.
    pub fn hide_secret(&self, secret: SecretBytes) {
        let secrets = &mut self.lock().secrets;
        if !secrets.contains(&secret) {
            secrets.push(secret);
        }
    }

    /// Secrets that must not be shown: the tokens that hits carried, and those passed to
    /// [`hide_secret`](Self::hide_secret).
    #[must_use]
    pub fn hidden_secrets(&self) -> Vec<SecretBytes> {
        self.lock().secrets.clone()
    }

    /// Begins an exchange and returns its index.
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

    pub(crate) fn record_head(&self, index: usize, head: &response::Parts) {
        self.update(index, |exchange| {
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

    pub(crate) fn record_chunk(&self, index: usize, chunk: &[u8]) {
        self.update(index, |exchange| {
            if let Some(response) = &mut exchange.response {
                response.body_bytes += chunk.len() as u64;
                let free = MAX_BODY_BYTES - response.body.len();
                response
                    .body
                    .extend_from_slice(&chunk[..chunk.len().min(free)]);
            }
        });
    }

    /// Marks the body as complete and decodes it.
    pub(crate) fn finish_body(&self, index: usize, headers: &HeaderMap) {
        self.update(index, |exchange| {
            if let Some(response) = &mut exchange.response {
                response.complete = true;
                let decoded = BodyDecoder::new(headers, MAX_BODY_BYTES as u64, Rc::default())
                    .and_then(|mut decoder| {
                        decoder.write(&response.body)?;
                        decoder.finish()
                    });
                response.decoded_body = decoded
                    .ok()
                    .filter(|body| body.coded)
                    .map(|body| body.bytes);
            }
        });
    }

    fn update(&self, index: usize, change: impl FnOnce(&mut RecordedExchange)) {
        // The exchange may have been taken in the meantime.
        if let Some(exchange) = self.lock().exchanges.get_mut(index) {
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
        // Headers and bodies may contain secrets.
        f.debug_struct("RecordedExchange")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body_bytes)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

fn header_pairs(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let pair = |(name, value): (&http::header::HeaderName, &http::header::HeaderValue)| {
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
