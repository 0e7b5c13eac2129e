use std::io;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;

use hammer_core::Stop;

use crate::error::Error;
use crate::exit::Exit;

/// Turns SIGINT and SIGTERM into stops: the first one drains, the second one stops at once, and
/// the third one ends the process, should the report be stuck in a pipe.
#[derive(Debug)]
pub(crate) struct Signals {
    first: Arc<OnceLock<u8>>,
    came: Receiver<()>,
}

impl Signals {
    /// Watches from now on, for as long as the process lives.
    pub(crate) fn watch(stop: &Stop) -> Result<Self, Error> {
        let first = Arc::new(OnceLock::new());
        let (ready, is_ready) = mpsc::channel();
        let (tell, came) = mpsc::channel();
        let (stop, theirs) = (stop.clone(), Arc::clone(&first));
        let on_signal = move |number| {
            let _ = theirs.set(number);
            stop.signal();
            let _ = tell.send(());
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build();
                match runtime {
                    Ok(runtime) => runtime.block_on(listen(&ready, on_signal)),
                    Err(error) => drop(ready.send(Err(error))),
                }
            })
            .and_then(|_| {
                is_ready
                    .recv()
                    .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
            })
            .map_err(|error| Error::Run(format!("failed to watch for signals: {error}")))?;
        Ok(Self { first, came })
    }

    /// Blocks until there is a signal.
    pub(crate) fn wait(&self) {
        let _ = self.came.recv();
    }

    /// How the command ends if there was a signal.
    pub(crate) fn exit(&self) -> Option<Exit> {
        self.first.get().copied().map(Exit::signal)
    }
}

/// Signals that are let through before the process ends by itself.
const PATIENCE: usize = 2;

async fn listen(ready: &mpsc::Sender<io::Result<()>>, on_signal: impl Fn(u8)) {
    let mut source = match Source::new() {
        Ok(source) => source,
        Err(error) => return drop(ready.send(Err(error))),
    };
    let _ = ready.send(Ok(()));
    for _ in 0..PATIENCE {
        on_signal(source.next().await);
    }
    end(source.next().await);
}

#[expect(clippy::exit, reason = "the user asked for the third time")]
fn end(number: u8) {
    std::process::exit(128 + i32::from(number));
}

#[cfg(unix)]
struct Source(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Source {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    /// The number of the next signal.
    async fn next(&mut self) -> u8 {
        tokio::select! { _ = self.0.recv() => 2, _ = self.1.recv() => 15 }
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}
