//! Recording of requests and responses for people to read.

use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use hammer_data::credential::SecretBytes;
use hammer_wire::{FieldList, Fields, ResponseHead};
use http::{HeaderMap, StatusCode};
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
    /// The headers in the order received, with names in lower case.
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

    /// Begins an exchange.
    pub(crate) fn begin_exchange(
        &self,
        url: &Url,
        request: &PreparedRequest,
    ) -> ExchangeRecording<'_> {
        let exchanges = &mut self.lock().exchanges;
        exchanges.push(RecordedExchange {
            url: url.to_string(),
            method: request.head.method.to_string(),
            request_target: String::from_utf8_lossy(&request.head.target).into_owned(),
            headers: header_pairs(&request.head.headers),
            body: body_prefix(&request.body),
            body_bytes: request.body.len() as u64,
            response: None,
        });
        ExchangeRecording {
            recorder: self,
            index: exchanges.len() - 1,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RecorderState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One exchange while it is recorded.
pub(crate) struct ExchangeRecording<'r> {
    recorder: &'r ExchangeRecorder,
    index: usize,
}

impl ExchangeRecording<'_> {
    pub(crate) fn record_head(&self, head: &ResponseHead<'_>) {
        let status = StatusCode::from_u16(head.status).ok();
        let fields = head.fields.iter();
        let pair = |(name, value): (&[u8], &[u8])| {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            (name, value.to_vec())
        };
        self.update(|exchange| {
            exchange.response = Some(RecordedResponse {
                version: head.version.as_str().to_owned(),
                status: head.status,
                reason: status
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default(),
                headers: fields.map(pair).collect(),
                body: vec![],
                body_bytes: 0,
                complete: false,
                decoded_body: None,
            });
        });
    }

    pub(crate) fn record_chunk(&self, chunk: &[u8]) {
        self.update(|exchange| {
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
    pub(crate) fn finish_body(&self) {
        self.update(|exchange| {
            if let Some(response) = &mut exchange.response {
                response.complete = true;
                let fields: FieldList = response.headers.iter().cloned().collect();
                let fields = Fields::from_list(&fields);
                let decoded = BodyDecoder::new(&fields, MAX_BODY_BYTES as u64, Rc::default())
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

    fn update(&self, change: impl FnOnce(&mut RecordedExchange)) {
        // The exchange may have been taken in the meantime.
        if let Some(exchange) = self.recorder.lock().exchanges.get_mut(self.index) {
            change(exchange);
        }
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
