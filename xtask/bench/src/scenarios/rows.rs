//! Rows that are used once, by four workers: whether each reaches the target, and reaches it once.

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
    let mut sheet = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, ours);
        let tally = RowCountingTarget::serve(rows).map_err(failed)?;
        let line = format!(
            "http --threads {WORKERS} -q -o json -c {CONNECTIONS} -r max \
             --feed rows={},order=shuffled,once=end",
            path.display()
        );
        let url = format!("http://{}/{{{{rows.id}}}}", tally.addr);
        let begun = Instant::now();
        let ended = bench
            .hammer
            .run_invocation(&ToolInvocation::new(&line, &url), &bench.cores);
        if let Err(error) = ended {
            bench.add_problem(format!("{}: {error}", scenario.name()));
            bench.hammer_failed.set(true);
            continue;
        }
        let took = begun.elapsed().as_secs_f64();
        sheet.record(round, ours, &ROWS_ONCE, Some(tally.rows_seen_once() as f64));
        sheet.record(round, ours, &ROW_RATE, Some(rows as f64 / took));
    }
    let heading = format!(
        "{} rows of a file, shuffled, each once, {CONNECTIONS} connections, {WORKERS} threads; a target \
         that counts each",
        format_number(rows as f64)
    );
    Ok(ScenarioReport {
        heading,
        figures: sheet,
    })
}

/// A target that counts how often each row came, as the path of a request.
struct RowCountingTarget {
    addr: SocketAddr,
    arrivals: Arc<[AtomicU8]>,
}

impl RowCountingTarget {
    /// Serves until the process ends: nothing wakes it from accepting.
    fn serve(rows: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let times: Arc<[AtomicU8]> = (0..rows).map(|_| AtomicU8::new(0)).collect();
        let shared = times.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let times = shared.clone();
                // A connection that breaks has told what it had to tell.
                thread::spawn(move || drop(serve_connection(stream, &times)));
            }
        });
        Ok(Self {
            addr,
            arrivals: times,
        })
    }

    /// How many rows came once.
    fn rows_seen_once(&self) -> usize {
        let times = self
            .arrivals
            .iter()
            .map(|times| times.load(Ordering::Relaxed));
        times.filter(|times| *times == 1).count()
    }
}

fn serve_connection(mut stream: TcpStream, times: &[AtomicU8]) -> io::Result<()> {
    let (mut head, mut piece) = (vec![], [0; 4096]);
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..read]);
        // There is one request at a time on a connection.
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        if let Some(times) = requested_row(&head).and_then(|row| times.get(row)) {
            times.fetch_add(1, Ordering::Relaxed);
        }
        head.clear();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}

/// The row that a head asks for.
fn requested_row(head: &[u8]) -> Option<usize> {
    let path = head.strip_prefix(b"GET /")?;
    let path = path.split(|byte| *byte == b' ').next()?;
    std::str::from_utf8(path).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_comes_twice_is_not_there_once() {
        let tally = RowCountingTarget::serve(3).expect("a port");
        let mut stream = TcpStream::connect(tally.addr).expect("it listens");
        for path in ["0", "1", "1", "7", "x"] {
            let head = format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("it reads");
            let read = stream.read(&mut [0; 100]).expect("it answers");
            assert!(read > 0);
        }
        assert_eq!(tally.rows_seen_once(), 1);
    }
}
