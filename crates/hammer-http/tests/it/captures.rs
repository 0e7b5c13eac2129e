//! Values captured from responses and sent with the next hits of a slot.

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ErrorKind, Http, ResponseCapture, TargetList, TargetOrder, TemplateScope};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{BuilderChange, run};

fn capture(text: &str) -> ResponseCapture {
    text.parse().expect("valid input")
}

#[test]
fn the_next_hit_sends_the_value_of_the_last_response() {
    let answers: [(&str, Option<&str>, &[u8]); 3] = [
        ("json:/a/next", None, b"{\"a\": {\"next\": \"j 1\"}}"),
        ("header:X-Next", Some("X-Next: j 1"), b""),
        ("regex:next=\"([^\"]*)\"", None, b"<a next=\"j 1\">"),
    ];
    for (place, header, body) in answers {
        let server = ScriptedServer::replying(move |_| {
            response_bytes("200 OK", &header.into_iter().collect::<Vec<_>>(), body)
        });
        let text = format!(
            "# once: true\nGET {0}first\n\nGET {0}{{{{next}}}}\n",
            server.url()
        );
        let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
            .template_scope(TemplateScope::new())
            .capture("next", capture(place));
        let report = run(http.build().expect("valid options"), 3);
        assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
        assert_eq!(
            server.request_lines(),
            ["GET /first", "GET /j%201", "GET /j%201"],
            "{place}"
        );
        assert_eq!(report.counts.get("capture_missed"), None, "{place}");
    }
}

#[test]
fn values_stay_until_replaced_and_misses_are_counted() {
    let server = ScriptedServer::replying(|request| match request.path() {
        "/none" => response_bytes("200 OK", &["X-Next: b"], b""),
        _ => response_bytes("200 OK", &["X-Next: none"], b"{\"id\": 7}"),
    });
    let text = format!(
        "GET {0}\n\nGET {0}{{{{next}}}}\nX-Id: {{{{id}}}}\n\nGET {0}{{{{next}}}}\nX-Id: {{{{id}}}}\n",
        server.url()
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .capture("id", capture("json:/id"))
        .capture("next", capture("header:x-next"));
    let report = run(http.build().expect("valid options"), 3);
    assert_eq!(server.request_lines(), ["GET /", "GET /none", "GET /b"]);
    assert!(
        server.heads()[2].contains("x-id: 7\r\n"),
        "the old value stays"
    );
    assert_eq!(report.counts["capture_missed"], 1, "{:?}", report.counts);
}

#[test]
fn a_hit_without_its_captured_value_is_not_sent() {
    let server = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b"{}"));
    let text = format!("GET {0}a\n\nPOST {0}b\nX-T: {{{{token}}}}\n", server.url());
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .capture("word", capture("json:/t"));
    http.build().expect_err("a missing token");
    let text = text.replace("{{token}}", "{{word}}");
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .capture("word", capture("json:/t"));
    let report = run(http.build().expect("valid options"), 4);
    assert_eq!(report.failures["value_missing"], 2, "{:?}", report.failures);
    // A source that finds nothing was blamed on the order of the targets.
    for cause in ["not answered yet", "`once`", "lack the value", "`capture`"] {
        let advice = &report.advice["value_missing"];
        assert!(advice.contains(cause), "{advice}");
    }
    assert_eq!(server.request_lines(), ["GET /a", "GET /a"]);
    assert_eq!(report.counts["capture_missed"], 2);
    assert_eq!(
        report.counts["connections_opened"], 1,
        "the connection of an unsent hit is kept"
    );
    assert_eq!(report.counts.get("connections_dropped"), None);
}

/// A server that accepts the token issued to the same slot.
fn server_with_login() -> ScriptedServer {
    ScriptedServer::replying(|request| {
        let user = request.header("x-slot").unwrap_or_default();
        if request.path() == "/login" {
            let body = format!("{{\"token\": \"t{user}\"}}");
            return response_bytes("200 OK", &[], body.as_bytes());
        }
        let authorized = request.header("authorization") == Some(&*format!("Bearer t{user}"));
        match authorized {
            true => response_bytes("200 OK", &["Connection: close"], b""),
            false => response_bytes("401 Unauthorized", &[], b""),
        }
    })
}

