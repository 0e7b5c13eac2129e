//! Values of answers that a slot sends with its next hits.

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{
    ErrorKind, Http, HttpBuilder, ResponseCapture, TargetList, TargetOrder, TemplateScope,
};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

fn capture(text: &str) -> ResponseCapture {
    text.parse().expect("is well formed")
}

fn lines(server: &ScriptedServer) -> Vec<String> {
    let heads = server.heads().into_iter();
    let line = |head: String| {
        head.split(" HTTP/1.1")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    heads.map(line).collect()
}

#[test]
fn the_next_hit_has_the_value_of_the_last_answer() {
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
        let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
            .template_scope(TemplateScope::new())
            .capture("next", capture(place));
        let report = run(http.build().expect("fits together"), 3);
        assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
        assert_eq!(
            lines(&server),
            ["GET /first", "GET /j%201", "GET /j%201"],
            "{place}"
        );
        assert_eq!(report.counts.get("capture_missed"), None, "{place}");
    }
}

#[test]
fn a_value_stays_until_there_is_another_and_misses_are_counted() {
    let server = ScriptedServer::replying(|request| match request.path() {
        "/none" => response_bytes("200 OK", &["X-Next: b"], b""),
        _ => response_bytes("200 OK", &["X-Next: none"], b"{\"id\": 7}"),
    });
    let text = format!(
        "GET {0}\n\nGET {0}{{{{next}}}}\nX-Id: {{{{id}}}}\n\nGET {0}{{{{next}}}}\nX-Id: {{{{id}}}}\n",
        server.url()
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .capture("id", capture("json:/id"))
        .capture("next", capture("header:x-next"));
    let report = run(http.build().expect("fits together"), 3);
    assert_eq!(lines(&server), ["GET /", "GET /none", "GET /b"]);
    assert!(
        server.heads()[2].contains("x-id: 7\r\n"),
        "the one before stays"
    );
    assert_eq!(report.counts["capture_missed"], 1, "{:?}", report.counts);
}

#[test]
fn a_hit_that_needs_what_its_slot_does_not_have_is_not_sent() {
    let server = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b"{}"));
    let text = format!("GET {0}a\n\nPOST {0}b\nX-T: {{{{token}}}}\n", server.url());
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .capture("word", capture("json:/t"));
    http.build().expect_err("there is no token");
    let text = text.replace("{{token}}", "{{word}}");
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .capture("word", capture("json:/t"));
    let report = run(http.build().expect("fits together"), 4);
    assert_eq!(report.failures["value_missing"], 2, "{:?}", report.failures);
    assert_eq!(lines(&server), ["GET /a", "GET /a"]);
    assert_eq!(report.counts["capture_missed"], 2);
}

/// A server that lets in whoever has the token that his own log-in gave, in any order.
fn server_with_login() -> ScriptedServer {
    ScriptedServer::replying(|request| {
        let user = request.header("x-slot").unwrap_or_default();
        if request.path() == "/login" {
            let body = format!("{{\"token\": \"t{user}\"}}");
            return response_bytes("200 OK", &[], body.as_bytes());
        }
        let right = request.header("authorization") == Some(&*format!("Bearer t{user}"));
        match right {
            true => response_bytes("200 OK", &["Connection: close"], b""),
            false => response_bytes("401 Unauthorized", &[], b""),
        }
    })
}

#[test]
fn a_log_in_is_followed_by_work_in_each_slot() {
    let server = server_with_login();
    let url = server.url();
    let text = format!(
        "# once: true\nPOST {url}login\nAuthorization: none\n\nGET {url}a\n\nGET {url}b\n\nGET {url}c\n"
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .header("X-Slot", "{{slot}}")
        .header("Authorization", "Bearer {{session}}")
        .target_order(TargetOrder::PerSlot)
        .capture("session", capture("json:/token"));
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(300);
    let run = Run::new(http.build().expect("fits together"), schedule);
    let report = run.threads(2).max_in_flight(6).execute(|_| ());
    let report = report.expect("is well formed");
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
        assert_eq!(*first, "/login", "first, and never again");
        for (turn, path) in others.iter().enumerate() {
            assert_eq!(*path, ["/a", "/b", "/c"][turn % 3], "in slot {slot}");
        }
    }
    assert!(slots > 0);
    let rows: Vec<_> = report
        .groups
        .iter()
        .map(|row| (&*row.name, row.hits.ok))
        .collect();
    assert_eq!(rows[0], ("POST /login", slots));
}

#[test]
fn what_is_for_once_is_done_when_it_was_done_well() {
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
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"));
    run(http.build().expect("fits together"), 4);
    assert_eq!(
        lines(&server),
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
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .follow_redirects(1)
        .capture("id", capture("header:X-Id"));
    let report = run(http.build().expect("fits together"), 2);
    assert_eq!(lines(&server), ["GET /", "GET /there", "GET /5"]);
    assert_eq!(report.counts["capture_missed"], 1, "of the last one");
}

/// Pages that say that something went wrong have values too, which are none.
#[test]
fn answers_that_are_not_as_expected_leave_the_values_alone() {
    let server = ScriptedServer::replying(|request| match request.path() {
        "/good" => response_bytes("200 OK", &["X-Id: 1"], b"{\"a\": 2, \"is\": \"right\"}"),
        "/bad" => response_bytes("500 Internal Server Error", &["X-Id: 3"], b"{\"a\": 4}"),
        "/coded" => response_bytes(
            "500 Internal Server Error",
            &["Content-Encoding: gzip"],
            b"no gzip",
        ),
        "/odd" => response_bytes("200 OK", &["X-Id: 5"], b"{\"a\": 6}"),
        "/way" => response_bytes("302 Found", &["X-Id: 7", "Location: /bad"], b""),
        _ => response_bytes("200 OK", &["X-Id: 8"], b"{\"a\": 9, \"is\": \"right\"}"),
    });
    let url = server.url();
    let mut text = format!("GET {url}good\n");
    for path in ["bad", "coded", "odd", "way", "{{id}}-{{a}}"] {
        text.push_str(&format!("\nGET {url}{path}\n"));
    }
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"))
        .template_scope(TemplateScope::new())
        .follow_redirects(1)
        .expect_body("right")
        .capture("id", capture("header:X-Id"))
        .capture("a", capture("json:/a"));
    let report = run(http.build().expect("fits together"), 6);
    assert_eq!(lines(&server).last().expect("some were sent"), "GET /1-2");
    assert_eq!(
        report.failures.values().sum::<u64>(),
        0,
        "{:?}",
        report.failures
    );
    assert_eq!(report.counts.get("capture_missed"), None);
}

#[test]
fn mistakes_are_refused() {
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
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
    let targets: TargetList = text.parse().expect("is well formed");
    let error = Http::builder_for_targets(targets)
        .build()
        .expect_err("nothing is left");
    assert!(error.to_string().contains("marked `once`"), "{error}");
    let error = "# once: yes\nGET http://a/\n"
        .parse::<TargetList>()
        .expect_err("no truth");
    assert!(error.to_string().contains("true or false"), "{error}");
}
