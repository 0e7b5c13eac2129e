//! Each hit fills in its own.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{Http, TargetList, TargetOrder, TemplateScope};

use super::{line, template_scope};
use crate::scripted_server::{ScriptedServer, response_bytes};

/// Everything that one hit sent, by the number that it was sent with.
fn requests_by_hit(threads: usize) -> BTreeMap<String, String> {
    let kept = Arc::new(Mutex::new(BTreeMap::new()));
    let keep = kept.clone();
    let server = ScriptedServer::replying(move |request| {
        let body = String::from_utf8(request.body.clone()).expect("is text");
        let number = request.header("x-hit").expect("is sent").to_owned();
        let mut kept = keep.lock().expect("no script panicked");
        kept.insert(number, format!("{}{body}", request.head));
        response_bytes("200 OK", &[], b"")
    });
    let text = format!(
        "POST {0}a/{{{{rand 1 1000000}}}}\nX-Hit: {{{{hit}}}}\nX-Id: {{{{uuid}}}}\n\n\
         PUT {0}b?{{{{users.id}}}}\nX-Hit: {{{{hit}}}}\nX-N: {{{{name}}}}\n",
        server.url()
    );
    let targets: TargetList = text.parse().expect("is well formed");
    let http = Http::builder_for_targets(targets)
        .template_scope(template_scope())
        .host("a.test")
        .target_order(TargetOrder::Random);
    let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(400);
    let run = Run::new(http.build().expect("fits together"), schedule);
    let run = run.seed(7).threads(threads).max_in_flight(16);
    let report = run.execute(|_| ()).expect("is well formed");
    assert_eq!(report.hits.ok, 400, "{:?}", report.failures);
    std::mem::take(&mut *kept.lock().expect("no script panicked"))
}

#[test]
fn the_same_seed_sends_the_same_bytes_at_any_number_of_threads() {
    let one = requests_by_hit(1);
    assert_eq!(one.len(), 400);
    assert!(one == requests_by_hit(4), "hits differ");
    // What is drawn for a text has nothing to do with what was drawn for the order.
    let first = |head: &&String| head.starts_with("POST");
    let low = |head: &&String| {
        let drawn = line(head).rsplit('/').next().map(str::parse::<u32>);
        drawn.expect("a number").expect("a number") <= 500_000
    };
    let (of_first, low) = (
        one.values().filter(first).count(),
        one.values().filter(first).filter(low).count(),
    );
    assert!(
        low > of_first / 3 && low < of_first * 2 / 3,
        "{low} of {of_first}"
    );
}

/// One byte at a time, so that hits overlap what they are made of.
#[test]
fn slots_do_not_write_on_each_others_sheets() {
    let server = ScriptedServer::serve(|peer| {
        while let Some(request) = peer.whole_request() {
            let body = String::from_utf8(request.body.clone()).expect("is text");
            let same =
                request.path() == format!("/{body}") && request.header("x-hit") == Some(&*body);
            let status = if same { "200 OK" } else { "400 Bad Request" };
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
    let many = Http::builder_for_targets(json.parse::<TargetList>().expect("is well formed"));
    for http in [one, many] {
        let http = http
            .template_scope(TemplateScope::new())
            .build()
            .expect("is well formed");
        let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(500);
        let run = Run::new(http, schedule).threads(2).max_in_flight(16);
        let report = run.execute(|_| ()).expect("is well formed");
        assert_eq!(
            report.hits.ok, 500,
            "{:?} {:?}",
            report.failures, report.labels
        );
    }
}
