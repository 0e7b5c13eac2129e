//! Task that keeps the thread of a target awake and adds up its idle time.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::yield_now;

use crate::recorder::TargetRecorder;

/// Polls the I/O of its runtime without a pause, so that the thread never sleeps. Never returns.
///
/// Each yield of a task that is always ready lets tokio's single-threaded runtime poll the I/O without
/// waiting, instead of sleeping until something happens. A pass in which no byte of a request arrived is
/// idle time.
pub(crate) async fn poll_without_sleeping(recorder: Arc<TargetRecorder>) {
    let mut bytes = recorder.counts().request_bytes;
    let mut last = Instant::now();
    loop {
        yield_now().await;
        let now = Instant::now();
        let seen = recorder.counts().request_bytes;
        if seen == bytes {
            recorder.record_idle(now - last);
        }
        (bytes, last) = (seen, now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn only_passes_without_bytes_are_idle() {
        let recorder = Arc::new(TargetRecorder::new(0));
        let poller = tokio::spawn(poll_without_sleeping(Arc::clone(&recorder)));
        yield_now().await;
        let busy = recorder.idle_time();
        for _ in 0..10 {
            recorder.record_raw(1, 1);
            yield_now().await;
        }
        assert_eq!(recorder.idle_time(), busy);
        while recorder.idle_time() < busy + Duration::from_micros(10) {
            yield_now().await;
        }
        poller.abort();
    }
}
