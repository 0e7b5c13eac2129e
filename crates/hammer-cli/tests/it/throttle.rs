use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// A way to leave a command a tenth of a core.
pub(crate) enum CpuThrottle {
    /// A control group of our own, which needs the rights to make one.
    ControlGroup(PathBuf),
    /// One core that nine others keep busy.
    BusyNeighbours(CpuSet),
}

impl CpuThrottle {
    /// The better one of those that there are.
    pub(crate) fn find() -> Option<Self> {
        Self::group().or_else(Self::neighbours)
    }

    fn group() -> Option<Self> {
        let name = format!("hammer-test-{}", std::process::id());
        for (mount, limit, tenth) in [
            ("/sys/fs/cgroup", "cpu.max", "10000 100000"),
            ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "10000"),
            ("/sys/fs/cgroup/cpu,cpuacct", "cpu.cfs_quota_us", "10000"),
        ] {
            let folder = Path::new(mount).join(&name);
            // A group is asked for only where there can be one: elsewhere this makes a folder.
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

    fn neighbours() -> Option<Self> {
        let all = sched_getaffinity(None).ok()?;
        let first = (0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu))?;
        let mut one = CpuSet::new();
        one.set(first);
        Some(Self::BusyNeighbours(one))
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
            Self::BusyNeighbours(core) => thread::scope(|scope| {
                // What a thread spawns runs where the thread may run.
                let pinned = scope.spawn(|| {
                    sched_setaffinity(None, core)?;
                    let _busy: Vec<_> = (0..9)
                        .map(|_| BusyProcess::start())
                        .collect::<Result<_, _>>()?;
                    let mut alone = Command::new(command.get_program());
                    alone.args(command.get_args()).output()
                });
                pinned.join().expect("it returns its errors")
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

/// A process that does nothing, as fast as it can.
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
