//! Rows used once by four workers: number that reach the target exactly once.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;
use std::{fs, thread};

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::process::ToolInvocation;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const ROWS_ONCE: FigureKind = FigureKind {
    key: "rows_once",
    title: "rows that came once",
    unit: "rows",
    better: BetterDirection::Higher,
};
const ROW_RATE: FigureKind = FigureKind {
    key: "rows_per_s",
    title: "rows/s",
    unit: "rows/s",
    better: BetterDirection::Higher,
};

const WORKERS: u32 = 4;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let rows = bench.plan.feeder_rows;
    let failed = |error: io::Error| Error::failed(format!("rows: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("rows.csv");
    let mut text = "id,name\n".to_owned();
    for row in 0..rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{row},user {row}");
    }
    fs::write(&path, text).map_err(failed)?;

    let ours = bench.hammer.name();
    let mut figures = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, ours);
        let target = RowCountingTarget::serve(rows).map_err(failed)?;
        let line = format!(
            "http --threads {WORKERS} -q -o json -c {CONNECTIONS} -r max \
             --feed rows={},order=shuffled,once=end",
            path.display()
        );
        let url = format!("http://{}/{{{{rows.id}}}}", target.addr);
        let start = Instant::now();
        let ended = bench
            .hammer
            .run_invocation(&ToolInvocation::new(&line, &url), &bench.cores);
        if let Err(error) = ended {
            bench.add_problem(format!("{}: {error}", scenario.name()));
            bench.hammer_failed.set(true);
            continue;
        }
        let elapsed = start.elapsed().as_secs_f64();
        figures.record(
            round,
            ours,
            &ROWS_ONCE,
            Some(target.rows_seen_once() as f64),
        );
        figures.record(round, ours, &ROW_RATE, Some(rows as f64 / elapsed));
    }
    let heading = format!(
        "{} rows of a file, shuffled, each once, {CONNECTIONS} connections, {WORKERS} threads; a target \
         that counts each",
        format_number(rows as f64)
    );
    Ok(ScenarioReport { heading, figures })
}

/// A target that counts requests per row, whose number is the path.
struct RowCountingTarget {
    addr: SocketAddr,
    arrivals: Arc<[AtomicU8]>,
}

impl RowCountingTarget {
    /// Starts the target, which runs until the process ends.
    fn serve(rows: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let counts: Arc<[AtomicU8]> = (0..rows).map(|_| AtomicU8::new(0)).collect();
        let shared = counts.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let counts = shared.clone();
                // Rows are counted as they arrive, so a broken connection loses nothing.
                thread::spawn(move || drop(serve_connection(stream, &counts)));
            }
        });
        Ok(Self {
            addr,
            arrivals: counts,
        })
    }

    /// The number of rows that arrived exactly once.
    fn rows_seen_once(&self) -> usize {
        let counts = self
            .arrivals
            .iter()
            .map(|counts| counts.load(Ordering::Relaxed));
        counts.filter(|counts| *counts == 1).count()
    }
}

fn serve_connection(mut stream: TcpStream, counts: &[AtomicU8]) -> io::Result<()> {
    let (mut head, mut piece) = (vec![], [0; 4096]);
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..read]);
        // A connection has one request at a time.
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        if let Some(counts) = requested_row(&head).and_then(|row| counts.get(row)) {
            counts.fetch_add(1, Ordering::Relaxed);
        }
        head.clear();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}

/// The row in the path of a request head.
fn requested_row(head: &[u8]) -> Option<usize> {
    let path = head.strip_prefix(b"GET /")?;
    let path = path.split(|byte| *byte == b' ').next()?;
    std::str::from_utf8(path).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_rows_that_arrive_exactly_once() {
        let target = RowCountingTarget::serve(3).expect("the target starts");
        let mut stream = TcpStream::connect(target.addr).expect("the target listens");
        for path in ["0", "1", "1", "7", "x"] {
            let head = format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("the target reads");
            let read = stream.read(&mut [0; 100]).expect("the target answers");
            assert!(read > 0);
        }
        assert_eq!(target.rows_seen_once(), 1);
    }
}
