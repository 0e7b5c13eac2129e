//! Buffers for rendering: a slot's copy of a request, and a worker's scratch space.

use bytes::{Bytes, BytesMut};

use crate::request::prepared::PreparedRequest;

/// A slot's copy of a request, which each hit fills in again.
#[derive(Debug)]
pub(crate) struct SlotRequestCopy {
    pub(crate) request: PreparedRequest,
    /// Memory for rendered parts; reusable once the previous request has dropped them.
    memory: BytesMut,
}

impl SlotRequestCopy {
    pub(crate) fn new(request: PreparedRequest) -> Self {
        Self {
            request,
            memory: BytesMut::new(),
        }
    }

    /// Copies `text`, into the memory of the previous text if that is free.
    pub(super) fn store(&mut self, text: &[u8]) -> Bytes {
        self.memory.reserve(text.len());
        self.memory.extend_from_slice(text);
        self.memory.split().freeze()
    }
}

/// Scratch space for rendering, shared by the slots of a worker.
#[derive(Default)]
pub(crate) struct RenderBuffer {
    pub(super) text: Vec<u8>,
    /// The end of each part in `text`, except for the body.
    pub(super) ends: Vec<usize>,
}
