//! Golden reports, and the report that other tests render.

use hammer_core::PlanReport;
use hammer_core::Report;
use serde_json::{Value, json};

use super::TextOptions;
use crate::text::lines::WIDTH;

/// Renders the report of a single load.
fn render(report: &Report, color: bool) -> String {
    let options = TextOptions {
        color,
        confidence: false,
    };
    super::render(&PlanReport::from_single_load(report.clone()), options)
}

pub(crate) fn summary(count: u64, [p50, p90, p99, p99_9, max]: [f64; 5]) -> Value {
    json!({"count": count, "min": p50, "mean": p50, "p50": p50, "p90": p90, "p95": p90, "p99": p99,
           "p99_9": p99_9, "p99_99": p99_9, "max": max})
}

/// Creates a report with `changes`, pairs of a JSON pointer and the value to set.
pub(crate) fn report(changes: &[(&str, Value)]) -> Report {
    let mut report = json!({
        "schema": "hammer.report/1", "hammer": "http", "target": "http://127.0.0.1:8080/", "seed": 1,
        "verdict": {"status": "valid", "reasons": []}, "loop": "open",
        "rate": {"requested": 1000.0, "achieved": 999.63}, "duration_s": 30.0, "elapsed_s": 30.0,
        "stopped": false,
        "exhausted": false,
        "hits": {"scheduled": 30000, "ok": 29988, "rejected": 0, "failed": 12, "timed_out": 0,
                 "abandoned": 0, "unsent": 0},
        "response_us": summary(29988, [112.4, 154.0, 2310.0, 9020.0, 11300.0]),
        "service_us": summary(29988, [81.2, 110.0, 264.0, 852.0, 1250.0]),
        "lateness_us": summary(30000, [30.1, 41.0, 2070.0, 8200.0, 10100.0]),
        "phases_us": {"connect": summary(14, [210.0; 5]), "first_byte": summary(29988, [70.0; 5])},
        "labels": {"200": 29988}, "failures": {"connection_reset": 12, "tls": 0},
        "advice": {"connection_reset": "the target dropped the connection: see its log, it may be overloaded"},
        "bytes": {"sent": 2_100_000, "received": 3_600_000}, "counts": {}, "facts": {}, "groups": [],
        "generator": {"threads": 2, "max_in_flight": 1024, "cpu_s": 2.4,
                      "peak_rss_bytes": 11_000_000, "slots_opened": 14, "sessions_opened": 26,
                      "peak_in_flight": 9, "peak_backlog": 3, "waited_at_limit": 0,
                      "schedule_late_us": summary(0, [0.0; 5]), "log_dropped": 0,
                      "workers": [{"busy": 0.02, "blocked_max_us": 9.0}, {"busy": 0.061, "blocked_max_us": 9.0}]},
        "timeline": [], "thresholds": [], "aborted": null
    });
    for (pointer, value) in changes {
        match report.pointer_mut(pointer) {
            Some(found) => *found = value.clone(),
            // An optional key.
            None => report[&pointer[1..]] = value.clone(),
        }
    }
    serde_json::from_value(report).expect("a valid report")
}

#[test]
fn a_typical_run() {
    let text = "\
hammer http   http://127.0.0.1:8080/   1,000/s for 30 s, seed 1

valid         the generator kept the schedule: the numbers describe the target

hits          30,000 scheduled   29,988 ok   0 rejected   12 failed
rate          1,000/s requested   999.6/s achieved
latency, ms       p50       p90       p95       p99     p99.9       max
  response      0.112     0.154     0.154      2.31      9.02      11.3   from due to done
  service       0.081     0.110     0.110     0.264     0.852      1.25   from start to done
  lateness      0.030     0.041     0.041      2.07      8.20      10.1   from due to start
codes         200: 29,988
failures      connection reset: 12   the target dropped the connection: see its log, it may be
              overloaded
phases, ms    connect 0.210   first byte 0.070   (p50)
connections   26 opened   12 lost   14 closed as planned   9 hits in flight at peak   2.10 MB sent
              3.60 MB received
generator     2 threads   4 % busy (busiest 6 %)   11.0 MB
";
    let rendered = render(&report(&[]), false);
    assert_eq!(rendered, text, "\n{rendered}");
}

