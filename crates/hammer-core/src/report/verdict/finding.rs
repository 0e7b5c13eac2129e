//! One problem that a verdict names.

use super::VerdictStatus;

/// One problem that a verdict names.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) status: VerdictStatus,
    pub(super) code: FindingCode,
    /// The figure, the consequence and the remedy, in sentences.
    pub(super) reason: String,
}

impl Finding {
    pub(super) fn suspect(code: FindingCode, reason: String) -> Self {
        Self::new(VerdictStatus::Suspect, code, reason)
    }

    pub(super) fn invalid(code: FindingCode, reason: String) -> Self {
        Self::new(VerdictStatus::Invalid, code, reason)
    }

    pub(super) fn new(status: VerdictStatus, code: FindingCode, reason: String) -> Self {
        Self {
            status,
            code,
            reason,
        }
    }
}

/// Defines the codes with their names, so that no list of them can lack one.
macro_rules! finding_codes {
    ($($(#[$doc:meta])* $code:ident => $name:literal,)*) => {
        /// The kind of a problem, which programs can rely on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum FindingCode {
            $($(#[$doc])* $code,)*
        }

        impl FindingCode {
            /// The name in the report.
            pub(super) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }

            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$code,)*];
        }
    };
}

finding_codes! {
    /// A thread did not end, and its last measurements are missing.
    UnresponsiveThread => "unresponsive_thread",
    /// No hit was sent.
    NothingSent => "nothing_sent",
    /// No hit got a connection.
    NotReached => "not_reached",
    /// No hit was answered.
    NoAnswers => "no_answers",
    /// The generator was late at p50.
    LateP50 => "late_p50",
    /// The generator was late at p99.
    LateP99 => "late_p99",
    /// A thread had too much work to start hits when they were due.
    OverloadedThread => "overloaded_thread",
    /// The control group ran out of CPU time.
    Throttled => "throttled",
    /// A thread was ready to run without a core.
    NoCore => "no_core",
    /// The host of the virtual machine took CPU time away.
    Stolen => "stolen",
    /// The loop of a thread stalled.
    Stall => "stall",
    /// A thread was busy on average.
    BusyThread => "busy_thread",
    /// A thread was busy in some seconds.
    SaturatedThread => "saturated_thread",
    /// All threads were busy on average.
    BusyProcess => "busy_process",
    /// A hit took CPU time that is a large part of its response.
    CostlyHits => "costly_hits",
    /// Most of the available memory was used.
    Memory => "memory",
    /// Files ran out.
    OutOfFiles => "out_of_files",
    /// Local ports ran out.
    OutOfPorts => "out_of_ports",
    /// Memory for connections ran out.
    OutOfMemory => "out_of_memory",
    /// Hits were unsent because the backlog was full.
    BacklogFull => "backlog_full",
    /// Hits were unsent because all slots were in use until the drain ended.
    SlotsFullAtEnd => "slots_full_at_end",
    /// Hits were unsent because their slots had not opened when the drain ended.
    SlotsNotOpened => "slots_not_opened",
    /// Hits were skipped because they were late.
    SkippedLate => "skipped_late",
    /// Hits were due and unsent when the run was stopped, because the generator was late.
    StoppedLate => "stopped_late",
    /// Hits waited because all slots were in use.
    SlotsFull => "slots_full",
    /// Hits waited for a limit of the hammer.
    HammerLimit => "hammer_limit",
}
