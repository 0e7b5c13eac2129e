//! Dimension along which a value varies: hit, slot or client.

/// The dimension along which a value varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VariesBy {
    /// Each hit has its own value.
    #[default]
    Hit,
    /// Each slot keeps its value, like a returning user.
    Slot,
    /// Each client keeps its value. In hammers without clients, each slot is a client.
    Client,
}
