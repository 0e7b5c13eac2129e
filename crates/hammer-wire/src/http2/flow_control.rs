//! The sizes of the flow-control windows.

/// The number of bytes that the peer may send before a WINDOW_UPDATE (RFC 9113, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowControlWindows {
    /// The window of each stream, in bytes: 1 to 2,147,483,647.
    pub stream: u32,
    /// The window of the connection, in bytes: 65,535 to 2,147,483,647.
    pub connection: u32,
}

impl Default for FlowControlWindows {
    /// The windows of Chrome: large enough that flow control does not slow down the peer.
    ///
    /// They cost no memory if bodies are discarded.
    fn default() -> Self {
        Self {
            stream: 6 * 1024 * 1024,
            connection: 15 * 1024 * 1024,
        }
    }
}
