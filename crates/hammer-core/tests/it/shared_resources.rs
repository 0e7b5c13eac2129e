//! A resource that the first worker drives and all workers use, such as a client with a pool.

use std::sync::{Mutex, OnceLock};

use hammer_core::{Failure, Hammer, Hit, Outcome, Run, Slot};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::sleep;

use crate::{constant_schedule, ms};

/// Uses of the resource by the last hit, a millisecond apart, after the other worker is done.
const LATE_USES: usize = 50;

/// A hammer whose workers all use one task, which runs on the thread of the worker that opens first.
#[derive(Default)]
struct SharedTaskHammer {
    requests: OnceLock<mpsc::UnboundedSender<oneshot::Sender<()>>>,
    owner: Mutex<Option<usize>>,
    owner_closed: Notify,
}

impl SharedTaskHammer {
    async fn request(&self) -> Result<(), Failure> {
        let (answer, answered) = oneshot::channel();
        let requests = self.requests.get().expect("a session is open");
        let sent = requests.send(answer);
        sent.map_err(|_| Failure::new("task_gone"))?;
        answered.await.map_err(|_| Failure::new("task_gone"))
    }
}

impl Hammer for SharedTaskHammer {
    /// The index of the session's worker.
    type Session = usize;

    async fn open(&self, slot: &Slot) -> Result<usize, Failure> {
        self.requests.get_or_init(|| {
            let (requests, mut received) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
            tokio::spawn(async move {
                while let Some(answer) = received.recv().await {
                    let _ = answer.send(());
                }
            });
            *self.owner.lock().expect("no panic") = Some(slot.worker());
            requests
        });
        Ok(slot.worker())
    }

    async fn hit(&self, worker: &mut usize, _: &mut Hit) -> Result<Outcome, Failure> {
        let owner = *self.owner.lock().expect("no panic");
        self.request().await?;
        if owner != Some(*worker) {
            self.owner_closed.notified().await;
            for _ in 0..LATE_USES {
                self.request().await?;
                sleep(ms(1)).await;
            }
        }
        Ok(Outcome::ok("answered"))
    }

    async fn close(&self, worker: usize) {
        if *self.owner.lock().expect("no panic") == Some(worker) {
            self.owner_closed.notify_one();
        }
    }
}

/// Regression: each worker ended its runtime when it was done, and with it the connections of a client
/// that other workers still used. The last hits failed.
#[test]
fn a_worker_that_is_done_drives_what_others_use() {
    // A hit for each of two workers.
    let report = Run::new(SharedTaskHammer::default(), constant_schedule(100, ms(20)))
        .threads(2)
        .execute()
        .expect("a run");
    assert_eq!(
        (report.hits.ok, report.hits.failed),
        (2, 0),
        "{:?}",
        report.failures
    );
}
