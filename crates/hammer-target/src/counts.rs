//! What a target has counted.

/// What a target has counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetCounts {
    /// Requests whose head arrived whole.
    pub requests: u64,
    /// Requests whose answer was handed to the connection. The client may still miss it, if it
    /// hangs up first.
    pub answered: u64,
    /// Requests whose connection was dropped on purpose, without an answer; over HTTP/2 their stream was
    /// reset.
    pub failed: u64,
    /// Connections accepted, whether or not a TLS handshake followed.
    pub connections: u64,
    /// Connections open now.
    pub open_connections: u64,
    /// The most connections that were open at once.
    pub peak_connections: u64,
    /// Bytes read from all connections: heads, bodies, and framing. Over TLS these are
    /// the bytes of HTTP that it carried; its handshakes and records do not count.
    pub request_bytes: u64,
    /// Bytes of request bodies, without framing. Always 0 in raw mode.
    pub body_bytes: u64,
}
