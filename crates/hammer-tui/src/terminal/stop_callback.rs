//! The callback that stops the run.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The callback that stops the run, which the threads of keys and of drawing share.
#[derive(Clone)]
pub(super) struct StopCallback(Arc<Mutex<dyn FnMut() + Send>>);

impl StopCallback {
    pub(super) fn new(on_stop: impl FnMut() + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(on_stop)))
    }

    pub(super) fn call(&self) {
        let mut on_stop = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        on_stop();
    }
}

impl fmt::Debug for StopCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StopCallback")
    }
}
