//! The scenarios by name, and their selection.

use crate::error::Error;

/// A kind of measurement. With or without TLS, it is a [`BenchScenario`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScenarioKind {
    /// Closed loop: hits per second.
    Closed,
    /// Closed loop over HTTP/2: hits per second.
    Http2,
    /// Open loop: the highest rate that holds.
    Ceiling,
    /// 20,000/s: CPU time and response of a hit.
    Steady,
    /// 20,000/s with all outputs compared with none: CPU time of a hit.
    Outputs,
    /// 20,000/s with a live display compared with none: CPU time and response of a hit.
    Display,
    /// 1,000/s: evenness of arrivals.
    Even,
    /// A target that stalls: accuracy of the percentiles.
    Stall,
    /// Resident memory after few hits and after many.
    Memory,
    /// The engine alone: hits per second.
    Engine,
    /// A timeline at 2,000/s: distance of arrivals from their rows.
    Replay,
    /// Templated requests compared with fixed ones.
    Values,
    /// Redirects, cookies and an expectation compared with plain hits.
    Workflow,
    /// Rows used once: number that arrive exactly once.
    Rows,
    /// 1,000/s to 80,000/s: lateness and distance of arrivals from their due times.
    Precise,
    /// Renewed tokens: refusals, and latencies during renewals.
    Tokens,
    /// Messages to a sink: messages per second.
    MqttSink,
    /// Messages to mosquitto, if it is on PATH.
    Mqtt,
    /// Logs to a timeline: lines per second, and memory.
    Timeline,
}

const SCENARIO_KINDS: [ScenarioKind; 19] = [
    ScenarioKind::Closed,
    ScenarioKind::Http2,
    ScenarioKind::Ceiling,
    ScenarioKind::Steady,
    ScenarioKind::Outputs,
    ScenarioKind::Display,
    ScenarioKind::Even,
    ScenarioKind::Stall,
    ScenarioKind::Memory,
    ScenarioKind::Engine,
    ScenarioKind::Replay,
    ScenarioKind::Values,
    ScenarioKind::Workflow,
    ScenarioKind::Rows,
    ScenarioKind::Precise,
    ScenarioKind::Tokens,
    ScenarioKind::MqttSink,
    ScenarioKind::Mqtt,
    ScenarioKind::Timeline,
];

impl ScenarioKind {
    const fn name(self, tls: bool) -> &'static str {
        match (self, tls) {
            (Self::Closed, false) => "closed",
            (Self::Closed, true) => "closed-tls",
            (Self::Http2, false) => "http2",
            (Self::Http2, true) => "http2-tls",
            (Self::Ceiling, false) => "ceiling",
            (Self::Ceiling, true) => "ceiling-tls",
            (Self::Steady, false) => "steady",
            (Self::Steady, true) => "steady-tls",
            (Self::Outputs, _) => "outputs",
            (Self::Display, _) => "display",
            (Self::Even, false) => "even",
            (Self::Even, true) => "even-tls",
            (Self::Stall, false) => "stall",
            (Self::Stall, true) => "stall-tls",
            (Self::Memory, false) => "memory",
            (Self::Memory, true) => "memory-tls",
            (Self::Engine, _) => "engine",
            (Self::Replay, _) => "replay",
            (Self::Values, _) => "values",
            (Self::Workflow, _) => "workflow",
            (Self::Rows, _) => "rows",
            (Self::Precise, _) => "precise",
            (Self::Tokens, _) => "tokens",
            (Self::MqttSink, _) => "mqtt-sink",
            (Self::Mqtt, _) => "mqtt",
            (Self::Timeline, _) => "timeline",
        }
    }

    /// True if a quick bench has no time for it.
    const fn is_long(self) -> bool {
        matches!(
            self,
            Self::Outputs
                | Self::Display
                | Self::Precise
                | Self::Tokens
                | Self::MqttSink
                | Self::Mqtt
                | Self::Timeline
        )
    }

    /// True if it has a TLS variant.
    const fn has_tls(self) -> bool {
        !matches!(
            self,
            Self::Outputs
                | Self::Display
                | Self::Engine
                | Self::Replay
                | Self::Values
                | Self::Workflow
                | Self::Rows
                | Self::Precise
                | Self::Tokens
                | Self::MqttSink
                | Self::Mqtt
                | Self::Timeline
        )
    }
}