/// A green `valid` stood above a run in which all hits failed, and rejected hits had no cause.
#[test]
fn many_hits_that_are_not_ok_come_first() {
    let changes = |ok: u64, rejected: u64, failed: u64| {
        let hits = json!({"scheduled": ok + rejected + failed, "ok": ok, "rejected": rejected,
                          "failed": failed, "timed_out": 0, "abandoned": 0, "unsent": 0});
        [
            ("/hits", hits),
            ("/labels", json!({"200": ok, "500": rejected})),
            ("/rejections", json!({"500": rejected, "404": 0})),
            ("/failures", json!({"connection_reset": failed})),
        ]
    };
    let rendered = render(&report(&changes(945, 55, 0)), true);
    let head = "\n\x1b[1;31mnot ok\x1b[0m        5.5 % of the hits (500 ×55)\n\
                valid         the generator kept the schedule: the numbers describe the target\n";
    assert!(rendered.contains(head), "\n{rendered}");
    let hits = "hits          1,000 scheduled   945 ok   55 rejected (500 ×55)   0 failed\n";
    assert!(rendered.contains(hits), "\n{rendered}");
    let rendered = render(&report(&changes(0, 1, 999)), false);
    let head = "\nnot ok        100 % of the hits (connection reset ×999, 500 ×1)\n";
    assert!(rendered.contains(head), "\n{rendered}");
    let rendered = render(&report(&changes(29_988, 0, 12)), true);
    assert!(rendered.contains("\x1b[1;32mvalid\x1b[0m"), "\n{rendered}");
    assert!(!rendered.contains("not ok"), "\n{rendered}");
}

/// A p99.9 of five hits was their maximum by another name.
#[test]
fn a_percentile_needs_a_hit_above_it() {
    let (of, row) = ([1.0, 2.0, 3.0, 4.0, 5.0], "  response       1.00");
    for (count, cells) in [
        (1, "         -         -         -         -"),
        (10, "      2.00         -         -         -"),
        (20, "      2.00      2.00         -         -"),
        (99, "      2.00      2.00         -         -"),
        (100, "      2.00      2.00      3.00         -"),
        (999, "      2.00      2.00      3.00         -"),
        (1000, "      2.00      2.00      3.00      4.00"),
    ] {
        let rendered = render(&report(&[("/response_us", summary(count, of))]), false);
        let line = format!("{row}{cells}      5.00   from due to done\n");
        assert!(rendered.contains(&line), "{count}\n{rendered}");
    }
}

/// `0 lost` stood beside `20 dropped`.
#[test]
fn connections_are_the_sum_of_their_ends() {
    let counts = json!({"connections_opened": 50, "connections_closed_by_target": 5,
                        "connections_dropped": 20, "connections_retired": 3,
                        "connections_reused": 900});
    let rendered = render(&report(&[("/counts", counts)]), false);
    let line = "connections   50 opened   5 closed by target   20 dropped   3 retired   \
                22 closed as planned\n              900 reused   ";
    assert!(rendered.contains(line), "\n{rendered}");
}

/// The shares of a run of 0.1 ms were those of its start.
#[test]
fn a_run_too_short_for_shares_shows_none() {
    let rendered = render(&report(&[("/elapsed_s", json!(0.09))]), false);
    assert!(
        rendered.contains("generator     2 threads   11.0 MB\n"),
        "\n{rendered}"
    );
}

#[test]
fn thresholds_of_an_invalid_run_are_not_judged() {
    let unjudged = |expression: &str| {
        let mut unjudged = threshold(expression, Some(112.4), "us", false);
        unjudged["judged"] = json!(false);
        unjudged
    };
    let many = |count| json!(vec![unjudged("p50 < 250ms"); count]);
    let invalid = (
        "/verdict",
        json!({"status": "invalid", "reasons": ["late"]}),
    );
    let rendered = render(&report(&[invalid.clone(), ("/thresholds", many(2))]), false);
    let text = "\
invalid       late
thresholds    not judged   p50 < 250ms   0.112 ms
              not judged   p50 < 250ms   0.112 ms
";
    assert!(rendered.contains(text), "\n{rendered}");
    let rendered = render(&report(&[invalid, ("/thresholds", many(40))]), false);
    assert!(rendered.contains(" more not judged\n"), "\n{rendered}");
}

