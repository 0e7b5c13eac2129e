use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What addresses of clients are hashed with. Who does not have it can't find out an address by trying
/// them all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientHashKey {
    halves: [u64; 2],
}

impl ClientHashKey {
    /// A key that nobody knows.
    #[must_use]
    pub fn random() -> Self {
        // Each state has keys of its own, which come from the system's randomness.
        let half = || RandomState::new().build_hasher().finish();
        Self {
            halves: [half(), half()],
        }
    }

    /// The key that `secret` makes: the same client is the same in all timelines that are built with
    /// it.
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

    /// The hash of a client, as logs write it: the port is none of it, and of several addresses, as
    /// proxies pass them on, the first counts.
    #[must_use]
    pub fn hash_client(&self, written: &[u8]) -> u64 {
        self.siphash(client_address(written))
    }

    /// SipHash-2-4 (Aumasson and Bernstein, 2012).
    #[expect(
        deprecated,
        reason = "the only one in std that takes a key, and of a fixed definition"
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
        f.write_str("ClientKey(…)")
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
    fn knows_addresses() {
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
    fn keys_make_the_difference() {
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
            "ClientKey(…)"
        );
    }
}
