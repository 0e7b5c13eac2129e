//! HTTP/2 against an independent server, and against peers that break the rules.

mod build;
mod counts;
mod early_ends;
mod frames;
mod goaway;
mod heads;
mod hostile;
mod openings;
mod planned_ends;
mod shared_connections;
mod stream_limits;
mod uploads;
mod workflows;

use hammer_core::{Hammer, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder, HttpVersion};

use crate::scripted_server::ScriptedServer;

/// A builder for a server that speaks HTTP/2.
fn http2(server: &ScriptedServer) -> HttpBuilder {
    Http::builder(&server.url()).http_version(HttpVersion::Http2)
}

/// Runs this many hits in a closed loop of one worker.
fn run_closed_loop(hammer: impl Hammer, slots: usize, hits: u64) -> Report {
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(slots);
    run.execute().expect("a finished run")
}

fn count(report: &Report, counter: &str) -> u64 {
    report.counts.get(counter).copied().unwrap_or(0)
}
