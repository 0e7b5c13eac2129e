//! HTTP/2: against a real server of another make, and against peers that do what no good one does.

mod build;
mod frames;
mod goodbyes;
mod hostile;
mod journeys;
mod shared;

use hammer_core::{Hammer, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder, HttpVersion};

use crate::scripted::Scripted;

/// A hammer that knows that the server speaks HTTP/2.
fn http2(server: &Scripted) -> HttpBuilder {
    Http::builder(&server.url()).http(HttpVersion::Http2)
}

/// Hits `hits` times in a closed loop of one worker.
fn closed(hammer: impl Hammer, slots: usize, hits: u64) -> Report {
    let run = Run::new(hammer, Schedule::max().hits(hits))
        .threads(1)
        .max_in_flight(slots);
    run.execute(|_| ()).expect("the run is well formed")
}

fn count(report: &Report, counter: &str) -> u64 {
    report.counts.get(counter).copied().unwrap_or(0)
}
