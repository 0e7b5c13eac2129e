//! Runs hammer against a target, each on its own core.

use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

use hammer_target::{ServerCertificate, TargetServer};
use serde_json::Value;

use super::profile_scenario::ProfileScenario;
use crate::core_pinning::{CorePinning, CoreRole};
use crate::error::Error;
use crate::executable::BuiltExecutable;

/// Bytes of the body of each answer.
const BODY_BYTES: usize = 2;

/// A running target, and the scenario to run against it.
pub(crate) struct ProfileSetup<'a> {
    scenario: &'a ProfileScenario,
    cores: &'a CorePinning,
    target: TargetServer,
}

/// A running hammer process.
pub(crate) struct RunningHammer {
    child: Child,
}

/// Figures from the report of a profiled run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProfiledRunFigures {
    /// Hits that ended ok.
    pub(crate) hits: u64,
    /// Hits per second.
    pub(crate) rate: f64,
}

impl<'a> ProfileSetup<'a> {
    /// Starts the target.
    pub(crate) fn start(
        scenario: &'a ProfileScenario,
        cores: &'a CorePinning,
    ) -> Result<Self, Error> {
        // As in the bench, hammer must not spend its time on waking the target.
        let mut builder = TargetServer::builder().spin(cores.target_has_core());
        if scenario.tls {
            let certificate = ServerCertificate::self_signed(["127.0.0.1"]).map_err(|error| {
                Error::failed(format!("failed to create a certificate: {error}"))
            })?;
            builder = builder.tls(certificate);
        }
        let target = cores
            .run_on(CoreRole::Target, || builder.spawn_raw(BODY_BYTES))?
            .map_err(Error::io("start", "the target"))?;
        Ok(Self {
            scenario,
            cores,
            target,
        })
    }

    /// Starts `binary` with the arguments of the scenario and `length`, such as `--hits 100`.
    ///
    /// `variable` names the output file of a built-in profiler.
    pub(crate) fn start_hammer(
        &self,
        binary: &BuiltExecutable,
        length: [&str; 2],
        variable: Option<(&str, &OsStr)>,
    ) -> Result<RunningHammer, Error> {
        let mut command = Command::new(&binary.path);
        command
            .args(["http", &self.target.url()])
            .args(&self.scenario.arguments)
            .args(length)
            .args(["--quiet", "--output", "json"])
            .envs(variable)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = self
            .cores
            .run_on(CoreRole::Generator, || command.spawn())?
            .map_err(Error::io("start", &binary.path))?;
        Ok(RunningHammer { child })
    }

    /// Starts a program on the core of the target, so that it takes no time from hammer.
    pub(crate) fn start_on_target_core(&self, command: &mut Command) -> Result<Child, Error> {
        let program = command.get_program().to_owned();
        self.cores
            .run_on(CoreRole::Target, || command.spawn())?
            .map_err(Error::io("start", program))
    }
}

impl RunningHammer {
    /// Its process ID.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends, and parses its report.
    pub(crate) fn wait_for_report(self) -> Result<ProfiledRunFigures, Error> {
        let output = self
            .child
            .wait_with_output()
            .map_err(Error::io("wait for", "hammer"))?;
        let report = String::from_utf8_lossy(&output.stdout);
        ProfiledRunFigures::parse(&report)
            .filter(|_| output.status.success())
            .ok_or_else(|| {
                let stderr = String::from_utf8_lossy(&output.stderr);
                Error::failed(format!("hammer failed with {}: {stderr}", output.status))
            })
    }
}

impl ProfiledRunFigures {
    fn parse(report: &str) -> Option<Self> {
        let report: Value = serde_json::from_str(report).ok()?;
        Some(Self {
            hits: report["hits"]["ok"].as_u64().filter(|hits| *hits > 0)?,
            rate: report["rate"]["achieved"].as_f64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ProfiledRunFigures;

    #[test]
    fn reads_hits_and_rate() {
        let table = [
            (
                r#"{"rate":{"requested":null,"achieved":99.5},"hits":{"ok":7}}"#,
                Some(ProfiledRunFigures {
                    hits: 7,
                    rate: 99.5,
                }),
            ),
            (r#"{"rate":{"achieved":99.5},"hits":{"ok":0}}"#, None),
            ("error: connection refused", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(ProfiledRunFigures::parse(text), expected, "{text}");
        }
    }
}
