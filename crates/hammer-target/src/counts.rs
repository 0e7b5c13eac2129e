//! Counts of a target.

/// The counts of a target so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TargetCounts {
    /// Requests whose head arrived completely.
    pub requests: u64,
    /// Requests whose answer was passed to the connection. A client that disconnects early does not
    /// receive it.
    pub answered: u64,
    /// Requests whose connection, or over HTTP/2 whose stream, was dropped on purpose without an answer.
    pub failed: u64,
    /// Accepted connections, even without a successful TLS handshake.
    pub connections: u64,
    /// Connections that are open now.
    pub open_connections: u64,
    /// The maximum number of connections that were open at once.
    pub peak_connections: u64,
    /// Bytes read from all connections: heads, bodies, and framing. Over TLS, these are the bytes of
    /// HTTP, without handshakes and records.
    pub request_bytes: u64,
    /// Bytes of request bodies, without framing. Always 0 in raw mode.
    pub body_bytes: u64,
}
