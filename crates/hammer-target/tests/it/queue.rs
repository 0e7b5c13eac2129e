//! Workers that serve the requests of all connections.

use std::num::NonZeroUsize;
use std::time::Duration;

use hammer_target::{RequestArrival, ServiceLaw, TargetBehavior, TargetServer, WorkerPool};

use crate::client::{GET, TestClient};

const SERVICE: Duration = Duration::from_micros(2_300);

fn target(workers: usize) -> TargetServer {
    let workers = NonZeroUsize::new(workers).expect("a worker");
    let pool = WorkerPool::new(workers, ServiceLaw::constant(SERVICE), 1);
    TargetServer::spawn(TargetBehavior::default().workers(pool)).expect("a free port")
}

/// The wait of each arrival at `workers` that need [`SERVICE`] for each request, by a plain simulation.
fn simulated_waits(workers: usize, arrivals: &[RequestArrival]) -> Vec<Duration> {
    let mut free_at = vec![Duration::ZERO; workers];
    let simulated = arrivals.iter().map(|arrival| {
        free_at.sort_unstable();
        free_at[0] = free_at[0].max(arrival.at) + SERVICE;
        free_at[0] - arrival.at
    });
    simulated.collect()
}

/// Each of ten connections has one request in the queue at a time. A target that slept for the service
/// of each request would be late by a little more after each one.
#[tokio::test]
async fn all_connections_wait_in_one_queue_without_drift() {
    for workers in [1, 3] {
        let target = target(workers);
        let mut clients = Vec::new();
        for _ in 0..10 {
            clients.push(TestClient::connect(target.addr()).await);
        }
        for _ in 0..10 {
            for client in &mut clients {
                client.send(GET).await;
            }
            for client in &mut clients {
                let answer = client.response().await.expect("it is answered");
                assert_eq!(answer.status, 200);
            }
        }
        let arrivals = target.shutdown().arrivals;
        let planned = simulated_waits(workers, &arrivals);
        let mut late = Vec::new();
        for (arrival, planned) in arrivals.iter().zip(planned) {
            assert!(arrival.waited >= planned, "{arrival:?} before {planned:?}");
            late.push(arrival.waited - planned);
        }
        late.sort_unstable();
        assert_eq!(late.len(), 100);
        // Half of the answers are late by a few microseconds on a quiet machine. Timers of the runtime
        // would be late by 0.5 ms.
        assert!(late[50] < Duration::from_millis(20), "{late:?}");
    }
}

#[tokio::test]
async fn pipelined_requests_share_the_queue() {
    let target = target(1);
    let mut client = TestClient::connect(target.addr()).await;
    let start = std::time::Instant::now();
    client.send(&GET.repeat(5)).await;
    for _ in 0..5 {
        assert!(client.response().await.is_some());
    }
    assert!(start.elapsed() >= 5 * SERVICE);
}
