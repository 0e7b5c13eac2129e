//! CPU time of a process, in user mode and in the kernel.

use std::time::Duration;

/// CPU time that a process has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CpuTime {
    /// Time in the program itself.
    pub(crate) user: Duration,
    /// Time in the kernel on its behalf.
    pub(crate) system: Duration,
}

impl CpuTime {
    /// CPU time of all threads of a running or ended process that has not been waited for; `None` if
    /// the system does not report it.
    ///
    /// The sum is exact to about 10 ms. Most kernels divide it into user and system time by what they
    /// find the process doing at each tick of their clock, a few hundred times a second.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_process(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let ticks = parse_ticks(&stat)?;
        let per_second = rustix::param::clock_ticks_per_second();
        let [user, system] =
            ticks.map(|ticks| Duration::from_secs_f64(ticks as f64 / per_second as f64));
        Some(Self { user, system })
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of_process(_pid: u32) -> Option<Self> {
        None
    }

    /// The sum of both.
    pub(crate) fn total(self) -> Duration {
        self.user + self.system
    }
}

/// utime and stime in a line of `/proc/PID/stat`.
///
/// They are the 14th and 15th fields, see proc_pid_stat(5). The second field is a name in
/// parentheses, and may contain any character.
#[cfg_attr(
    all(not(target_os = "linux"), not(test)),
    expect(dead_code, reason = "Linux has /proc")
)]
fn parse_ticks(stat: &str) -> Option<[u64; 2]> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let utime = fields.next()?.parse().ok()?;
    let stime = fields.next()?.parse().ok()?;
    Some([utime, stime])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_ticks_after_any_name() {
        let fields = "Z 1 2 2 0 -1 4 5 6 7 8 120 34 0 0 20 0 1 0";
        for name in ["wrk", "a (strange) name", "tmux: server"] {
            assert_eq!(
                parse_ticks(&format!("42 ({name}) {fields}")),
                Some([120, 34]),
                "{name}"
            );
        }
        assert_eq!(parse_ticks("42 (wrk) Z 1 2"), None);
    }
}
