//! The number of allocations per hit over HTTP/1.1.
//!
//! This is a separate program with a single test, since the allocator counts for the whole process.

use std::alloc::System;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use hammer_core::{Run, Schedule};
use hammer_http::{Http, HttpBuilder, TemplateScope};
use hammer_target::TargetServer;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

/// Counts the allocations and reallocations of a run.
fn allocations(url: &str, change: BuilderChange, hits: u64) -> usize {
    let http = change(Http::builder(url)).build().expect("valid options");
    let run = Run::new(http, Schedule::closed_loop().with_hit_count(hits))
        .threads(1)
        .max_in_flight(4);
    let region = Region::new(ALLOCATOR);
    let report = run.execute().expect("a finished run");
    let change = region.change();
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    change.allocations + change.reallocations
}

/// The allocations per hit of a long run, beyond those of a short one.
fn allocations_per_hit(url: &str, change: BuilderChange) -> f64 {
    let (short, long) = (1_000, 11_000);
    let long_run = allocations(url, change, long);
    let difference = long_run.saturating_sub(allocations(url, change, short));
    difference as f64 / (long - short) as f64
}

/// Starts a server that sets the same cookies with each answer, and returns its URL.
///
/// It answers each piece that it reads, since all requests are small, and allocates nothing for it.
fn repeating_server() -> String {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=4f3a; Path=/; HttpOnly\r\n\
        Set-Cookie: lang=de\r\nContent-Length: 2\r\n\r\nok";
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("a bound listener");
    // The thread ends with the process, since nothing interrupts accept.
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|bytes| bytes > 0)
                    && stream.write_all(ANSWER).is_ok()
                {}
            });
        }
    });
    format!("http://{addr}/")
}

#[test]
fn hits_allocate_nothing() {
    let target = TargetServer::spawn_raw(2).expect("a free port");
    let table: [(&str, &str, BuilderChange); 7] = [
        ("a plain hit", "", |http| http),
        ("a fixed body", "", |http| http.body("fixed")),
        ("rendered headers and a rendered body", "", |http| {
            http.template_scope(TemplateScope::new())
                .header("X-Id", "{{uuid}}")
                .header("X-Seq", "{{seq}}")
                .json(r#"{"id": "{{uuid}}", "n": {{rand 1 100}}, "text": "{{text 500}}"}"#)
        }),
        ("a rendered path", "users/{{seq}}?n={{rand 1 9}}", |http| {
            http.template_scope(TemplateScope::new())
        }),
        ("bodies in turn", "", |http| http.data_lines("one\ntwo\n")),
        ("redirects, cookies and expectations", "", |http| {
            http.follow_redirects(10)
                .keep_cookies(true)
                .cookie("session=4f3a")
                .expect_status("200".parse().expect("a status"))
                .expect_header("Content-Length".parse().expect("a header"))
        }),
        ("a time limit for the first byte", "", |http| {
            http.first_byte_timeout(Duration::from_secs(60))
        }),
    ];
    let mut wrong = vec![];
    for (name, path, change) in table {
        let per_hit = allocations_per_hit(&format!("{}{path}", target.url()), change);
        if per_hit.round() > 0.0 {
            wrong.push(format!("{name}: {per_hit:.3} allocations per hit"));
        }
    }
    let per_hit = allocations_per_hit(&repeating_server(), |http| http.keep_cookies(true));
    if per_hit.round() > 0.0 {
        wrong.push(format!(
            "repeated cookies: {per_hit:.3} allocations per hit"
        ));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
