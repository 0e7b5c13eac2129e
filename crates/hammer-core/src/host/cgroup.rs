//! Limits of the control groups of this process (cgroups(7)), versions 1 and 2.

use std::fs;
use std::path::{Path, PathBuf};

/// CPU throttling of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CpuThrottling {
    /// Periods in which the group ran.
    pub(crate) periods: u64,
    /// Periods in which it was throttled.
    pub(crate) throttled: u64,
}

/// Reads the CPU throttling of the group that throttled the process most.
///
/// `None` if there is no limit or the system does not report it.
pub(crate) fn cpu_throttling() -> Option<CpuThrottling> {
    // A group stops when its parent is throttled, but does not count those periods.
    cgroup_dirs("cpu")
        .iter()
        .filter_map(|folder| parse_cpu_stat(&fs::read_to_string(folder.join("cpu.stat")).ok()?))
        .max_by_key(|throttling| throttling.throttled)
}

/// Reads the smallest memory limit of the process, in bytes.
pub(crate) fn memory_limit() -> Option<u64> {
    let limit = |folder: &PathBuf| {
        let read = |name| fs::read_to_string(folder.join(name)).ok();
        let text = read("memory.max").or_else(|| read("memory.limit_in_bytes"))?;
        text.trim().parse::<u64>().ok()
    };
    cgroup_dirs("memory").iter().filter_map(limit).min()
}

/// The folders of the process's groups for `controller`, innermost first.
fn cgroup_dirs(controller: &str) -> Vec<PathBuf> {
    let read = |name| fs::read_to_string(name).unwrap_or_default();
    let (groups, mounts) = (read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
    let Some((top, own)) = locate_cgroup(&groups, &mounts, controller) else {
        return vec![];
    };
    own.ancestors()
        .take_while(|folder| folder.starts_with(&top))
        .map(Path::to_owned)
        .collect()
}

/// Finds the mount point of `controller` and the folder of the process's own group.
///
/// A line of /proc/self/cgroup is `number:controllers:path`, without controllers in version 2. A
/// line of mountinfo is `… root mount-point … - type source options`.
fn locate_cgroup(groups: &str, mounts: &str, controller: &str) -> Option<(PathBuf, PathBuf)> {
    let has = |list: &str| list.split(',').any(|item| item == controller);
    let find = |wanted: &dyn Fn(&str) -> bool| {
        groups.lines().find_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            wanted(controllers).then_some(path)
        })
    };
    let (path, is_v1) = match find(&has) {
        Some(path) => (path, true),
        None => (find(&str::is_empty)?, false),
    };
    let (root, top) = mounts.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mut system = system.split(' ');
        let matches = match system.next()? {
            "cgroup" => is_v1 && has(system.nth(1)?),
            "cgroup2" => !is_v1,
            _ => false,
        };
        let mut mount = mount.split(' ').skip(3);
        matches.then_some((mount.next()?, mount.next()?))
    })?;
    // In a container, the path may exist on the host only. The mount point is then the group.
    let below = Path::new(path).strip_prefix(root);
    let top = PathBuf::from(top);
    let own = below.map_or_else(|_| top.clone(), |below| top.join(below));
    Some((top, own))
}

fn parse_cpu_stat(stat: &str) -> Option<CpuThrottling> {
    let number = |name: &str| {
        let found = stat.lines().find_map(|line| line.strip_prefix(name))?;
        found.trim().parse().ok()
    };
    Some(CpuThrottling {
        periods: number("nr_periods ")?,
        throttled: number("nr_throttled ")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_group_is_found() {
        let v2 =
            "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        let hybrid = "\
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
34 31 0:31 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
35 31 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let groups = "5:cpuset:/set\n4:memory:/docker/abc/x\n1:cpu,cpuacct:/a/b\n0::/init\n";
        for (groups, mounts, controller, found) in [
            ("0::/a/b\n", v2, "cpu", Some("/sys/fs/cgroup + a/b")),
            ("0::/\n", v2, "memory", Some("/sys/fs/cgroup + ")),
            (
                groups,
                hybrid,
                "cpu",
                Some("/sys/fs/cgroup/cpu,cpuacct + a/b"),
            ),
            (groups, hybrid, "memory", Some("/sys/fs/cgroup/memory + x")),
            (
                "4:memory:/elsewhere\n",
                hybrid,
                "memory",
                Some("/sys/fs/cgroup/memory + "),
            ),
            (groups, hybrid, "io", Some("/sys/fs/cgroup/unified + init")),
            ("0::/a\n", "", "cpu", None),
            ("", v2, "cpu", None),
        ] {
            let located = locate_cgroup(groups, mounts, controller);
            let shown = located.map(|(top, own)| {
                let below = own.strip_prefix(&top).expect("it is below");
                format!("{} + {}", top.display(), below.display())
            });
            assert_eq!(shown.as_deref(), found, "{controller} of {groups}");
        }
    }

    #[test]
    fn throttling_is_parsed() {
        let stat = "usage_usec 12\nuser_usec 4\nnr_periods 50\nnr_throttled 49\nthrottled_usec 9\n";
        let expected = CpuThrottling {
            periods: 50,
            throttled: 49,
        };
        assert_eq!(parse_cpu_stat(stat), Some(expected));
        assert_eq!(
            parse_cpu_stat("usage_usec 12\n"),
            None,
            "a group without a limit"
        );
    }
}
