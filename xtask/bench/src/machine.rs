//! Facts about the machine and the source tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::core_pinning::CorePinning;
use crate::record::{GitCommit, MachineInfo, PinnedCores};

/// Reads the facts about this machine.
pub(crate) fn machine_info(cores: &CorePinning) -> MachineInfo {
    let cpu = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| cpu_model(&text));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    MachineInfo {
        cpu: cpu.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: thread::available_parallelism().map_or(1, usize::from),
        system: std::env::consts::OS.to_owned(),
        kernel: kernel.map_or_else(String::new, |text| text.trim().to_owned()),
        pinned: cores
            .pinned_cores()
            .map(|(target, generator)| PinnedCores { target, generator }),
        polling_targets: cores.target_has_core(),
    }
}

/// The name of the CPU in `/proc/cpuinfo`.
fn cpu_model(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let (_, name) = line.split_once(':')?;
    Some(name.trim().to_owned())
}

/// The commit of the tree, and whether it has changes.
pub(crate) fn git_commit(root: &Path) -> GitCommit {
    let git =
        |arguments: &[&str]| command_output(Command::new("git").args(arguments).current_dir(root));
    GitCommit {
        id: git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned()),
        dirty: git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty()),
    }
}

/// The root of the workspace, two folders above this package.
pub(crate) fn workspace_root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package.ancestors().nth(2).map(Path::to_path_buf);
    root.unwrap_or(package)
}

/// The version of the compiler.
pub(crate) fn rustc_version() -> String {
    command_output(Command::new("rustc").arg("--version")).unwrap_or_else(|| "unknown".to_owned())
}

fn command_output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::cpu_model;

    #[test]
    fn finds_the_cpu_name() {
        let text = "processor\t: 0\nmodel name\t: A Fine CPU @ 3 GHz\nflags\t\t: fpu\n";
        assert_eq!(cpu_model(text).as_deref(), Some("A Fine CPU @ 3 GHz"));
        assert_eq!(cpu_model("Features\t: fp\n"), None);
    }
}
