//! Hits without a usable answer, by name.

use std::{error, fmt};

/// The reason that a hit has no usable answer. Its session is dropped, unless the failure
/// [keeps](Self::keep_session) it.
///
/// A failure has a fixed name in `snake_case`, under which the report counts it. It can have advice
/// for the reader of the report. Log details of one occurrence with `tracing::debug!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    name: &'static str,
    advice: Option<&'static str>,
    keeps_session: bool,
}

impl Failure {
    /// The target, or a device in front of it, refused the connection.
    pub const CONNECT_REFUSED: Self = Self::new("connect_refused")
        .with_advice("nothing listens there, or its backlog is full: check host and port");
    /// The session did not open before the timeout.
    pub const CONNECT_TIMEOUT: Self = Self::new("connect_timeout")
        .with_advice("no connection within the timeout: check the address and the firewall");
    /// No answer came in time.
    pub const TIMEOUT: Self = Self::new("timeout").with_advice(
        "the target did not answer within `timeout`: lower the rate or raise the timeout",
    );
    /// The connection was reset by the peer.
    pub const RESET: Self = Self::new("connection_reset")
        .with_advice("the target dropped the connection: see its log, it may be overloaded");
    /// The connection was closed before the answer was complete.
    pub const CLOSED_EARLY: Self = Self::new("closed_early").with_advice(
        "the target closed the connection before its answer was complete: see its log",
    );
    /// The process or the system is out of file descriptors.
    pub const OUT_OF_FILES: Self = Self::new("out_of_files")
        .with_advice("raise the limit (ulimit -n) or lower `max_in_flight`");
    /// No local port is left for another connection.
    pub const OUT_OF_PORTS: Self = Self::new("out_of_ports").with_advice(
        "keep connections alive, lower `max_in_flight`, connect from several addresses, or widen \
         net.ipv4.ip_local_port_range",
    );
    /// The system has no memory for another connection.
    pub const OUT_OF_MEMORY: Self = Self::new("out_of_memory")
        .with_advice("the system is out of memory: lower `max_in_flight`");
    /// The host or its network cannot be reached.
    pub const UNREACHABLE: Self = Self::new("unreachable")
        .with_advice("no route to the target: check the address and the network");
    /// Any other error of the operating system.
    pub const IO: Self =
        Self::new("io").with_advice("an I/O error: RUST_LOG=debug shows the details");
    /// The hammer panicked.
    pub const PANICKED: Self =
        Self::new("hammer_panicked").with_advice("the hammer has a bug: see its message on stderr");

    /// Creates a failure with a name, such as `connect_refused`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            advice: None,
            keeps_session: false,
        }
    }

    /// Adds advice for the reader of the report, in one line.
    #[must_use]
    pub const fn with_advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    /// Lets the slot keep its session: the hit failed before it used the session, for example because
    /// its request could not be made.
    #[must_use]
    pub const fn keep_session(mut self) -> Self {
        self.keeps_session = true;
        self
    }

    /// Returns true if the slot keeps its session.
    #[must_use]
    pub const fn keeps_session(&self) -> bool {
        self.keeps_session
    }

    /// The name under which the report counts the failure.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The advice for the reader of the report.
    #[must_use]
    pub const fn advice(&self) -> Option<&'static str> {
        self.advice
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl error::Error for Failure {}
