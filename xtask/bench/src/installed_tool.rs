//! Load generators installed on this machine.

use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::process::Command;
use std::time::Duration;

use crate::core_pinning::CorePinning;
use crate::cpu_time::CpuTime;
use crate::error::Error;
use crate::peers::{self, HammerOnTerminal, HammerTool, LoadTool, RunExtent, ToolLoad, ToolReport};
use crate::process::{self, ProcessOutput};

/// Time beyond its duration after which a run counts as stuck.
const GRACE_PERIOD: Duration = Duration::from_secs(30);
/// Longest run that is bounded by hits, not by time.
const MAX_RUN_DURATION: Duration = Duration::from_secs(1800);
/// Lines of unreadable output that an error shows.
const EXCERPT_LINES: usize = 6;

/// A load generator and the path of its program.
pub(crate) struct InstalledTool {
    tool: Box<dyn LoadTool>,
    path: PathBuf,
    /// The version that the program prints.
    pub(crate) version: String,
}

/// A run of a tool.
#[derive(Debug)]
pub(crate) struct ToolRun {
    pub(crate) report: ToolReport,
    /// CPU time of the tool's process.
    pub(crate) cpu_time: Option<CpuTime>,
}

impl InstalledTool {
    /// Hammer, built from this tree.
    pub(crate) fn hammer(path: PathBuf) -> Self {
        Self::new(Box::new(HammerTool::default()), path)
    }

    /// Hammer with `--spin`: it polls instead of sleeping.
    pub(crate) fn spinning_hammer(path: PathBuf) -> Self {
        Self::new(
            Box::new(HammerTool {
                spin: true,
                ..HammerTool::default()
            }),
            path,
        )
    }

    /// Hammer with these arguments as well, from the same path as `self`.
    pub(crate) fn hammer_with_arguments(&self, arguments: Vec<String>) -> Self {
        Self {
            tool: Box::new(HammerTool {
                arguments,
                ..HammerTool::default()
            }),
            path: self.path.clone(),
            version: self.version.clone(),
        }
    }

    /// Hammer, as this tool calls it, on a terminal; `self` is hammer without one.
    ///
    /// # Errors
    ///
    /// If there is no shell on PATH.
    pub(crate) fn hammer_on_terminal(&self, hammer: Box<dyn LoadTool>) -> Result<Self, Error> {
        let tool = HammerOnTerminal {
            path: self.path.clone(),
            hammer,
        };
        let shell = find_on_path("sh").ok_or_else(|| Error::failed("sh is not on PATH"))?;
        Ok(Self {
            tool: Box::new(tool),
            path: shell,
            version: self.version.clone(),
        })
    }

    /// The peers that are on PATH, and the names of those that are not.
    pub(crate) fn find_peers() -> (Vec<Self>, Vec<&'static str>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for peer in peers::all_peers() {
            match find_on_path(peer.name()) {
                Some(path) => found.push(Self::new(peer, path)),
                None => missing.push(peer.name()),
            }
        }
        (found, missing)
    }

    fn new(tool: Box<dyn LoadTool>, path: PathBuf) -> Self {
        let version = tool
            .version_argument()
            .and_then(|flag| read_version(&path, flag));
        Self {
            tool,
            path,
            version: version.unwrap_or_else(|| "unknown version".to_owned()),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.tool.name()
    }

    /// True if it can make this load.
    pub(crate) fn supports(&self, load: &ToolLoad<'_>) -> bool {
        self.tool.invocation(load).is_some()
    }

    /// Runs it with the given arguments.
    ///
    /// # Errors
    ///
    /// If the run fails; the message includes the first lines of its output.
    pub(crate) fn run_invocation(
        &self,
        invocation: &process::ToolInvocation,
        cores: &CorePinning,
    ) -> Result<ProcessOutput, Error> {
        Self::check_success(process::run(
            &self.path,
            invocation,
            cores,
            MAX_RUN_DURATION,
        ))
    }

    /// Runs it with the given arguments while `feed` writes to its standard input.
    ///
    /// # Errors
    ///
    /// If the run fails; the message includes the first lines of its output.
    pub(crate) fn run_with_input(
        &self,
        invocation: &process::ToolInvocation,
        cores: &CorePinning,
        feed: impl FnOnce(ChildStdin) + Send + 'static,
    ) -> Result<ProcessOutput, Error> {
        let output = process::run_with_input(&self.path, invocation, cores, MAX_RUN_DURATION, feed);
        Self::check_success(output)
    }

    fn check_success(output: Result<ProcessOutput, String>) -> Result<ProcessOutput, Error> {
        let output = output.map_err(Error::failed)?;
        match output.status.success() {
            true => Ok(output),
            false => Err(Error::failed(format!(
                "{}{}",
                output.status,
                output_excerpt(&output)
            ))),
        }
    }

    /// Runs it with this load. If `calibrated`, its calibration time is added to the duration.
    ///
    /// # Errors
    ///
    /// If the run fails; the message includes the first lines of its output.
    pub(crate) fn run_load(
        &self,
        load: &ToolLoad<'_>,
        calibrated: bool,
        cores: &CorePinning,
    ) -> Result<ToolRun, Error> {
        let mut load = load.clone();
        let mut bound = MAX_RUN_DURATION;
        if let RunExtent::Duration(duration) = &mut load.extent {
            if calibrated {
                *duration += self.tool.calibration_time();
            }
            bound = *duration + GRACE_PERIOD;
        }
        let invocation = self
            .tool
            .invocation(&load)
            .ok_or_else(|| Error::failed("it cannot make this load"))?;
        let output = process::run(&self.path, &invocation, cores, bound).map_err(Error::failed)?;
        if !output.status.success() {
            return Err(Error::failed(format!(
                "{}{}",
                output.status,
                output_excerpt(&output)
            )));
        }
        let cpu = output.cpu_time;
        let output = match self.tool.convert_arguments() {
            Some(line) => {
                let mut conversion = process::ToolInvocation::new(line, "-");
                // vegeta reads standard input by default.
                conversion.arguments.pop();
                conversion.stdin = output.stdout;
                process::run(&self.path, &conversion, cores, GRACE_PERIOD).map_err(Error::failed)?
            }
            None => output,
        };
        let report = self
            .tool
            .parse_output(
                &load,
                &String::from_utf8_lossy(&output.stdout),
                &output.stderr,
            )
            .map_err(|error| Error::failed(format!("{error}{}", output_excerpt(&output))))?;
        Ok(ToolRun {
            report,
            cpu_time: cpu,
        })
    }
}

/// The first lines of the output of a tool, indented, to append to a message.
fn output_excerpt(output: &ProcessOutput) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let lines = stdout.lines().chain(output.stderr.lines());
    let lines = lines.filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .take(EXCERPT_LINES)
        .map(|line| {
            let short: String = line.chars().take(90).collect();
            format!("\n    {short}")
        })
        .collect();
    if lines.is_empty() {
        return "; it printed nothing".to_owned();
    }
    format!("; it printed{}", lines.concat())
}

fn find_on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// The first line with a digit that the program prints; its exit code is ignored.
fn read_version(path: &Path, flag: &str) -> Option<String> {
    let output = Command::new(path).arg(flag).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let line = text
        .lines()
        .find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
    // wrk appends a copyright notice.
    let line = line.split("Copyright").next().unwrap_or(line);
    Some(line.trim().to_owned())
}