#[test]
fn one_line_of_a_report_differs() {
    let none = summary(0, [0.0; 5]);
    for (changes, line) in [
        (
            vec![(
                "/verdict",
                json!({"status": "suspect", "reasons": ["hits were late"]}),
            )],
            "suspect       hits were late",
        ),
        (
            vec![("/loop", json!("closed")), ("/rate/requested", Value::Null)],
            "hammer http   http://127.0.0.1:8080/   closed loop for 30 s, seed 1",
        ),
        (
            vec![("/loop", json!("closed")), ("/rate/requested", Value::Null)],
            "valid         the numbers describe the target under 1,024 busy slots, not the wait of its users",
        ),
        (
            vec![("/loop", json!("closed")), ("/rate/requested", Value::Null)],
            "rate          999.6/s achieved   closed loop: each slot waits for a response before its next hit",
        ),
        (
            vec![("/rate/requested", json!(0.5))],
            "rate          30/m requested   999.6/s achieved",
        ),
        (
            vec![("/rate", json!({"requested": 0.5, "achieved": 0.49}))],
            "rate          30/m requested   29.4/m achieved",
        ),
        (
            vec![("/stopped", json!(true)), ("/duration_s", json!(2.25))],
            "hammer http   http://127.0.0.1:8080/   1,000/s for 2.25 s, then stopped, seed 1",
        ),
        (
            vec![("/exhausted", json!(true)), ("/duration_s", json!(2.25))],
            "hammer http   http://127.0.0.1:8080/   1,000/s for 2.25 s, until rows ran out, seed 1",
        ),
        (
            vec![("/hits/timed_out", json!(3)), ("/hits/unsent", json!(1234))],
            "hits          30,000 scheduled   29,988 ok   0 rejected   12 failed   3 timed out   1,234 unsent",
        ),
        (
            vec![(
                "/response_us",
                summary(5, [50.0, 60.0, 999.0, 1200.0, 1234.0]),
            )],
            "  response      0.050         -         -         -         -      1.23   from due to done",
        ),
        (
            vec![("/response_us", summary(5, [5e6, 6e6, 2e7, 3e7, 4e7]))],
            "latency, s        p50       p90       p95       p99     p99.9       max",
        ),
        (
            vec![("/response_us", none.clone()), ("/service_us", none)],
            "  response          -         -         -         -         -         -   from due to done",
        ),
        (
            vec![(
                "/labels",
                json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8}),
            )],
            "codes         h: 8   g: 7   f: 6   e: 5   d: 4   c: 3   others: 3",
        ),
        (
            vec![("/generator/workers", json!([]))],
            "generator     2 threads   4 % busy   11.0 MB",
        ),
        (
            vec![("/generator/log_dropped", json!(5))],
            "              5 hits missing from the log: writing it failed or was too slow",
        ),
    ] {
        let rendered = render(&report(&changes), false);
        assert!(
            rendered.lines().any(|rendered| rendered == line),
            "{line}\n{rendered}"
        );
    }
}

/// A checked threshold with its measured value, infinite for `None`.
fn threshold(expression: &str, figure: Option<f64>, unit: &str, passed: bool) -> Value {
    json!({"expression": expression, "value": figure, "infinite": figure.is_none(), "unit": unit,
           "passed": passed})
}

#[test]
fn failed_thresholds_come_first_after_the_verdict() {
    let thresholds = json!([
        threshold("p50 < 250ms", Some(112.4), "us", true),
        threshold("p99.9999 < 250ms", None, "us", false),
        threshold("errors < 0.01%", Some(0.04), "%", false),
        threshold("[checkout] rate >= 900/s", Some(999.63), "/s", true),
        threshold("hits >= 1000", Some(30000.0), "hits", true),
    ]);
    let aborted = json!({"expression": "errors > 0.03%", "value": 0.0345, "infinite": false,
                         "unit": "%", "t_s": 30.0});
    let report = report(&[("/thresholds", thresholds), ("/aborted", aborted)]);
    let rendered = render(&report, false);
    let text = "\
valid         the generator kept the schedule: the numbers describe the target
aborted       errors > 0.03% after 30 s (measured 0.035 %)
thresholds    fail   p99.9999 < 250ms           infinite: no response
              fail   errors < 0.01%             0.04 %
              pass   p50 < 250ms                0.112 ms
              pass   [checkout] rate >= 900/s   999.6/s
              pass   hits >= 1000               30,000 hits
";
    assert!(rendered.contains(text), "\n{rendered}");
}

