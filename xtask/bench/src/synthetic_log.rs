//! Generates synthetic access logs of any length.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ChildStdin;

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyntheticLogFormat {
    /// The combined format of NCSA.
    Combined,
    /// The JSON of Caddy.
    Json,
}

/// Lines per second of log time.
const LINES_PER_SECOND: u64 = 5_000;
/// 2026-03-01T00:00:00Z, in seconds.
const START_SECONDS: u64 = 1_772_323_200;
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "curl/8.4.0",
];
const REFERRERS: [&str; 3] = [
    "-",
    "https://shop.example/",
    "https://shop.example/catalog/shoes?page=2",
];
const COLORS: [&str; 3] = ["red", "black", "white"];

/// Writes `lines` lines to the file at `path`, with gzip if it ends with `.gz`.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn write_file(path: &Path, format: SyntheticLogFormat, lines: u64) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    if path.extension().is_some_and(|end| end == "gz") {
        // Decompression takes about as long for all levels, and compression is fastest here.
        let mut file = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        write_lines(&mut file, format, lines)?;
        return file.finish()?.flush();
    }
    write_lines(&mut file, format, lines)?;
    file.flush()
}

/// Writes `lines` lines to a pipe, until the reader closes it.
pub(crate) fn write_pipe(pipe: ChildStdin, format: SyntheticLogFormat, lines: u64) {
    let mut pipe = BufWriter::with_capacity(1 << 18, pipe);
    // The reader reports why it stopped.
    let _ = write_lines(&mut pipe, format, lines).and_then(|()| pipe.flush());
}

fn write_lines(out: &mut impl Write, format: SyntheticLogFormat, lines: u64) -> io::Result<()> {
    let mut state = 1_u64;
    for n in 0..lines {
        // Marsaglia's xorshift (2003): the lines only have to differ.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let pick =
            |choices: &[&'static str], bits: u64| choices[(bits % choices.len() as u64) as usize];
        let target = SyntheticRequestTarget(state);
        let status = if state.is_multiple_of(20) { 404 } else { 200 };
        let bytes = 100 + (state >> 30) % 200_000;
        let [_, _, _, _, a, b, c, _] = state.to_le_bytes();
        // Every fiftieth line has a timestamp a second earlier than its neighbors.
        let micros =
            n * 1_000_000 / LINES_PER_SECOND + if n.is_multiple_of(50) { 0 } else { 1_000_000 };
        let (second, fraction) = (START_SECONDS + micros / 1_000_000, micros % 1_000_000);
        match format {
            SyntheticLogFormat::Combined => {
                let (day, of_day) = (1 + (second - START_SECONDS) / 86_400, second % 86_400);
                let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
                writeln!(
                    out,
                    "10.{a}.{b}.{c} - - [{day:02}/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \
                     \"GET {target} HTTP/1.1\" {status} {bytes} \"{}\" \"{}\"",
                    pick(&REFERRERS, state >> 20),
                    pick(&AGENTS, state >> 24)
                )?;
            }
            SyntheticLogFormat::Json => writeln!(
                out,
                "{{\"level\":\"info\",\"ts\":{second}.{fraction:06},\"logger\":\"http.log.access\",\
                 \"msg\":\"handled request\",\"request\":{{\"remote_ip\":\"10.{a}.{b}.{c}\",\
                 \"remote_port\":\"47110\",\"client_ip\":\"10.{a}.{b}.{c}\",\"proto\":\"HTTP/2.0\",\
                 \"method\":\"GET\",\"host\":\"shop.example\",\"uri\":\"{target}\",\"headers\":\
                 {{\"User-Agent\":[\"{}\"],\"Accept\":[\"*/*\"],\"Accept-Encoding\":[\"gzip, br\"],\
                 \"Referer\":[\"{}\"]}}}},\"bytes_read\":0,\"user_id\":\"\",\"duration\":0.{:06},\
                 \"size\":{bytes},\"status\":{status},\"resp_headers\":{{\"Server\":[\"Caddy\"],\
                 \"Content-Type\":[\"text/html; charset=utf-8\"]}}}}",
                pick(&AGENTS, state >> 24),
                pick(&REFERRERS, state >> 20),
                (state >> 40) % 90_000
            )?,
        }
    }
    Ok(())
}

/// A request target with an item number, and sometimes a query.
struct SyntheticRequestTarget(u64);

impl std::fmt::Display for SyntheticRequestTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let item = (self.0 >> 8) % 100_000;
        match self.0 % 10 {
            0 => f.write_str("/"),
            1..=5 => {
                let color = COLORS[(item % 3) as usize];
                write!(f, "/catalog/{item}?size={}&color={color}", 36 + item % 12)
            }
            _ => write!(f, "/static/js/app.{:06x}.js", item % 50),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SyntheticLogFormat, write_lines};

    #[test]
    fn lines_have_the_requested_format() {
        for (format, start, end) in [
            (SyntheticLogFormat::Combined, "10.", "\""),
            (
                SyntheticLogFormat::Json,
                "{\"level\":\"info\",\"ts\":17723232",
                "}}",
            ),
        ] {
            let mut log = Vec::new();
            write_lines(&mut log, format, 100).expect("a vector accepts all writes");
            let log = String::from_utf8(log).expect("the log is UTF-8");
            assert_eq!(log.lines().count(), 100);
            let matches = |line: &str| line.starts_with(start) && line.ends_with(end);
            assert!(log.lines().all(matches), "{log}");
        }
        let mut log = Vec::new();
        write_lines(&mut log, SyntheticLogFormat::Json, 50).expect("a vector accepts all writes");
        for line in log
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
        }
    }
}
