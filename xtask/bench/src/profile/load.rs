use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

use hammer_target::{Certificate, Target};
use serde_json::Value;

use super::choice::Choice;
use crate::cores::{Cores, Side};
use crate::error::Error;
use crate::executable::Executable;

/// Bytes of the target's answers, without their heads: as few as a real one has.
const BODY_BYTES: usize = 2;

/// A target on cores of its own, and how to hammer it from the remaining one.
pub(crate) struct Load<'a> {
    choice: &'a Choice,
    cores: &'a Cores,
    target: Target,
}

/// A hammer at work.
pub(crate) struct Running {
    child: Child,
}

/// What the hammer's own report says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Report {
    /// Hits that ended well.
    pub(crate) hits: u64,
    /// Hits per second.
    pub(crate) rate: f64,
}

impl<'a> Load<'a> {
    /// Starts the target.
    pub(crate) fn start(choice: &'a Choice, cores: &'a Cores) -> Result<Self, Error> {
        let mut builder = Target::builder();
        if choice.tls {
            let certificate = Certificate::self_signed(["127.0.0.1"])
                .map_err(|error| Error::failed(format!("failed to make a certificate: {error}")))?;
            builder = builder.tls(certificate);
        }
        let target = cores
            .on(Side::Target, || builder.spawn_raw(BODY_BYTES))?
            .map_err(Error::io("start", "the target"))?;
        Ok(Self {
            choice,
            cores,
            target,
        })
    }

    /// Starts `binary` with the scenario's arguments and `length`, such as `--hits 100`, and with
    /// one variable for where its profile goes, if it makes one itself.
    pub(crate) fn hammer(
        &self,
        binary: &Executable,
        length: [&str; 2],
        variable: Option<(&str, &OsStr)>,
    ) -> Result<Running, Error> {
        let mut command = Command::new(&binary.path);
        command
            .args(["http", &self.target.url()])
            .args(&self.choice.load)
            .args(length)
            .args(["--quiet", "--output", "json"])
            .envs(variable)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = self
            .cores
            .on(Side::Generator, || command.spawn())?
            .map_err(Error::io("start", &binary.path))?;
        Ok(Running { child })
    }

    /// Starts a program that is not to be in hammer's way.
    pub(crate) fn beside(&self, command: &mut Command) -> Result<Child, Error> {
        let program = command.get_program().to_owned();
        self.cores
            .on(Side::Target, || command.spawn())?
            .map_err(Error::io("start", program))
    }
}

impl Running {
    /// Its process, for a profiler to look at.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends, and reads its report.
    pub(crate) fn report(self) -> Result<Report, Error> {
        let output = self
            .child
            .wait_with_output()
            .map_err(Error::io("wait for", "hammer"))?;
        let report = String::from_utf8_lossy(&output.stdout);
        Report::parse(&report)
            .filter(|_| output.status.success())
            .ok_or_else(|| {
                let told = String::from_utf8_lossy(&output.stderr);
                Error::failed(format!("hammer ended with {}: {told}", output.status))
            })
    }
}

impl Report {
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
    use super::Report;

    #[test]
    fn reads_hits_and_rate() {
        let table = [
            (
                r#"{"rate":{"requested":null,"achieved":99.5},"hits":{"ok":7}}"#,
                Some(Report {
                    hits: 7,
                    rate: 99.5,
                }),
            ),
            (r#"{"rate":{"achieved":99.5},"hits":{"ok":0}}"#, None),
            ("error: connection refused", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(Report::parse(text), expected, "{text}");
        }
    }
}
