use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::error::Error;

/// The cores of this process in two parts, if there are two: one for hammer, the others for the
/// target and the profiler.
#[derive(Debug)]
pub(crate) struct Cores {
    parts: Option<(CpuSet, CpuSet)>,
}

impl Cores {
    /// Splits the cores that this process may use. With one core there is nothing to split.
    pub(crate) fn split() -> Result<Self, Error> {
        let all = sched_getaffinity(None)
            .map_err(|errno| Error::io("ask for", "the cores of this process")(errno.into()))?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
        let (Some(first), Some(second)) = (cores.next(), cores.next()) else {
            return Ok(Self { parts: None });
        };
        let (mut one, mut others) = (CpuSet::new(), CpuSet::new());
        one.set(first);
        for core in cores.chain([second]) {
            others.set(core);
        }
        Ok(Self {
            parts: Some((one, others)),
        })
    }

    /// Does `work` on hammer's core. Threads and processes that it starts stay there.
    pub(crate) fn on_hammers<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        self.on(|(one, _)| one)?;
        let done = work();
        self.on_the_others()?;
        Ok(done)
    }

    /// Moves this thread, and what it starts from now on, to the other cores.
    pub(crate) fn on_the_others(&self) -> Result<(), Error> {
        self.on(|(_, others)| others)
    }

    fn on(&self, part: impl FnOnce(&(CpuSet, CpuSet)) -> &CpuSet) -> Result<(), Error> {
        self.parts.as_ref().map_or(Ok(()), |parts| {
            sched_setaffinity(None, part(parts))
                .map_err(|errno| Error::io("move to", "another core")(errno.into()))
        })
    }
}
