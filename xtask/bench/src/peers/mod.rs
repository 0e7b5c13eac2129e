//! Load generators: hammer and its peers, one file each.

use std::time::Duration;

use crate::process::ToolInvocation;

mod duration_text;
mod h2load;
mod hammer;
mod hammer_on_terminal;
mod hammer_plan;
mod hey;
mod k6;
mod oha;
mod tool_report;
mod vegeta;
mod wrk;
mod wrk2;

pub(crate) use hammer::HammerTool;
pub(crate) use hammer_on_terminal::HammerOnTerminal;
pub(crate) use hammer_plan::HammerPlan;
pub(crate) use tool_report::{ToolOutputError, ToolReport};

/// The load that a run requests from a load generator.
#[derive(Debug, Clone)]
pub(crate) struct ToolLoad<'a> {
    pub(crate) url: &'a str,
    pub(crate) connections: u32,
    /// Streams per connection over HTTP/2; `None` for HTTP/1.1.
    pub(crate) streams: Option<u32>,
    /// Hits per second; `None` for a closed loop.
    pub(crate) rate: Option<f64>,
    pub(crate) extent: RunExtent,
    /// True if percentiles are needed even if they cost the tool CPU time.
    pub(crate) needs_percentiles: bool,
}

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RunExtent {
    /// After this time.
    Duration(Duration),
    /// After this many hits.
    Hits(u64),
}

impl ToolLoad<'_> {
    /// The duration in the format that most tools accept, such as `1500ms`.
    fn duration_text(&self) -> Option<String> {
        match self.extent {
            RunExtent::Duration(duration) => Some(format!("{}ms", duration.as_millis())),
            RunExtent::Hits(_) => None,
        }
    }

    /// The duration in seconds, rounded up, for tools that accept no fractions.
    fn whole_seconds(&self) -> Option<u64> {
        match self.extent {
            RunExtent::Duration(duration) => Some(duration.as_millis().div_ceil(1000) as u64),
            RunExtent::Hits(_) => None,
        }
    }

    /// The largest number of hits in flight.
    pub(crate) fn max_in_flight(&self) -> u32 {
        self.connections * self.streams.unwrap_or(1)
    }

    /// Returns `None` if the load is for HTTP/2, for tools that do not support it.
    fn require_http1(&self) -> Option<()> {
        self.streams.is_none().then_some(())
    }

    fn is_tls(&self) -> bool {
        self.url.starts_with("https:")
    }
}

/// A load generator.
///
/// All run on one thread with [`ToolLoad::connections`] connections, over HTTP/1.1 unless
/// [`ToolLoad::streams`] is set, and do not verify certificates. Otherwise they run with their
/// defaults.
pub(crate) trait LoadTool {
    /// The name of the program, also on PATH.
    fn name(&self) -> &'static str;

    /// The argument that prints the version; `None` if there is none.
    fn version_argument(&self) -> Option<&'static str>;

    /// Time at the start of a run that it does not measure.
    fn calibration_time(&self) -> Duration {
        Duration::ZERO
    }

    /// The arguments for this load; `None` if it cannot make it.
    fn invocation(&self, load: &ToolLoad<'_>) -> Option<ToolInvocation>;

    /// Arguments that convert its output for [`parse_output`](Self::parse_output), if needed.
    fn convert_arguments(&self) -> Option<&'static str> {
        None
    }

    /// Parses its output.
    ///
    /// # Errors
    ///
    /// If a value is missing, or the format is unexpected.
    fn parse_output(
        &self,
        load: &ToolLoad<'_>,
        stdout: &str,
        stderr: &str,
    ) -> Result<ToolReport, ToolOutputError>;
}

