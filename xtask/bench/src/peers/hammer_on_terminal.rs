//! Hammer on a terminal, to measure what its display costs.

use std::path::PathBuf;

use hammer_diagnostic::shell_words;

use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

/// Makes a terminal of 120 columns and 40 lines with the program `script` of util-linux, and runs the
/// command `$1` on it. The command's own output goes to descriptor 3.
const ON_TERMINAL: &str =
    "exec 3>&1; exec script -qefc \"stty rows 40 columns 120; $1\" /dev/null </dev/null >/dev/null";

/// `hammer`, started by a shell on a terminal.
pub(crate) struct HammerOnTerminal {
    /// The path of hammer.
    pub(crate) path: PathBuf,
    /// Hammer with its arguments.
    pub(crate) hammer: Box<dyn LoadTool>,
}

impl LoadTool for HammerOnTerminal {
    fn name(&self) -> &'static str {
        self.hammer.name()
    }

    fn version_argument(&self) -> Option<&'static str> {
        None
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        let path = self.path.display().to_string();
        let arguments = self.hammer.invocation(load)?.arguments;
        let words: Vec<String> = [path].into_iter().chain(arguments).collect();
        let command = format!("exec {} >&3", shell_words(&words));
        let arguments = ["-c", ON_TERMINAL, "sh", &command].map(str::to_owned);
        Some(ToolInvocation {
            arguments: arguments.into(),
            environment: vec![("TERM", "xterm-256color".to_owned())],
            stdin: vec![],
        })
    }

    fn parse_output(
        &self,
        load: &ToolLoad<'_>,
        stdout: &str,
        stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        self.hammer.parse_output(load, stdout, stderr)
    }
}
