//! Names that were read from a file or a connection, kept for the rest of the process.
//!
//! The names of phases, counts, labels and failures are fixed texts, because hits record them. Those
//! that another process recorded are stored once, so their number is bounded by that of different
//! names, and by [`MAX_NAMES`]. A file has hundreds at most, and files of the same target share most.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The maximum number of different names.
pub(crate) const MAX_NAMES: usize = 65_536;
/// The maximum length of a name, in bytes.
pub(crate) const MAX_LENGTH: usize = 1_024;

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Returns the fixed text that equals `name`, or `None` if it is too long, or if there are too many.
pub(crate) fn intern(name: &str) -> Option<&'static str> {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return Some(known);
    }
    if names.len() >= MAX_NAMES || name.len() > MAX_LENGTH {
        return None;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_stored_once() {
        let first = intern("an interned name").expect("room");
        assert_eq!(first, "an interned name");
        let again = intern(&String::from("an interned name")).expect("room");
        assert!(std::ptr::eq(first, again));
        assert_eq!(intern(&"x".repeat(MAX_LENGTH + 1)), None);
    }
}
