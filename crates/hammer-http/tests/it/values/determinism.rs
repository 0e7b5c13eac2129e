//! Values depend on the hit alone, not on threads or slots.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{Http, TargetList, TargetOrder, TemplateScope};

use super::template_scope;
use crate::scripted_server::{ScriptedServer, request_line, response_bytes};

/// Returns the request of each hit by its number.
fn requests_by_hit(threads: usize) -> BTreeMap<String, String> {
    let recorded = Arc::new(Mutex::new(BTreeMap::new()));
    let requests = recorded.clone();
    let server = ScriptedServer::replying(move |request| {
        let body = String::from_utf8(request.body.clone()).expect("valid UTF-8");
        let number = request.header("x-hit").expect("the header").to_owned();
        let mut requests = requests.lock().expect("no script panicked");
        requests.insert(number, format!("{}{body}", request.head));
        response_bytes("200 OK", &[], b"")
    });
    let text = format!(
        "POST {0}a/{{{{rand 1 1000000}}}}\nX-Hit: {{{{hit}}}}\nX-Id: {{{{uuid}}}}\n\n\
         PUT {0}b?{{{{users.id}}}}\nX-Hit: {{{{hit}}}}\nX-N: {{{{name}}}}\n",
        server.url()
    );
    let targets: TargetList = text.parse().expect("valid input");
    let http = Http::builder_for_targets(targets)
        .template_scope(template_scope())
        .host("a.test")
        .target_order(TargetOrder::Random);
    let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(400);
    let run = Run::new(http.build().expect("valid options"), schedule);
    let run = run.seed(7).threads(threads).max_in_flight(16);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, 400, "{:?}", report.failures);
    std::mem::take(&mut *recorded.lock().expect("no script panicked"))
}

#[test]
fn a_seed_sends_the_same_bytes_with_any_number_of_threads() {
    let one = requests_by_hit(1);
    assert_eq!(one.len(), 400);
    assert!(one == requests_by_hit(4), "hits differ");
    // Random values of templates are independent of the random order of targets.
    let first = |head: &&String| head.starts_with("POST");
    let low = |head: &&String| {
        let value = request_line(head).rsplit('/').next().map(str::parse::<u32>);
        value.expect("a number").expect("a number") <= 500_000
    };
    let (first_count, low_count) = (
        one.values().filter(first).count(),
        one.values().filter(first).filter(low).count(),
    );
    assert!(
        low_count > first_count / 3 && low_count < first_count * 2 / 3,
        "{low_count} of {first_count}"
    );
}

#[test]
fn slots_do_not_share_requests() {
    let server = ScriptedServer::serve(|peer| {
        while let Some(request) = peer.whole_request() {
            let body = String::from_utf8(request.body.clone()).expect("valid UTF-8");
            let same =
                request.path() == format!("/{body}") && request.header("x-hit") == Some(&*body);
            let status = if same { "200 OK" } else { "400 Bad Request" };
            // One byte at a time, so that the hits of the slots overlap.
            for byte in response_bytes(status, &[], b"") {
                let _ = peer.stream.write(&[byte]);
            }
        }
    });
    let json: String = (0..20)
        .map(|_| {
            format!(
                "{{\"method\": \"POST\", \"url\": \"{}{{{{hit}}}}\", \"header\": {{\"X-Hit\": \
                 \"{{{{hit}}}}\"}}, \"body\": \"e3toaXR9fQ==\"}}\n",
                server.url()
            )
        })
        .collect();
    let one = Http::builder(&format!("{}{{{{hit}}}}", server.url()))
        .header("X-Hit", "{{hit}}")
        .body("{{hit}}");
    let many = Http::builder_for_targets(json.parse::<TargetList>().expect("valid input"));
    for http in [one, many] {
        let http = http
            .template_scope(TemplateScope::new())
            .build()
            .expect("valid options");
        let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(500);
        let run = Run::new(http, schedule).threads(2).max_in_flight(16);
        let report = run.execute().expect("a finished run");
        assert_eq!(
            report.hits.ok, 500,
            "{:?} {:?}",
            report.failures, report.labels
        );
    }
}
