//! Which core does what.

use crate::error::Error;

/// Who gets a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoreRole {
    /// What is hit.
    Target,
    /// What hits.
    Generator,
}

/// A core for the target and another for the generator, where the machine has two and lets us say.
#[derive(Debug, Clone)]
pub(crate) struct CorePinning {
    /// All that this process may run on; empty where that can't be told.
    allowed: Vec<usize>,
}

impl CorePinning {
    /// Asks the system.
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

    /// Does `work` on the core of `side`. Threads and processes that it starts stay there.
    ///
    /// # Errors
    ///
    /// If the system does not allow it.
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

    /// Does `work` on the cores of target and generator together.
    ///
    /// # Errors
    ///
    /// If the system does not allow it.
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

    pub(super) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn allow(_cores: &[usize]) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_started_on_a_side_stays_there() {
        let cores = CorePinning::detect();
        let Some((target, generator)) = cores.pinned_cores() else {
            assert_eq!(
                cores
                    .run_on(CoreRole::Target, || 7)
                    .expect("nothing to pin"),
                7
            );
            return;
        };
        for (side, core) in [(CoreRole::Target, target), (CoreRole::Generator, generator)] {
            let seen = cores.run_on(side, || std::thread::spawn(system::read_affinity).join());
            let seen = seen.expect("it may").expect("it ends");
            assert_eq!(seen, [core], "{side:?}");
        }
        assert_eq!(system::read_affinity(), cores.allowed);
    }
}
