//! The sizes of the flow-control windows.

/// The number of bytes that the peer may send before a WINDOW_UPDATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlowControlWindows {
    pub(crate) stream: u32,
    pub(crate) connection: u32,
}

impl Default for FlowControlWindows {
    /// The windows of Chrome: large enough that flow control does not slow down the target.
    ///
    /// They cost no memory, since bodies are discarded.
    fn default() -> Self {
        Self {
            stream: 6 * 1024 * 1024,
            connection: 15 * 1024 * 1024,
        }
    }
}
