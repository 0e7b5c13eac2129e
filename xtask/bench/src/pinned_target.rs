//! A target in this process, on its own core.

use std::time::{Duration, Instant};

use hammer_target::{GroundTruth, ServerCertificate, TargetBehavior, TargetServer};

use crate::core_pinning::{CorePinning, CoreRole};
use crate::error::Error;

/// Bytes of the body of each raw answer.
const BODY_BYTES: usize = 2;
/// The cookie of a target that sets one, about as long as the identifier of a session.
const COOKIE: &str = "session=0123456789abcdef0123456789abcdef; Path=/";
/// Most arrivals that a raw target keeps: 25 s at 80,000/s, in 64 MB.
const MAX_RAW_ARRIVALS: usize = 2_000_000;

/// The mode of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TargetServerMode {
    /// Prepared answers, as fast as a core can send them. It never sleeps if it has a core of its own.
    Raw,
    /// Prepared answers over HTTP/2, otherwise as [`Raw`](Self::Raw).
    RawHttp2,
    /// Prepared answers over HTTP/1.1, of which the first of each connection sets a cookie.
    RawCookie,
    /// Prepared answers, and a record of all arrivals.
    RawRecording,
    /// A full server that records all arrivals.
    Recording,
}

impl TargetServerMode {
    /// Its name in tables and records.
    pub(crate) const fn name(self, tls: bool) -> &'static str {
        match (self, tls) {
            (Self::Raw, false) => "raw",
            (Self::Raw, true) => "raw-tls",
            (Self::RawHttp2, false) => "raw-http2",
            (Self::RawHttp2, true) => "raw-http2-tls",
            (Self::RawCookie, false) => "raw-cookie",
            (Self::RawCookie, true) => "raw-cookie-tls",
            (Self::RawRecording, false) => "raw-recording",
            (Self::RawRecording, true) => "raw-recording-tls",
            (Self::Recording, false) => "recording",
            (Self::Recording, true) => "recording-tls",
        }
    }
}

impl TargetServerMode {
    /// True if it polls instead of sleeping, so that no tool pays for waking it.
    const fn polls(self) -> bool {
        matches!(self, Self::Raw | Self::RawHttp2 | Self::RawCookie)
    }
}

/// A target whose thread is pinned to the target's core.
#[derive(Debug)]
pub(crate) struct PinnedTargetServer {
    target: TargetServer,
    thread: Option<u32>,
    /// Set if it polls instead of sleeping.
    polling_since: Option<Instant>,
}

impl PinnedTargetServer {
    /// Starts a target on its core, with a self-signed certificate if `tls` is set.
    ///
    /// # Errors
    ///
    /// If it does not start, or cannot be pinned.
    pub(crate) fn start(
        cores: &CorePinning,
        mode: TargetServerMode,
        tls: bool,
        behavior: TargetBehavior,
    ) -> Result<Self, Error> {
        let failed = |error: &dyn std::error::Error| {
            Error::failed(format!("failed to start a target: {error}"))
        };
        let spin = mode.polls() && cores.target_has_core();
        let mut builder = TargetServer::builder().spin(spin);
        if tls {
            let certificate = ServerCertificate::self_signed(["127.0.0.1", "localhost"]);
            builder = builder.tls(certificate.map_err(|error| failed(&error))?);
        }
        let before = system::target_threads();
        let target = cores.run_on(CoreRole::Target, || match mode {
            TargetServerMode::Raw | TargetServerMode::RawHttp2 => builder.spawn_raw(BODY_BYTES),
            TargetServerMode::RawCookie => builder.raw_cookie(COOKIE).spawn_raw(BODY_BYTES),
            TargetServerMode::RawRecording => {
                builder.max_arrivals(MAX_RAW_ARRIVALS).spawn_raw(BODY_BYTES)
            }
            TargetServerMode::Recording => builder.spawn(behavior),
        })?;
        let target = target.map_err(|error| failed(&error))?;
        Ok(Self {
            target,
            thread: system::new_target_thread(&before),
            polling_since: spin.then(Instant::now),
        })
    }

    pub(crate) fn url(&self) -> String {
        self.target.url()
    }

    /// The number of hits it has answered.
    pub(crate) fn answered_hits(&self) -> u64 {
        self.target.counts().answered
    }

    /// Time in which it was busy; `None` if the system does not report it.
    ///
    /// This is the CPU time of its thread, or if it polls, the time in which something arrived.
    pub(crate) fn busy_time(&self) -> Option<Duration> {
        match self.polling_since {
            Some(start) => Some(start.elapsed().saturating_sub(self.target.idle_time())),
            None => system::thread_cpu_time(self.thread?),
        }
    }

    /// Stops it and returns its record of the run.
    pub(crate) fn into_truth(self) -> GroundTruth {
        self.target.shutdown()
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::thread;
    use std::time::{Duration, Instant};

    /// Longest wait for a thread to start.
    const THREAD_START_TIMEOUT: Duration = Duration::from_secs(2);

    /// The target's thread that is not in `before`.
    ///
    /// It waits, because a thread gets its name only when it begins to run.
    pub(super) fn new_target_thread(before: &[u32]) -> Option<u32> {
        let until = Instant::now() + THREAD_START_TIMEOUT;
        loop {
            let mut threads = target_threads().into_iter();
            let new = threads.find(|id| !before.contains(id));
            if new.is_some() || Instant::now() > until {
                return new;
            }
            thread::yield_now();
        }
    }

    /// The threads of this process with the name of a target.
    pub(super) fn target_threads() -> Vec<u32> {
        let Ok(threads) = fs::read_dir("/proc/self/task") else {
            return Vec::new();
        };
        threads
            .filter_map(|thread| {
                let path = thread.ok()?.path();
                let name = fs::read_to_string(path.join("comm")).ok()?;
                let id = path.file_name()?.to_str()?.parse().ok()?;
                (name.trim_end() == "hammer-target").then_some(id)
            })
            .collect()
    }

    /// CPU time of a thread: the first number of its `schedstat`, in nanoseconds.
    pub(super) fn thread_cpu_time(thread: u32) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
        let nanos = stat.split_whitespace().next()?.parse().ok()?;
        Some(Duration::from_nanos(nanos))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(super) fn target_threads() -> Vec<u32> {
        Vec::new()
    }

    pub(super) fn new_target_thread(_before: &[u32]) -> Option<u32> {
        None
    }

    pub(super) fn thread_cpu_time(_thread: u32) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_find_their_own_threads() {
        let cores = CorePinning::detect();
        let start = |mode, tls| {
            PinnedTargetServer::start(&cores, mode, tls, TargetBehavior::default())
                .expect("it starts")
        };
        let (raw, recording) = (
            start(TargetServerMode::Raw, false),
            start(TargetServerMode::Recording, true),
        );
        assert!(raw.url().starts_with("http:") && recording.url().starts_with("https:"));
        if cfg!(target_os = "linux") {
            assert!(raw.thread.is_some() && recording.thread.is_some());
            assert_ne!(raw.thread, recording.thread);
            assert!(recording.busy_time() > Some(Duration::ZERO));
            assert!(raw.busy_time().is_some());
            assert_eq!(raw.polling_since.is_some(), cores.target_has_core());
            assert!(recording.polling_since.is_none());
        }
        assert_eq!((raw.answered_hits(), recording.answered_hits()), (0, 0));
        assert_eq!(recording.into_truth().arrivals.len(), 0);
    }
}
