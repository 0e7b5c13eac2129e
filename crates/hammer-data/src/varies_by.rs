/// What a value belongs to, and differs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VariesBy {
    /// Each hit has its own.
    #[default]
    Hit,
    /// A slot keeps its own: a user who comes again and again.
    Slot,
    /// A client keeps its own; for hammers without clients the slot is one.
    Client,
}