/// A scenario, with or without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BenchScenario {
    pub(crate) kind: ScenarioKind,
    pub(crate) tls: bool,
}

impl BenchScenario {
    /// Its name on the command line, in tables and in records.
    pub(crate) const fn name(self) -> &'static str {
        self.kind.name(self.tls)
    }

    /// The scenarios that `names` select, each once and in a fixed order.
    ///
    /// `tls` replaces plain scenarios by their TLS variants. Without names, it selects all plain
    /// scenarios, and the TLS variants that measure speed and evenness. A quick bench leaves out the
    /// long scenarios, and all TLS variants but that of the closed loop.
    ///
    /// # Errors
    ///
    /// If a name is unknown, or no selected scenario has a TLS variant.
    pub(crate) fn select(names: &[String], tls: bool, quick: bool) -> Result<Vec<Self>, Error> {
        let all = || {
            let plain = SCENARIO_KINDS.map(|kind| Self { kind, tls: false });
            let encrypted = SCENARIO_KINDS.iter().filter(|kind| kind.has_tls());
            plain.into_iter().chain(encrypted.map(|kind| Self {
                kind: *kind,
                tls: true,
            }))
        };
        for name in names {
            if !all().any(|one| one.name() == name) {
                let known: Vec<_> = all().map(Self::name).collect();
                let known = known.join(", ");
                let message = format!("unknown scenario {name:?}, expected one of: {known}");
                return Err(Error::usage(message));
            }
        }
        let is_selected = |one: &Self| match (names, tls) {
            ([], true) => one.tls,
            ([], false) => {
                let too_long = quick && one.kind.is_long();
                (!one.tls && !too_long)
                    || (one.tls && one.kind == ScenarioKind::Closed)
                    || (!quick
                        && matches!(
                            one.kind,
                            ScenarioKind::Ceiling | ScenarioKind::Steady | ScenarioKind::Even
                        ))
            }
            (names, _) => {
                names.iter().any(|name| {
                    name == one.name() || (tls && one.tls && name == one.kind.name(false))
                }) && (one.tls || !tls)
            }
        };
        let selected: Vec<_> = all().filter(is_selected).collect();
        if selected.is_empty() {
            return Err(Error::usage("the selected scenarios have no TLS variant"));
        }
        Ok(selected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names_text: &str, tls: bool, quick: bool) -> String {
        let requested: Vec<_> = names_text.split_whitespace().map(str::to_owned).collect();
        match BenchScenario::select(&requested, tls, quick) {
            Ok(selected) => {
                let names: Vec<_> = selected.into_iter().map(BenchScenario::name).collect();
                names.join(" ")
            }
            Err(error) => format!("{}: {error}", error.exit_code()),
        }
    }

    #[test]
    fn selects_by_name_and_by_flag() {
        let plain =
            "closed http2 ceiling steady even stall memory engine replay values workflow rows";
        let all_plain = plain.replace("steady", "steady outputs display");
        for (names_text, tls, quick, selected) in [
            (
                "",
                false,
                false,
                &*format!(
                    "{all_plain} precise tokens mqtt-sink mqtt timeline closed-tls ceiling-tls steady-tls even-tls"
                ),
            ),
            ("", false, true, &format!("{plain} closed-tls")),
            (
                "",
                true,
                false,
                "closed-tls http2-tls ceiling-tls steady-tls even-tls stall-tls memory-tls",
            ),
            ("even closed even", false, false, "closed even"),
            ("even closed", true, false, "closed-tls even-tls"),
            ("even-tls closed", false, false, "closed even-tls"),
            ("even-tls", true, false, "even-tls"),
            (
                "engine",
                true,
                false,
                "2: the selected scenarios have no TLS variant",
            ),
        ] {
            assert_eq!(
                names(names_text, tls, quick),
                selected,
                "{names_text:?} {tls} {quick}"
            );
        }
        let refused = names("speed", false, false);
        assert!(
            refused.starts_with(
                "2: unknown scenario \"speed\", expected one of: closed, http2, ceiling,"
            ),
            "{refused}"
        );
    }
}
