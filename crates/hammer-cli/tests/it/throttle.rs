//! Runs a command with a tenth of a core.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// A way to limit a command to a tenth of a core.
pub(crate) enum CpuThrottle {
    /// A new control group, which needs privileges.
    ControlGroup(PathBuf),
    /// A core that nine other processes keep busy.
    BusyNeighbors(CpuSet),
}

impl CpuThrottle {
    /// The best way that works on this system.
    pub(crate) fn find() -> Option<Self> {
        Self::group().or_else(Self::neighbors)
    }

    fn group() -> Option<Self> {
        let name = format!("hammer-test-{}", std::process::id());
        for (mount, limit, tenth) in [
            ("/sys/fs/cgroup", "cpu.max", "10000 100000"),
            ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "10000"),
            ("/sys/fs/cgroup/cpu,cpuacct", "cpu.cfs_quota_us", "10000"),
        ] {
            let folder = Path::new(mount).join(&name);
            // Outside a control group file system, this would create a plain folder.
            if !Path::new(mount).join("cgroup.procs").exists() || fs::create_dir(&folder).is_err() {
                continue;
            }
            let group = Self::ControlGroup(folder.clone());
            if folder.join(limit).exists() && fs::write(folder.join(limit), tenth).is_ok() {
                return Some(group);
            }
        }
        None
    }

    fn neighbors() -> Option<Self> {
        let all = sched_getaffinity(None).ok()?;
        let first = (0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu))?;
        let mut core = CpuSet::new();
        core.set(first);
        Some(Self::BusyNeighbors(core))
    }

    /// Runs `command` to its end with a tenth of a core.
    pub(crate) fn output(&self, command: &Command) -> io::Result<Output> {
        match self {
            Self::ControlGroup(folder) => {
                let mut shell = Command::new("sh");
                shell
                    .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
                    .arg(folder.join("cgroup.procs"))
                    .arg(command.get_program())
                    .args(command.get_args());
                shell.output()
            }
            Self::BusyNeighbors(core) => thread::scope(|scope| {
                // A process inherits the core of the thread that starts it.
                let pinned = scope.spawn(|| {
                    sched_setaffinity(None, core)?;
                    let _busy: Vec<_> = (0..9)
                        .map(|_| BusyProcess::start())
                        .collect::<Result<_, _>>()?;
                    let mut alone = Command::new(command.get_program());
                    alone.args(command.get_args()).output()
                });
                pinned.join().expect("the thread does not panic")
            }),
        }
    }
}

impl Drop for CpuThrottle {
    fn drop(&mut self) {
        if let Self::ControlGroup(folder) = self {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A process that keeps a core busy.
struct BusyProcess(Child);

impl BusyProcess {
    fn start() -> io::Result<Self> {
        let mut shell = Command::new("sh");
        let idle = shell
            .args(["-c", "while :; do :; done"])
            .stdin(Stdio::null());
        idle.spawn().map(Self)
    }
}

impl Drop for BusyProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
