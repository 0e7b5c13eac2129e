//! h2load of nghttp2, in C++, with HTTP/1.1 or HTTP/2.

use super::duration_text::parse_micros;
use super::{LoadTool, ToolLoad, ToolOutputError, ToolReport};
use crate::process::ToolInvocation;

pub(super) struct H2load;

impl LoadTool for H2load {
    fn name(&self) -> &'static str {
        "h2load"
    }

    fn version_argument(&self) -> Option<&'static str> {
        Some("--version")
    }

    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation> {
        let each = load.rate.map(|rate| rate / f64::from(load.connections));
        let rate = each.map_or_else(String::new, |each| format!("--rps {each}"));
        // Most versions have no percentiles in the summary, but the log has a line per hit.
        let log = if load.needs_percentiles {
            "--log-file /dev/stderr"
        } else {
            ""
        };
        // It does not verify certificates.
        let version = match load.streams {
            None => ("--h1", String::new()),
            Some(streams) => ("", format!("-m {streams}")),
        };
        let line = format!(
            "{} -t 1 -c {} {} -D {} {rate} {log}",
            version.0,
            load.connections,
            version.1,
            load.duration_text()?
        );
        Some(ToolInvocation::new(&line, load.url))
    }

    fn parse_output(
        &self,
        _load: &ToolLoad<'_>,
        stdout: &str,
        stderr: &str,
    ) -> Result<ToolReport, ToolOutputError> {
        let mut report = ToolReport::default();
        let (mut finished, mut succeeded) = (None, None);
        let mut columns: Vec<&str> = Vec::new();
        for line in stdout.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match *words.as_slice() {
                // finished in 2.00s, 126242.50 req/s, 4.57MB/s
                ["finished", "in", time, ..] => finished = parse_micros(time.trim_end_matches(',')),
                ["requests:", ..] => {
                    succeeded = number_before(&words, "succeeded");
                    // The number of errored hits is included.
                    report.errors = number_before(&words, "failed").unwrap_or(0);
                }
                ["min", "max", ..] => columns.clone_from(&words),
                ["time", "for", "request:", ..] => {
                    let at = |name| {
                        let at = columns.iter().position(|column| *column == name)?;
                        parse_micros(words.get(3 + at)?)
                    };
                    report.p50_us = at("median");
                    report.p99_us = at("p99");
                }
                _ => {}
            }
        }
        report.seconds =
            finished.ok_or_else(|| ToolOutputError::missing("a line \"finished in\""))? / 1e6;
        report.hits =
            succeeded.ok_or_else(|| ToolOutputError::missing("a number \"succeeded\""))?;
        let mut logged = logged_latencies(stderr);
        logged.sort_unstable();
        if !logged.is_empty() {
            let rank = |q: f64| ((q * logged.len() as f64).ceil() as usize).max(1) - 1;
            let at = |q| Some(logged[rank(q)] as f64);
            report.p50_us = at(0.5);
            report.p90_us = at(0.9);
            report.p99_us = at(0.99);
        }
        Ok(report)
    }
}

/// The number before a word, such as 17 in `17 failed,`.
fn number_before(words: &[&str], word: &str) -> Option<u64> {
    let at = words
        .iter()
        .position(|candidate| candidate.trim_end_matches(',') == word)?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// Microseconds of each answered hit in the log, whose columns are start, status and duration.
fn logged_latencies(log: &str) -> Vec<u64> {
    let hit = |line: &str| {
        let mut fields = line.split('\t');
        let _start: u64 = fields.next()?.parse().ok()?;
        let status: i32 = fields.next()?.parse().ok()?;
        let us = fields.next()?.trim_end().parse().ok()?;
        (status > 0).then_some(us)
    };
    log.lines().filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;

    const SAMPLE_OUTPUT: &str = "\
starting benchmark...
progress: 93% of clients started
Application protocol: http/1.1

finished in 2.00s, 126242.50 req/s, 4.57MB/s
requests: 252485 total, 252549 started, 252485 done, 252480 succeeded, 5 failed, 2 errored, 0 timeout
status codes: 252480 2xx, 0 3xx, 0 4xx, 5 5xx
traffic: 9.15MB (9594430) total, 3.61MB (3787800) headers (space savings 0.00%), 0B (0) data
                     min         max         mean         sd        +/- sd
time for request:      316us      8.42ms       506us       175us    96.92%
time for connect:       15us       570us       290us       157us    59.38%
";

    #[test]
    fn parses_the_summary() {
        let report = H2load
            .parse_output(&load(None), SAMPLE_OUTPUT, "")
            .expect("the output parses");
        let expected = ToolReport {
            hits: 252_480,
            seconds: 2.0,
            errors: 5,
            ..ToolReport::default()
        };
        assert_eq!(report, expected);
    }

    #[test]
    fn takes_percentiles_from_the_log_or_a_newer_summary() {
        let log = "1700000000000001\t200\t300\n1700000000000002\t200\t100\n\
                   1700000000000003\t-1\t900\n1700000000000004\t200\t200\nnot a hit\n";
        let report = H2load
            .parse_output(&load(None), SAMPLE_OUTPUT, log)
            .expect("the output parses");
        assert_eq!(report.p50_us, Some(200.0));
        assert_eq!(report.p99_us, Some(300.0));

        let newer = SAMPLE_OUTPUT
            .replace(
                "min         max         mean",
                "min max median p95 p99 mean",
            )
            .replace("316us      8.42ms", "316us 8.42ms 500us 1ms 2ms");
        let report = H2load
            .parse_output(&load(None), &newer, "")
            .expect("the output parses");
        assert_eq!((report.p50_us, report.p99_us), (Some(500.0), Some(2000.0)));
    }
}
