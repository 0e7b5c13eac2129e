//! Random identifiers of runs.

use std::hash::{BuildHasher, RandomState};

/// Makes 32 random hexadecimal digits.
pub(super) fn random() -> String {
    // The keys of a new state are random; the standard library has no other source.
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_differ() {
        let (a, b) = (random(), random());
        assert_eq!((a.len(), b.len()), (32, 32));
        assert_ne!(a, b);
        assert_ne!(a[..16], a[16..]);
    }
}
