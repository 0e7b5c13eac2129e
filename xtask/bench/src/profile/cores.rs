use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::error::Error;

/// The cores of this process in two parts, if there are two: one for hammer, the others for the
/// target and the profiler.
#[derive(Debug)]
pub(crate) struct Cores {
    all: CpuSet,
    parts: Option<(CpuSet, CpuSet)>,
}

impl Cores {
    /// Splits the cores that this process may use. With one core there is nothing to split.
    pub(crate) fn split() -> Result<Self, Error> {
        let all = sched_getaffinity(None)
            .map_err(|errno| Error::io("ask for", "the cores of this process")(errno.into()))?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
        let mut parts = None;
        if let (Some(first), Some(second)) = (cores.next(), cores.next()) {
            let (mut one, mut others) = (CpuSet::new(), CpuSet::new());
            one.set(first);
            for core in cores.chain([second]) {
                others.set(core);
            }
            parts = Some((one, others));
        }
        Ok(Self { all, parts })
    }

    /// Does `work` on hammer's core. Threads and processes that it starts stay there.
    pub(crate) fn on_hammers<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        self.on(self.parts.as_ref().map(|(one, _)| one), work)
    }

    /// Does `work` on the other cores. Threads and processes that it starts stay there.
    pub(crate) fn on_the_others<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        self.on(self.parts.as_ref().map(|(_, others)| others), work)
    }

    fn on<T>(&self, part: Option<&CpuSet>, work: impl FnOnce() -> T) -> Result<T, Error> {
        let Some(part) = part else {
            return Ok(work());
        };
        move_to(part)?;
        let done = work();
        // What this thread starts next, such as a compiler, may have them all.
        move_to(&self.all)?;
        Ok(done)
    }
}

fn move_to(cores: &CpuSet) -> Result<(), Error> {
    sched_setaffinity(None, cores)
        .map_err(|errno| Error::io("move to", "other cores")(errno.into()))
}

#[cfg(test)]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::Cores;

    #[test]
    fn parts_do_not_overlap_and_are_left_again() {
        let now = || sched_getaffinity(None).expect("the system tells");
        let before = now();
        let cores = Cores::split().expect("the system tells");
        let hammers = cores.on_hammers(now).expect("it is one of ours");
        let others = cores.on_the_others(now).expect("they are ours");
        assert_eq!(now(), before);
        if before.count() < 2 {
            return;
        }
        assert_eq!(hammers.count(), 1);
        assert_eq!(others.count(), before.count() - 1);
        assert!((0..1_024).all(|core| !(hammers.is_set(core) && others.is_set(core))));
    }
}
