//! The memory that the connections of a worker read into.

use std::cell::{RefCell, RefMut};

use hammer_wire::http1::MAX_INCOMPLETE_BYTES;

/// The size of a read: about a hundred answers of one kilobyte.
const READ_BYTES: usize = 128 * 1024;

// A head that has not fully arrived is copied to the front, and there is room for more after it.
const _: () = assert!(READ_BYTES > MAX_INCOMPLETE_BYTES);

/// The read buffer that the connections of a worker share; only one reads at a time.
///
/// Sharing keeps it in the cache, and connections that wait need no memory.
#[derive(Debug, Default)]
pub(crate) struct WorkerReadBuffer(RefCell<Vec<u8>>);

impl WorkerReadBuffer {
    pub(crate) fn borrow(&self) -> RefMut<'_, Vec<u8>> {
        let mut buffer = self.0.borrow_mut();
        if buffer.is_empty() {
            buffer.resize(READ_BYTES, 0);
        }
        buffer
    }
}
