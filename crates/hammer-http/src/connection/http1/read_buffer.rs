//! The memory that the connections of a worker read into.

use std::cell::{RefCell, RefMut};

/// The size of a read.
const READ_BYTES: usize = 128 * 1024;

/// The read buffer that the connections of a worker share; only one reads at a time.
///
/// Sharing keeps it in the cache, and connections that wait need no memory.
#[derive(Debug, Default)]
pub(super) struct WorkerReadBuffer(RefCell<Vec<u8>>);

impl WorkerReadBuffer {
    pub(super) fn borrow(&self) -> RefMut<'_, Vec<u8>> {
        let mut buffer = self.0.borrow_mut();
        if buffer.is_empty() {
            buffer.resize(READ_BYTES, 0);
        }
        buffer
    }
}
