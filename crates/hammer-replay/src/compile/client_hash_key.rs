//! Key for the hashes of clients.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The secret key for the hashes of client addresses. Without it, an address cannot be found by hashing
/// all addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientHashKey {
    halves: [u64; 2],
}

impl ClientHashKey {
    /// Makes a random key.
    #[must_use]
    pub fn random() -> Self {
        // Each `RandomState` has new keys that derive from the system's randomness.
        let half = || RandomState::new().build_hasher().finish();
        Self {
            halves: [half(), half()],
        }
    }

    /// Derives a key from `secret`. A client has the same hash in all timelines with this key.
    #[must_use]
    pub fn from_secret(secret: &str) -> Self {
        let half = |number| {
            Self {
                halves: [number, 0],
            }
            .siphash(secret.as_bytes())
        };
        Self {
            halves: [half(1), half(2)],
        }
    }

    /// Hashes a client address as written in a log, without its port. If proxies added addresses,
    /// only the first one is hashed.
    #[must_use]
    pub fn hash_client(&self, written: &[u8]) -> u64 {
        self.siphash(client_address(written))
    }

    /// Hashes `bytes` with SipHash-2-4 (Aumasson and Bernstein, 2012).
    #[expect(
        deprecated,
        reason = "the only hasher in std with a key and a fixed algorithm"
    )]
    fn siphash(&self, bytes: &[u8]) -> u64 {
        let [one, other] = self.halves;
        let mut hasher = std::hash::SipHasher::new_with_keys(one, other);
        hasher.write(bytes);
        hasher.finish()
    }
}

impl fmt::Debug for ClientHashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientHashKey(…)")
    }
}

fn client_address(written: &[u8]) -> &[u8] {
    let first = written.split(|byte| *byte == b',').next();
    let first = first.unwrap_or(written).trim_ascii();
    if let Some(inner) = first.strip_prefix(b"[") {
        let end = inner.iter().position(|byte| *byte == b']');
        return &inner[..end.unwrap_or(inner.len())];
    }
    let mut colons = first.iter().enumerate().filter(|(_, byte)| **byte == b':');
    match (colons.next(), colons.next()) {
        (Some((at, _)), None) => &first[..at],
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientHashKey, client_address};

    #[test]
    fn extracts_addresses() {
        for (written, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:443", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("192.0.2.1, 198.51.100.7", "192.0.2.1"),
            ("client.example", "client.example"),
        ] {
            assert_eq!(client_address(written.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let hash = |key: ClientHashKey| key.hash_client(b"192.0.2.1");
        assert_eq!(
            hash(ClientHashKey::from_secret("a")),
            hash(ClientHashKey::from_secret("a"))
        );
        assert_ne!(
            hash(ClientHashKey::from_secret("a")),
            hash(ClientHashKey::from_secret("b"))
        );
        assert_ne!(hash(ClientHashKey::random()), hash(ClientHashKey::random()));
        assert_eq!(
            format!("{:?}", ClientHashKey::from_secret("a")),
            "ClientHashKey(…)"
        );
    }
}
