use bytes::{Bytes, BytesMut};

use crate::template::Template;

/// A slot's own copy of a request, which each hit fills in anew.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) template: Template,
    /// Where what was filled in is kept; it comes back when the request is gone.
    memory: BytesMut,
}

impl Sheet {
    pub(crate) fn new(template: Template) -> Self {
        Self {
            template,
            memory: BytesMut::new(),
        }
    }

    /// A copy of `text` in the memory of the last one, if that is used no more.
    pub(super) fn keep(&mut self, text: &[u8]) -> Bytes {
        self.memory.reserve(text.len());
        self.memory.extend_from_slice(text);
        self.memory.split().freeze()
    }
}

/// Where texts are rendered, one for all slots of a worker.
#[derive(Default)]
pub(crate) struct Desk {
    pub(super) text: Vec<u8>,
    /// Where each piece of it ends, but for the body.
    pub(super) ends: Vec<usize>,
}