#[test]
fn many_thresholds_are_cut() {
    let long = "label.".to_owned() + &"a".repeat(200);
    let many: Vec<_> = (0..40)
        .map(|n| threshold(&long, None, "hits", n >= 20))
        .collect();
    let rendered = render(&report(&[("/thresholds", json!(many))]), false);
    assert_eq!(rendered.lines().count(), 28, "\n{rendered}");
    assert!(rendered.contains(" more, "), "\n{rendered}");
    assert!(
        rendered.lines().all(|line| line.chars().count() <= WIDTH),
        "\n{rendered}"
    );
}

/// The remedy at the end of advice was cut off.
#[test]
fn advice_is_shown_in_whole() {
    let advice = "the certificate names its host only as the common name (CN), which clients ignore: \
                  issue one with a subject alternative name, or give its name with `server_name`, and \
                  trust its issuer with `ca_cert`";
    let changes = [
        (
            "/failures",
            json!({"tls_untrusted": 9, "tls_expired": 4, "io": 2, "no_token": 1}),
        ),
        (
            "/advice",
            json!({"tls_untrusted": advice, "tls_expired": advice, "io": advice}),
        ),
    ];
    let text = "
failures      tls untrusted: 9   the certificate names its host only as the common name (CN), which
              clients ignore: issue one with a subject alternative name, or give its name with
              `server_name`, and trust its issuer with `ca_cert`
              tls expired: 4   the certificate names its host only as the common name (CN), which
              clients ignore: issue one with a subject alternative name, or give its name with
              `server_name`, and trust its issuer with `ca_cert`
              io: 2   no token: 1
phases, ms    ";
    let rendered = render(&report(&changes), false);
    assert!(rendered.contains(text), "\n{rendered}");
    let kinds = (0..9).map(|n| (format!("a_failure_of_kind_{n}"), json!(9 - n)));
    let changes = [("/failures", Value::Object(kinds.collect()))];
    let text = "
failures      a failure of kind 0: 9
              a failure of kind 1: 8
              a failure of kind 2: 7
              a failure of kind 3: 6   a failure of kind 4: 5   and 4 more kinds
";
    let rendered = render(&report(&changes), false);
    assert!(rendered.contains(text), "\n{rendered}");
}

/// The remedy at the end of a reason was cut off.
#[test]
fn reasons_are_shown_in_whole() {
    let reason = |n: usize| format!("Reason {n}. {}See the remedy.", "Some words. ".repeat(15));
    let reasons =
        |count| json!({"status": "suspect", "reasons": (0..count).map(reason).collect::<Vec<_>>()});
    for (count, shown, rest) in [
        (1, 1, ""),
        (2, 2, ""),
        (3, 2, "              and 1 more reason (see -o json)\n"),
        (6, 2, "              and 4 more reasons (see -o json)\n"),
    ] {
        let rendered = render(&report(&[("/verdict", reasons(count))]), false);
        assert_eq!(rendered.matches("remedy.").count(), shown, "\n{rendered}");
        assert!(rendered.contains(rest), "\n{rendered}");
    }
}

/// Hits that were not sent, or had not ended at the stop, had no cause.
#[test]
fn hits_without_an_end_are_causes() {
    let hits = json!({"scheduled": 90, "ok": 30, "rejected": 0, "failed": 0, "timed_out": 0,
                      "abandoned": 5, "unsent": 55});
    let changes = [("/hits", hits), ("/failures", json!({}))];
    let rendered = render(&report(&changes), false);
    let head = "\nnot ok        66.7 % of the hits (unsent ×55, abandoned ×5)\n";
    assert!(rendered.contains(head), "\n{rendered}");
}

