//! Phases of the work that the generator does within a hit.

use hammer_core::Report;
use hammer_http::{ContentCoding, Http, HttpBuilder, TemplateScope};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{encode_with, run};

const HITS: u64 = 3;

fn run_against(server: &ScriptedServer, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Report {
    let http = change(Http::builder(&server.url()).template_scope(TemplateScope::new()));
    let report = run(http.build().expect("valid options"), HITS);
    assert_eq!(report.hits.ok, HITS, "{:?}", report.failures);
    report
}

fn ok_server() -> ScriptedServer {
    ScriptedServer::replying(|_| response_bytes("200 OK", &[], b"{}"))
}

fn count(report: &Report, phase: &str) -> u64 {
    report.phases_us.get(phase).map_or(0, |phase| phase.count)
}

/// The compression of the request counted as `first_byte`, as if the target had been slow.
#[test]
fn compressing_a_request_is_its_own_phase() {
    let numbers: Vec<u64> = (0..50_000).map(|n: u64| n * n * 7919).collect();
    let body = format!("{{{{seq}}}}{numbers:?}");
    let report = run_against(&ok_server(), |http| {
        http.method("POST")
            .body(body)
            .compress(ContentCoding::Brotli)
    });
    assert_eq!(count(&report, "prepare"), HITS);
    assert_most_of_service(&report, "prepare");
    // Three hits are too few to be judged by their CPU time.
    let codes = &report.verdict.codes;
    assert!(codes.contains(&"costly_hits".into()), "{codes:?}");
}

/// Decompressing and parsing counted as `body`, or as service without a phase.
#[test]
fn decoding_and_checking_a_body_is_its_own_phase() {
    let json = format!("[{}1]", "{\"key\": [1, 2, 3]}, ".repeat(100_000));
    let body = encode_with(ContentCoding::Gzip, json.as_bytes());
    let server = ScriptedServer::replying(move |_| {
        response_bytes("200 OK", &["Content-Encoding: gzip"], &body)
    });
    let report = run_against(&server, |http| {
        let expected = "/0/key/2=3".parse().expect("valid input");
        http.expect_json(expected)
    });
    assert_eq!(count(&report, "decode"), HITS);
    assert_most_of_service(&report, "decode");
}

/// Asserts that a phase has more of the time of the median hit than all others.
fn assert_most_of_service(report: &Report, phase: &str) {
    let (phase_us, service_us) = (report.phases_us[phase].p50, report.service_us.p50);
    assert!(
        phase_us > service_us / 2.0,
        "{phase_us} of {service_us} µs: {:?}",
        report.phases_us
    );
}

#[test]
fn a_hit_has_only_the_phases_of_its_work() {
    type Change = fn(HttpBuilder) -> HttpBuilder;
    let table: [(Change, bool, bool); 8] = [
        (|http| http, false, false),
        (|http| http.header("X-Number", "{{seq}}"), true, false),
        (|http| http.body("{{seq}}"), true, false),
        (|http| http.keep_cookies(true), true, false),
        (|http| http.data_lines("{{seq}}\n{{seq}}\n"), true, false),
        (|http| http.expect_body("{}"), false, true),
        (
            |http| http.expect_status("200".parse().expect("valid input")),
            false,
            false,
        ),
        (
            |http| {
                let scope = "aws:amz:eu-central-1:execute-api".parse();
                http.aws_sigv4(scope.expect("valid input"))
                    .user("key:secret")
            },
            true,
            false,
        ),
    ];
    for (index, (change, prepares, decodes)) in table.into_iter().enumerate() {
        let report = run_against(&ok_server(), change);
        let found = (count(&report, "prepare"), count(&report, "decode"));
        let expected = (u64::from(prepares) * HITS, u64::from(decodes) * HITS);
        assert_eq!(found, expected, "case {index}");
        assert_eq!(count(&report, "first_byte"), HITS, "case {index}");
    }
}
