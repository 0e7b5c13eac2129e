//! Collects a body while it arrives, and decodes it once it is complete.

use std::io::Write;
use std::rc::Rc;
use std::time::Instant;

use hammer_core::Failure;
use hammer_wire::Fields;

use super::limits::{BodyBuffer, BodySizeLimiter, WorkerBodyMemory};
use super::{BodyDecoder, DecodedBody, failure};
use crate::connection::read_turn::MAX_TURN_TIME;

/// The number of encoded bytes that are decoded before the time is checked.
const PIECE_BYTES: usize = 4096;
/// The size by which an encoded body may exceed the limit of the decoded one, in addition to an eighth.
///
/// Codings add a header and a few bytes per block to data that they cannot compress.
const EXTRA_ENCODED_BYTES: u64 = 1024;

/// Collects the bytes of a body, and decodes them only once the body is complete.
///
/// Decoding takes time of the generator, so it is a phase of its own, after the arrival.
pub(crate) struct BodyCollector {
    decoder: BodyDecoder,
    /// The encoded body, if the body has a coding.
    encoded: Option<BodyBuffer>,
}

impl BodyCollector {
    /// Creates a collector for a body with these headers, limited to `max_bytes` and to the rest of
    /// `budget`.
    ///
    /// # Errors
    ///
    /// If the body has unknown codings, or too many.
    pub(crate) fn new(
        headers: &Fields<'_>,
        max_bytes: u64,
        budget: Rc<WorkerBodyMemory>,
    ) -> Result<Self, Failure> {
        let decoder = BodyDecoder::new(headers, max_bytes, budget.clone())?;
        let max_encoded = max_bytes
            .saturating_add(max_bytes / 8)
            .saturating_add(EXTRA_ENCODED_BYTES);
        let encoded = decoder.coded.then(|| {
            let limit = BodySizeLimiter::new(max_encoded, &decoder.too_large);
            BodyBuffer::new(limit, budget)
        });
        Ok(Self { decoder, encoded })
    }

    /// Adds the next chunk.
    ///
    /// # Errors
    ///
    /// If the body exceeds a limit.
    pub(crate) fn receive(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        match &mut self.encoded {
            Some(encoded) => encoded
                .write_all(chunk)
                .map_err(|error| failure(&self.decoder.too_large, &error)),
            None => self.decoder.write(chunk),
        }
    }

    /// Returns the complete body if it has no coding, or the collector.
    pub(crate) fn finish_uncoded(self) -> Result<Result<DecodedBody, Failure>, Self> {
        match self.encoded {
            None => Ok(self.decoder.finish()),
            Some(_) => Err(self),
        }
    }

    /// Decodes the complete body; lets other tasks run from time to time.
    ///
    /// # Errors
    ///
    /// If the body exceeds a limit, or is not coded as its headers say.
    pub(crate) async fn decode(self) -> Result<DecodedBody, Failure> {
        let Self {
            mut decoder,
            encoded,
        } = self;
        let mut turn_start = Instant::now();
        for piece in encoded.iter().flat_map(|body| body.pieces(PIECE_BYTES)) {
            decoder.write(piece)?;
            if turn_start.elapsed() >= MAX_TURN_TIME {
                tokio::task::yield_now().await;
                turn_start = Instant::now();
            }
        }
        decoder.finish()
    }
}