#[test]
fn the_longest_report_fits_thirty_lines_of_a_hundred_columns() {
    let long = "a long explanation of everything that went wrong and of what to do ".repeat(6);
    let many = |prefix: &str| {
        let counts = (0..50).map(|n| (format!("{prefix}_{n}"), json!(n + 1_000_000)));
        Value::Object(counts.collect())
    };
    let advice = (0..50).map(|n| (format!("failure_{n}"), json!(long)));
    let phases = (0..20).map(|n| (format!("phase_{n}"), summary(1, [1e9; 5])));
    let longest = report(&[
        ("/target", json!(format!("http://{}/", "long".repeat(50)))),
        (
            "/verdict",
            json!({"status": "invalid", "reasons": vec![&long; 6]}),
        ),
        ("/labels", many("a_label_of_some_length")),
        ("/failures", many("failure")),
        ("/advice", Value::Object(advice.collect())),
        ("/phases_us", Value::Object(phases.collect())),
        ("/stopped", json!(true)),
        (
            "/thresholds",
            json!(vec![threshold(&long, Some(1e12), "us", false); 40]),
        ),
        (
            "/aborted",
            json!({"expression": long, "value": null, "infinite": true, "unit": "us", "t_s": 1e9}),
        ),
        (
            "/hits",
            json!({"scheduled": u64::MAX / 9, "ok": u64::MAX / 9, "rejected": u64::MAX / 9,
                         "failed": u64::MAX / 9, "timed_out": 1, "abandoned": 1, "unsent": 1}),
        ),
        ("/generator/log_dropped", json!(u64::MAX)),
        ("/bytes", json!({"sent": u64::MAX, "received": u64::MAX})),
    ]);
    let rendered = render(&longest, false);
    assert!(
        rendered.lines().count() <= 30,
        "{}\n{rendered}",
        rendered.lines().count()
    );
    for line in rendered.lines() {
        assert!(
            line.chars().count() <= WIDTH,
            "{}: {line}",
            line.chars().count()
        );
    }
}

#[test]
fn only_the_verdict_has_a_color() {
    let plain = render(&report(&[]), false);
    let colored = render(&report(&[]), true);
    assert_eq!(
        colored,
        plain.replacen("valid ", "\x1b[1;32mvalid\x1b[0m ", 1)
    );
}

#[test]
fn connections_are_those_that_the_hammer_counts() {
    let counts = json!({"connections_opened": 16, "connections_lost": 8});
    let rendered = render(&report(&[("/counts", counts)]), false);
    let line = "connections   16 opened   8 lost   8 closed as planned   9 hits in flight at peak";
    assert!(rendered.contains(line), "{rendered}");
}

#[test]
fn groups_counts_and_facts_of_the_hammer() {
    let group = |name: &str, hits: u64, failed: u64| {
        json!({"name": name, "scheduled": hits, "ok": hits - failed, "rejected": 0, "failed": failed,
               "timed_out": 0, "abandoned": 0, "unsent": 0,
               "response_us": summary(hits - failed, [110.0, 150.0, 300.0, 900.0, 1300.0])})
    };
    let rendered = render(
        &report(&[
            (
                "/counts",
                json!({"connections_opened": 14, "connections_closed_by_target": 3, "goaways": 2, "redirects": 0}),
            ),
            ("/facts", json!({"tls": {"TLSv1.2 A": 2, "TLSv1.3 B": 12}})),
            (
                "/groups",
                json!([group("GET /", 9, 0), group("GET /a", 29991, 12)]),
            ),
        ]),
        false,
    );
    let expected = [
        "groups, ms                                          hits       p50       p99       max      not ok\n\
         \x20 GET /a                                          29,991     0.110     0.300      1.30          12\n\
         \x20 GET /                                                9     0.110         -      1.30           0\n",
        "counts        goaways 2\n",
        "connections   14 opened   3 closed by target   11 closed as planned   9 hits in flight at peak\n",
        "tls           TLSv1.3 B: 12   TLSv1.2 A: 2\n",
    ];
    for part in expected {
        assert!(rendered.contains(part), "{part}\n{rendered}");
    }
    assert!(
        rendered.lines().all(|line| line.chars().count() <= WIDTH),
        "{rendered}"
    );
}
