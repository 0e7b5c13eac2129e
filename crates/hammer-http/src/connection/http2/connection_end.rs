//! The end of a shared connection.

use std::io;

use hammer_core::Failure;
use hammer_wire::http2::Http2ConnectionError;

use super::failures::{H2_NOT_SPOKEN, connection_error_failure};
use crate::connection::lifetime::ConnectionEnd;
use crate::failures;

/// The end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Http2ConnectionEnd {
    /// The target closed the connection, or the network lost it.
    ByTarget(Failure),
    /// The target broke a rule of HTTP/2.
    Dropped(Http2ConnectionError),
    /// The target sent GOAWAY, and no hit is in flight.
    AfterGoaway,
    /// All stream identifiers are used up.
    UsedUp,
    /// The slots no longer need the connection.
    Closed,
}

impl Http2ConnectionEnd {
    /// The end of the connection by the target: with `error`, or in order without one.
    pub(super) fn by_target(error: Option<io::Error>, settings_received: bool) -> Self {
        let Some(error) = error else {
            return Self::ByTarget(if settings_received {
                Failure::CLOSED_EARLY
            } else {
                H2_NOT_SPOKEN
            });
        };
        // The target may explain the end with an alert of TLS.
        if let Some(failure) = failures::stream_failure(&error) {
            return Self::ByTarget(failure);
        }
        if !settings_received && is_end_of_peer(&error) {
            tracing::debug!(%error, "the target ended the connection before its settings");
            return Self::ByTarget(H2_NOT_SPOKEN);
        }
        Self::ByTarget(error.into())
    }

    /// The failure of hits in flight.
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::ByTarget(failure) => failure,
            Self::Dropped(error) => connection_error_failure(&error),
            Self::AfterGoaway | Self::UsedUp | Self::Closed => Failure::CLOSED_EARLY,
        }
    }

    /// The end of the connection, by who closed it.
    pub(super) fn connection_end(self) -> ConnectionEnd {
        match self {
            Self::ByTarget(_) | Self::AfterGoaway => ConnectionEnd::ByTarget,
            Self::Dropped(_) => ConnectionEnd::Dropped,
            Self::UsedUp => ConnectionEnd::Retired,
            Self::Closed => ConnectionEnd::Planned,
        }
    }
}

/// Returns true if the peer ended the connection, so that reads end after the bytes that have arrived.
pub(super) fn is_end_of_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}