#[test]
fn each_slot_logs_in_first() {
    let server = server_with_login();
    let url = server.url();
    let text = format!(
        "# once: true\nPOST {url}login\nAuthorization: none\n\nGET {url}a\n\nGET {url}b\n\nGET {url}c\n"
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .header("X-Slot", "{{slot}}")
        .header("Authorization", "Bearer {{session}}")
        .target_order(TargetOrder::PerSlot)
        .capture("session", capture("json:/token"));
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(300);
    let run = Run::new(http.build().expect("valid options"), schedule);
    let report = run.threads(2).max_in_flight(6).execute();
    let report = report.expect("a finished run");
    assert_eq!(
        report.hits.ok, 300,
        "{:?} {:?}",
        report.labels, report.failures
    );
    let heads = server.heads();
    let mut slots = 0;
    for slot in 0..6 {
        let marked = format!("x-slot: {slot}\r\n");
        let own = heads.iter().filter(|head| head.contains(&marked));
        let paths: Vec<_> = own
            .map(|head| head.split(' ').nth(1).unwrap_or_default())
            .collect();
        let Some((first, others)) = paths.split_first() else {
            continue;
        };
        slots += 1;
        assert_eq!(*first, "/login", "the login is first and only sent once");
        for (index, path) in others.iter().enumerate() {
            assert_eq!(*path, ["/a", "/b", "/c"][index % 3], "in slot {slot}");
        }
    }
    assert!(slots > 0);
    let groups: Vec<_> = report
        .groups
        .iter()
        .map(|group| (&*group.name, group.hits.ok))
        .collect();
    assert_eq!(groups[0], ("POST /login", slots));
}

#[test]
fn a_once_target_is_repeated_until_it_is_ok() {
    let server = ScriptedServer::serve(|peer| {
        let number = std::cell::Cell::new(0);
        while let Some(request) = peer.whole_request() {
            number.set(number.get() + 1);
            let status = match (request.path(), number.get()) {
                ("/login", 1) => "503 Service Unavailable",
                _ => "200 OK",
            };
            peer.send(&response_bytes(status, &[], b""));
        }
    });
    let text = format!(
        "{{\"method\": \"GET\", \"url\": \"{0}login\", \"once\": true}}\n\
         {{\"method\": \"GET\", \"url\": \"{0}work\"}}\n",
        server.url()
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"));
    run(http.build().expect("valid options"), 4);
    assert_eq!(
        server.request_lines(),
        ["GET /login", "GET /login", "GET /work", "GET /work"]
    );
}

#[test]
fn headers_of_redirects_are_captured_too() {
    let server = ScriptedServer::replying(|request| match request.path() {
        "/" => response_bytes("302 Found", &["Location: /there", "X-Id: 5"], b""),
        _ => response_bytes("200 OK", &[], b""),
    });
    let text = format!("GET {0}\n\nGET {0}{{{{id}}}}\n", server.url());
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .follow_redirects(1)
        .capture("id", capture("header:X-Id"));
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(server.request_lines(), ["GET /", "GET /there", "GET /5"]);
    assert_eq!(
        report.counts["capture_missed"], 1,
        "the last response has no value"
    );
}

#[test]
fn unexpected_responses_leave_the_values_unchanged() {
    let server = ScriptedServer::replying(|request| match request.path() {
        "/good" => response_bytes("200 OK", &["X-Id: 1"], b"{\"a\": 2, \"is\": \"right\"}"),
        "/bad" => response_bytes("500 Internal Server Error", &["X-Id: 3"], b"{\"a\": 4}"),
        "/coded" => response_bytes(
            "500 Internal Server Error",
            &["Content-Encoding: gzip"],
            b"no gzip",
        ),
        "/odd" => response_bytes("200 OK", &["X-Id: 5"], b"{\"a\": 6}"),
        "/moved" => response_bytes("302 Found", &["X-Id: 7", "Location: /bad"], b""),
        _ => response_bytes("200 OK", &["X-Id: 8"], b"{\"a\": 9, \"is\": \"right\"}"),
    });
    let url = server.url();
    let mut text = format!("GET {url}good\n");
    for path in ["bad", "coded", "odd", "moved", "{{id}}-{{a}}"] {
        text.push_str(&format!("\nGET {url}{path}\n"));
    }
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"))
        .template_scope(TemplateScope::new())
        .follow_redirects(1)
        .expect_body("right")
        .capture("id", capture("header:X-Id"))
        .capture("a", capture("json:/a"));
    let report = run(http.build().expect("valid options"), 6);
    assert_eq!(
        server.request_lines().last().expect("a request"),
        "GET /1-2"
    );
    assert_eq!(
        report.failures.values().sum::<u64>(),
        0,
        "{:?}",
        report.failures
    );
    assert_eq!(report.counts.get("capture_missed"), None);
}

#[test]
fn invalid_captures_are_refused() {
    let table: [(BuilderChange, &str); 5] = [
        (
            |http| http.capture("a", capture("json:/a")),
            "templates are disabled",
        ),
        (
            |http| {
                http.template_scope(TemplateScope::new())
                    .capture("uuid", capture("json:/a"))
            },
            "templates already use",
        ),
        (
            |http| {
                http.template_scope(TemplateScope::new())
                    .capture("a-b", capture("json:/a"))
            },
            "expected a letter",
        ),
        (
            |http| {
                http.template_scope(TemplateScope::new())
                    .capture("", capture("json:/a"))
            },
            "expected a letter",
        ),
        (
            |http| {
                let http = http
                    .template_scope(TemplateScope::new())
                    .capture("a", capture("json:/a"));
                http.capture("a", capture("json:/b"))
            },
            "two captures are named",
        ),
    ];
    for (change, fragment) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(fragment);
        assert_eq!(error.kind(), ErrorKind::Capture);
        assert!(error.to_string().contains(fragment), "{error}");
    }
    let text = "# once: true\nGET http://a/\n";
    let targets: TargetList = text.parse().expect("valid input");
    let error = Http::builder_for_targets(targets)
        .build()
        .expect_err("no repeated target");
    assert!(error.to_string().contains("marked `once`"), "{error}");
    let error = "# once: yes\nGET http://a/\n"
        .parse::<TargetList>()
        .expect_err("an invalid value");
    assert!(error.to_string().contains("true or false"), "{error}");
}
