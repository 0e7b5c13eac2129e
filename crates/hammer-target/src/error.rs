//! Errors of behaviors and certificates.

use hammer_diagnostic::opaque_error;

opaque_error! {
    /// The reason that a target could not be built.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An invalid status for [`TargetBehavior::status`](crate::TargetBehavior::status).
    Status,
    /// An invalid share for [`TargetBehavior::fail_share`](crate::TargetBehavior::fail_share).
    FailShare,
    /// An invalid number for [`TargetBehavior::close_after`](crate::TargetBehavior::close_after).
    CloseAfter,
    /// An invalid duration for [`PeriodicStall::new`](crate::PeriodicStall::new).
    Stall,
    /// An invalid parameter of a [`ServiceLaw`](crate::ServiceLaw).
    ServiceLaw,
    /// An invalid certificate of a [`ServerCertificate`](crate::ServerCertificate).
    Certificate,
    /// An invalid key of a [`ServerCertificate`](crate::ServerCertificate).
    Key,
}
