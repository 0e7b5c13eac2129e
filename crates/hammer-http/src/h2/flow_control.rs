//! How HTTP/2 is spoken.

/// How much a peer may send before it is told that it may send more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlowControlWindows {
    pub(crate) stream: u32,
    pub(crate) connection: u32,
}

impl Default for FlowControlWindows {
    /// Large, so that a target is not slowed down by a generator that throws bodies away: those of
    /// Chrome. They cost no memory here.
    fn default() -> Self {
        Self {
            stream: 6 * 1024 * 1024,
            connection: 15 * 1024 * 1024,
        }
    }
}
