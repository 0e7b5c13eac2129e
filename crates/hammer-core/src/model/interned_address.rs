//! Addresses of peers, kept for the rest of the process.
//!
//! Each hit copies its peer. A reference is a quarter of the size of an address.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// The maximum number of different addresses.
const MAX_ADDRESSES: usize = 65_536;

static ADDRESSES: Mutex<BTreeSet<&'static SocketAddr>> = Mutex::new(BTreeSet::new());

/// Returns a lasting reference to `address`, or `None` if there are too many.
pub(crate) fn intern_address(address: SocketAddr) -> Option<&'static SocketAddr> {
    let mut addresses = ADDRESSES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = addresses.get(&address) {
        return Some(known);
    }
    if addresses.len() >= MAX_ADDRESSES {
        return None;
    }
    let address: &'static SocketAddr = Box::leak(Box::new(address));
    addresses.insert(address);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_are_stored_once() {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let first = intern_address(address(1)).expect("room");
        let again = intern_address(address(1)).expect("room");
        assert!(std::ptr::eq(first, again));
        assert_ne!(intern_address(address(2)), Some(first));
    }
}
