//! What is wrong with a knob or a certificate.

use hammer_diagnostic::opaque_error;

opaque_error! {
    /// The reason that a target could not be built. The message reads well after "failed to".
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// [`TargetBehavior::status`](crate::TargetBehavior::status).
    Status,
    /// [`TargetBehavior::fail_share`](crate::TargetBehavior::fail_share).
    FailShare,
    /// [`TargetBehavior::close_after`](crate::TargetBehavior::close_after).
    CloseAfter,
    /// [`PeriodicStall::new`](crate::PeriodicStall::new).
    Stall,
    /// The certificate of a [`ServerCertificate`](crate::ServerCertificate).
    Certificate,
    /// The key of a [`ServerCertificate`](crate::ServerCertificate).
    Key,
}
