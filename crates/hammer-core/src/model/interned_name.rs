//! Names that were read from a file or a connection, kept for the rest of the process.
//!
//! The names of phases, counts, labels and failures are fixed texts, because hits record them. Those
//! that another process recorded are stored once, so their number is bounded by that of different
//! names, and by [`MAX_NAMES`].

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The maximum number of different names; more are `other`.
const MAX_NAMES: usize = 4_096;
/// The maximum length of a name, in bytes; longer ones are `other`.
const MAX_LENGTH: usize = 1_024;
const OTHER: &str = "other";

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Returns the fixed text that equals `name`, or `other` if there are too many.
pub(crate) fn intern(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    if names.len() >= MAX_NAMES || name.len() > MAX_LENGTH {
        return OTHER;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_stored_once() {
        let first = intern("an interned name");
        assert_eq!(first, "an interned name");
        assert!(std::ptr::eq(
            first,
            intern(&String::from("an interned name"))
        ));
        assert_eq!(intern(&"x".repeat(MAX_LENGTH + 1)), OTHER);
    }
}
