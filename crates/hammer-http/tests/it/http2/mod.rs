//! HTTP/2: against a real server of another make, and against peers that do what no good one does.

mod build;
mod frames;
mod goaway;
mod hostile;
mod pipelines;
mod shared_connections;

use hammer_core::{Hammer, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder, HttpVersion};

use crate::scripted_server::ScriptedServer;

/// A hammer that knows that the server speaks HTTP/2.
fn http2(server: &ScriptedServer) -> HttpBuilder {
    Http::builder(&server.url()).http_version(HttpVersion::Http2)
}

/// Hits `hits` times in a closed loop of one worker.
fn run_closed_loop(hammer: impl Hammer, slots: usize, hits: u64) -> Report {
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(slots);
    run.execute(|_| ()).expect("the run is well formed")
}

fn count(report: &Report, counter: &str) -> u64 {
    report.counts.get(counter).copied().unwrap_or(0)
}
