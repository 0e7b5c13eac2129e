//! Response times of queues by arithmetic.

use super::queue::{QueueKind, SERVICE_S};

/// The 99th percentile of the response time at a utilization, in seconds.
pub(crate) fn response_p99(kind: QueueKind, utilization: f64) -> f64 {
    let late = |time: f64| match kind {
        QueueKind::Mm1 => (-time * (1.0 - utilization) / SERVICE_S).exp(),
        QueueKind::Md1 => 1.0 - md1_within(time, utilization),
        QueueKind::Mm8 => mmc_late(8, time, utilization),
    };
    let (mut low, mut high) = (0.0, SERVICE_S * 500.0);
    // The sum of M/D/1 is only exact for times of at most some thirty services.
    if kind == QueueKind::Md1 {
        high = SERVICE_S * 30.0;
    }
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if late(middle) > 0.01 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The rate at a utilization, in hits per second.
pub(crate) fn rate(kind: QueueKind, utilization: f64) -> f64 {
    utilization * kind.servers() as f64 / SERVICE_S
}

/// The probability of an answer within a time by M/D/1, by Crommelin (1932).
fn md1_within(time: f64, utilization: f64) -> f64 {
    let waited = time / SERVICE_S - 1.0;
    if waited < 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    for k in 0..=waited as u32 {
        let x = utilization * (f64::from(k) - waited);
        let term: f64 = (1..=k).map(|i| x / f64::from(i)).product();
        sum += term * (-x).exp();
    }
    (1.0 - utilization) * sum
}

/// The probability of an answer after a time by M/M/c: by Erlang C, a hit waits, and then for an
/// exponential time (Kleinrock, "Queueing Systems", volume 1, section 3.5).
fn mmc_late(servers: u32, time: f64, utilization: f64) -> f64 {
    let offered = f64::from(servers) * utilization;
    let mut term = 1.0;
    let mut sum = 0.0;
    for k in 0..servers {
        sum += term;
        term *= offered / f64::from(k + 1);
    }
    let queued = term / (1.0 - utilization);
    let waits = queued / (sum + queued);
    let served = 1.0 / SERVICE_S;
    let left = served * f64::from(servers) * (1.0 - utilization);
    let both = (left * (-served * time).exp() - served * (-left * time).exp()) / (left - served);
    (1.0 - waits) * (-served * time).exp() + waits * both
}
