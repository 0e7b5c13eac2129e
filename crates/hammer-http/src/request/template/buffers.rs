use bytes::{Bytes, BytesMut};

use crate::request::prepared::PreparedRequest;

/// A slot's own copy of a request, which each hit fills in anew.
#[derive(Debug)]
pub(crate) struct RequestBuffer {
    pub(crate) request: PreparedRequest,
    /// Where what was filled in is kept; it comes back when the request is gone.
    memory: BytesMut,
}

impl RequestBuffer {
    pub(crate) fn new(request: PreparedRequest) -> Self {
        Self {
            request,
            memory: BytesMut::new(),
        }
    }

    /// A copy of `text` in the memory of the last one, if that is used no more.
    pub(super) fn store(&mut self, text: &[u8]) -> Bytes {
        self.memory.reserve(text.len());
        self.memory.extend_from_slice(text);
        self.memory.split().freeze()
    }
}

/// Where texts are rendered, one for all slots of a worker.
#[derive(Default)]
pub(crate) struct RenderBuffer {
    pub(super) text: Vec<u8>,
    /// Where each piece of it ends, but for the body.
    pub(super) ends: Vec<usize>,
}
