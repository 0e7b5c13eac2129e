//! Pins the target and the generator to their own cores.

use crate::error::Error;

/// The role of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoreRole {
    /// Runs the target.
    Target,
    /// Runs the load generator.
    Generator,
}

/// One core for the target and one for the generator, if the system has two and allows pinning.
#[derive(Debug, Clone)]
pub(crate) struct CorePinning {
    /// Cores that this process may use; empty if unknown.
    allowed: Vec<usize>,
}

impl CorePinning {
    /// Reads the cores that the system allows.
    pub(crate) fn detect() -> Self {
        Self {
            allowed: system::read_affinity(),
        }
    }

    /// The cores of target and generator; `None` if nothing is pinned.
    pub(crate) fn pinned_cores(&self) -> Option<(usize, usize)> {
        match *self.allowed {
            [target, generator, ..] => Some((target, generator)),
            _ => None,
        }
    }

    /// True if the target has a core of its own, so that it can poll instead of sleeping.
    pub(crate) fn target_has_core(&self) -> bool {
        self.pinned_cores().is_some()
    }

    /// Runs `work` on the core of `role`. Threads and processes that it starts stay there.
    ///
    /// # Errors
    ///
    /// If the system refuses the pinning.
    pub(crate) fn run_on<T>(&self, role: CoreRole, work: impl FnOnce() -> T) -> Result<T, Error> {
        let Some((target, generator)) = self.pinned_cores() else {
            return Ok(work());
        };
        let core = match role {
            CoreRole::Target => target,
            CoreRole::Generator => generator,
        };
        system::set_affinity(&[core])?;
        let done = work();
        system::set_affinity(&self.allowed)?;
        Ok(done)
    }

    /// Runs `work` on the cores of target and generator together.
    ///
    /// # Errors
    ///
    /// If the system refuses the pinning.
    pub(crate) fn run_on_both<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        let Some((target, generator)) = self.pinned_cores() else {
            return Ok(work());
        };
        system::set_affinity(&[target, generator])?;
        let done = work();
        system::set_affinity(&self.allowed)?;
        Ok(done)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    use crate::error::Error;

    pub(super) fn read_affinity() -> Vec<usize> {
        sched_getaffinity(None).map_or_else(
            |_| Vec::new(),
            |set| {
                (0..CpuSet::MAX_CPU)
                    .filter(|core| set.is_set(*core))
                    .collect()
            },
        )
    }

    pub(super) fn set_affinity(cores: &[usize]) -> Result<(), Error> {
        let mut set = CpuSet::new();
        for core in cores {
            set.set(*core);
        }
        sched_setaffinity(None, &set)
            .map_err(|error| Error::failed(format!("failed to pin to cores {cores:?}: {error}")))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use crate::error::Error;

    pub(super) fn read_affinity() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn set_affinity(_cores: &[usize]) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn threads_stay_on_the_core_of_their_role() {
        let cores = CorePinning::detect();
        let Some((target, generator)) = cores.pinned_cores() else {
            assert_eq!(
                cores
                    .run_on(CoreRole::Target, || 7)
                    .expect("no pinning needed"),
                7
            );
            return;
        };
        for (role, core) in [(CoreRole::Target, target), (CoreRole::Generator, generator)] {
            let seen = cores.run_on(role, || std::thread::spawn(system::read_affinity).join());
            let seen = seen.expect("pinning works").expect("the thread ends");
            assert_eq!(seen, [core], "{role:?}");
        }
        assert_eq!(system::read_affinity(), cores.allowed);
    }
}
