//! The exchanges in flight by their stream identifiers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use super::super::exchange::Http2Exchange;

pub(super) type StreamMap = HashMap<u32, Rc<Http2Exchange>, BuildHasherDefault<StreamIdHasher>>;

/// Hashes stream identifiers; the client assigns them in sequence, so the peer cannot force collisions.
#[derive(Debug, Default)]
pub(super) struct StreamIdHasher(u64);

impl Hasher for StreamIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing: the hash map uses the lowest and the highest bits.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