/// All peers of hammer.
pub(crate) fn all_peers() -> [Box<dyn LoadTool>; 7] {
    [
        Box::new(wrk::Wrk),
        Box::new(wrk2::Wrk2),
        Box::new(oha::Oha),
        Box::new(hey::Hey),
        Box::new(k6::K6),
        Box::new(h2load::H2load),
        Box::new(vegeta::Vegeta),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A load for tests.
    pub(super) fn load(rate: Option<f64>) -> ToolLoad<'static> {
        ToolLoad {
            url: "http://127.0.0.1:1/",
            connections: 64,
            streams: None,
            rate,
            extent: RunExtent::Duration(Duration::from_millis(1500)),
            needs_percentiles: false,
        }
    }

    /// The arguments of a tool in one line, or `-` if it cannot make the load.
    fn line(peer: &dyn LoadTool, load: &ToolLoad<'_>) -> String {
        let Some(invocation) = peer.invocation(load) else {
            return "-".to_owned();
        };
        invocation.arguments.join(" ")
    }

    #[test]
    fn builds_the_arguments_of_each_tool() {
        let [wrk, wrk2, oha, hey, k6, h2load, vegeta] = all_peers();
        let url = "http://127.0.0.1:1/";
        for (peer, closed, steady) in [
            (&wrk, "-t 1 -c 64 -d 2s --latency http://127.0.0.1:1/", "-"),
            (
                &wrk2,
                "-t 1 -c 64 -d 2s -R 10000000 --latency http://127.0.0.1:1/",
                "-t 1 -c 64 -d 2s -R 1000 --latency http://127.0.0.1:1/",
            ),
            (
                &oha,
                "-c 64 -z 1500ms --no-tui --output-format json http://127.0.0.1:1/",
                "-c 64 -z 1500ms --no-tui --output-format json -q 1000 http://127.0.0.1:1/",
            ),
            (
                &hey,
                "-cpus 1 -c 64 -z 1500ms http://127.0.0.1:1/",
                "-cpus 1 -c 64 -z 1500ms -q 15.625 http://127.0.0.1:1/",
            ),
            (&k6, "run --quiet -", "run --quiet -"),
            (
                &h2load,
                "--h1 -t 1 -c 64 -D 1500ms http://127.0.0.1:1/",
                "--h1 -t 1 -c 64 -D 1500ms --rps 15.625 http://127.0.0.1:1/",
            ),
            (
                &vegeta,
                "-cpus 1 attack -http2=false -connections 64 -workers 64 -max-workers 64 \
                 -duration 1500ms -rate 0",
                "-cpus 1 attack -http2=false -connections 64 -workers 64 -max-workers 64 \
                 -duration 1500ms -rate 1000/s",
            ),
        ] {
            assert_eq!(line(peer.as_ref(), &load(None)), closed, "{}", peer.name());
            let at_rate = load(Some(1000.0));
            assert_eq!(line(peer.as_ref(), &at_rate), steady, "{}", peer.name());
            let counted = ToolLoad {
                extent: RunExtent::Hits(7),
                ..load(None)
            };
            assert_eq!(line(peer.as_ref(), &counted), "-", "{}", peer.name());
        }
        assert_eq!(
            line(&HammerTool::default(), &load(Some(1000.0))),
            format!("http --threads 1 -o json -c 64 -r 1000 -z 1500ms {url}")
        );
        let spinning = HammerTool {
            spin: true,
            ..HammerTool::default()
        };
        assert_eq!(
            line(&spinning, &load(Some(1000.0))),
            format!("http --threads 1 -o json -c 64 -r 1000 -z 1500ms --spin {url}")
        );
        let counted = ToolLoad {
            extent: RunExtent::Hits(7),
            ..load(None)
        };
        assert_eq!(
            line(&HammerTool::default(), &counted),
            format!("http --threads 1 -o json -c 64 -r max -n 7 {url}")
        );
        let more = HammerTool {
            arguments: vec!["-H".to_owned(), "X: a b".to_owned()],
            ..HammerTool::default()
        };
        let invocation = more.invocation(&counted).expect("hammer makes it");
        assert!(invocation.arguments.ends_with(&[
            url.to_owned(),
            "-H".to_owned(),
            "X: a b".to_owned()
        ]));
    }

    #[test]
    fn only_some_tools_support_http2() {
        let url = "http://127.0.0.1:1/";
        let load = ToolLoad {
            connections: 8,
            streams: Some(16),
            ..load(None)
        };
        let [wrk, wrk2, oha, hey, k6, h2load, vegeta] = all_peers();
        for peer in [&wrk, &wrk2, &hey, &k6, &vegeta] {
            assert_eq!(line(peer.as_ref(), &load), "-", "{}", peer.name());
        }
        let oha = line(oha.as_ref(), &load);
        assert_eq!(
            oha,
            format!("-c 8 -z 1500ms --no-tui --output-format json --http2 -p 16 {url}")
        );
        let h2load = line(h2load.as_ref(), &load);
        assert_eq!(h2load, format!("-t 1 -c 8 -m 16 -D 1500ms {url}"));
        assert_eq!(
            line(&HammerTool::default(), &load),
            format!(
                "http --threads 1 -o json -c 128 --http 2 --connections 8 -r max -z 1500ms {url}"
            )
        );
    }

    #[test]
    fn disables_certificate_verification() {
        let load = ToolLoad {
            url: "https://127.0.0.1:1/",
            ..load(None)
        };
        let [_, _, oha, _, k6, _, vegeta] = all_peers();
        for (peer, flag) in [
            (&oha, "--insecure"),
            (&k6, "--insecure-skip-tls-verify"),
            (&vegeta, "-insecure"),
        ] {
            assert!(line(peer.as_ref(), &load).contains(flag), "{flag}");
        }
        // The target offers HTTP/2 as well.
        assert!(line(&HammerTool::default(), &load).contains("--http 1.1"));
        assert!(line(&HammerTool::default(), &load).contains("--insecure"));
    }

    #[test]
    fn refuses_unexpected_output() {
        for peer in all_peers() {
            for text in ["", "error: refused\n", "{}", "{\"summary\":{}}"] {
                let read = peer.parse_output(&load(None), text, "");
                assert!(read.is_err(), "{}: {text:?}", peer.name());
            }
        }
    }
}
