//! Targets, cookies, redirects and expectations over HTTP/2, against an independent server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use bytes::Bytes;
use hammer_core::Report;
use hammer_http::{
    ConfigureNetwork, ContentCoding, ExchangeRecorder, Http, HttpBuilder, HttpVersion, TargetList,
    TemplateScope,
};
use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};
use hyper::{Request, Response};
use tokio::net::TcpListener;

use super::{count, run_closed_loop};
use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{BuilderChange, only_failure};

type ReplyFn = Arc<dyn Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync>;

/// An HTTP/2 server that answers each request with the response of a closure.
struct ReplyingServer {
    addr: SocketAddr,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl ReplyingServer {
    fn replying(
        reply: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("a bound listener");
        listener
            .set_nonblocking(true)
            .expect("a nonblocking listener");
        let requests = Arc::new(Mutex::new(vec![]));
        let (recorded, reply): (_, ReplyFn) = (requests.clone(), Arc::new(reply));
        // The thread ends with the process, since nothing interrupts accept.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, recorded.clone(), reply.clone()));
                }
            });
        });
        Self { addr, requests }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    fn http(&self) -> HttpBuilder {
        Http::builder(&self.url()).http_version(HttpVersion::Http2)
    }

    fn lines(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("no script panicked");
        let line =
            |request: &Request<Bytes>| format!("{} {}", request.method(), request.uri().path());
        requests.iter().map(line).collect()
    }

    fn header(&self, number: usize, name: &str) -> Option<String> {
        let requests = self.requests.lock().expect("no script panicked");
        let value = requests[number].headers().get(name)?;
        Some(value.to_str().expect("valid UTF-8").to_owned())
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    recorded: Arc<Mutex<Vec<Request<Bytes>>>>,
    reply: ReplyFn,
) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let (recorded, reply) = (recorded.clone(), reply.clone());
        tokio::spawn(async move {
            let (head, mut incoming) = request.into_parts();
            let mut body = vec![];
            while let Some(Ok(chunk)) = incoming.data().await {
                body.extend_from_slice(&chunk);
                let _ = incoming.flow_control().release_capacity(chunk.len());
            }
            let request = Request::from_parts(head, Bytes::from(body));
            let (head, body) = reply(&request).into_parts();
            recorded.lock().expect("no script panicked").push(request);
            if let Ok(mut stream) =
                respond.send_response(Response::from_parts(head, ()), body.is_empty())
                && !body.is_empty()
            {
                let _ = stream.send_data(body, true);
            }
        });
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response<Bytes> {
    let response = Response::builder().status(status);
    let response = headers.iter().fold(response, |response, (name, value)| {
        response.header(*name, *value)
    });
    response.body(body.into()).expect("valid input")
}

fn hit(http: HttpBuilder, hits: u64) -> Report {
    run_closed_loop(http.build().expect("valid options"), 1, hits)
}

#[test]
fn redirects_are_followed_and_cookies_kept() {
    let server = ReplyingServer::replying(|request| match request.uri().path() {
        "/a" => reply(
            303,
            &[("location", "/b"), ("set-cookie", "id=7; Path=/")],
            "",
        ),
        _ => reply(200, &[], "here"),
    });
    let http = Http::builder(&format!("{}a", server.url())).http_version(HttpVersion::Http2);
    let report = hit(http.body("x").keep_cookies(true).follow_redirects(2), 2);
    assert_eq!(
        report.hits.ok, 2,
        "{:?} {:?}",
        report.labels, report.failures
    );
    assert_eq!(server.lines(), ["POST /a", "GET /b", "POST /a", "GET /b"]);
    assert_eq!(server.header(0, "cookie"), None);
    assert_eq!(server.header(1, "cookie").as_deref(), Some("id=7"));
    assert_eq!(
        (count(&report, "redirects"), count(&report, "body_bytes")),
        (2, 8)
    );
    assert_eq!(report.phases_us["redirect"].count, 2);
    assert_eq!(report.phases_us["first_byte"].count, 2);
    assert_eq!(count(&report, "connections_opened"), 1);
}

#[test]
fn responses_are_checked_against_expectations() {
    let plain = "needle in a haystack ".repeat(10_000);
    let body = crate::encode_with(ContentCoding::Brotli, plain.as_bytes());
    let server =
        ReplyingServer::replying(move |_| reply(200, &[("content-encoding", "br")], body.clone()));
    let report = hit(server.http().expect_body("needle"), 3);
    assert_eq!(
        report.hits.ok, 3,
        "{:?} {:?}",
        report.labels, report.failures
    );
    assert_eq!(count(&report, "decoded_bytes"), 3 * plain.len() as u64);
    let report = hit(server.http().expect_body("pin"), 3);
    assert_eq!(report.labels["body_expected"], 3);
    let report = hit(
        server
            .http()
            .expect_header("X-None".parse().expect("valid input")),
        3,
    );
    assert_eq!(report.labels["header_expected"], 3);
    let report = hit(server.http().expect_body("needle").max_body_bytes(1000), 3);
    assert_eq!(only_failure(&report), ("body_too_large", 3));
}

#[test]
fn compression_bombs_are_failures() {
    for coding in [ContentCoding::Gzip, ContentCoding::Zstd] {
        let body = crate::encode_with(coding, &vec![0; 4 << 20]);
        let name = coding.name();
        let server = ReplyingServer::replying(move |_| {
            reply(200, &[("content-encoding", name)], body.clone())
        });
        let report = hit(
            server.http().expect_body("needle").max_body_bytes(1 << 20),
            2,
        );
        assert_eq!(only_failure(&report), ("body_too_large", 2), "{coding}");
    }
}

#[test]
fn targets_and_body_lines_take_turns() {
    let server = ReplyingServer::replying(|_| reply(200, &[], ""));
    let url = server.url();
    let text = format!("GET {url}a\n\n# weight: 2\nPUT {url}b\nX-Own: 1\n");
    let targets: TargetList = text.parse().expect("valid input");
    let http = Http::builder_for_targets(targets).http_version(HttpVersion::Http2);
    let report = hit(http, 6);
    assert_eq!(report.hits.ok, 6, "{:?}", report.failures);
    let turn = ["GET /a", "PUT /b", "PUT /b"];
    assert_eq!(server.lines(), [turn, turn].concat());
    assert_eq!(server.header(1, "x-own").as_deref(), Some("1"));
    assert_eq!(server.header(3, "x-own"), None);
    assert_eq!(count(&report, "connections_opened"), 1);

    let server = ReplyingServer::replying(|_| reply(200, &[], ""));
    hit(server.http().data_lines("one\nthree\n"), 3);
    let requests = server.requests.lock().expect("no script panicked");
    let bodies: Vec<_> = requests
        .iter()
        .map(|request| request.body().clone())
        .collect();
    assert_eq!(bodies, ["one", "three", "one"]);
    assert_eq!(requests[1].headers()["content-length"], "5");
}

#[test]
fn each_hit_renders_its_own_request() {
    let changes: [BuilderChange; 3] = [
        |http| http.body("n={{seq}}"),
        |http| http.body("n={{seq}}").keep_cookies(true),
        |http| http.data_lines("n={{seq}}\nn=1\n"),
    ];
    for change in changes {
        let server = ReplyingServer::replying(|_| reply(200, &[], ""));
        let http = Http::builder(&format!("{}a/{{{{seq}}}}?b={{{{hit}}}}", server.url()))
            .http_version(HttpVersion::Http2)
            .template_scope(TemplateScope::new())
            .host("h{{seq}}.test")
            .header("X-Id", "{{uuid}}")
            .header("Authorization", "t{{seq}}");
        hit(change(http), 3);
        let requests = server.requests.lock().expect("no script panicked");
        let mut ids = std::collections::BTreeSet::new();
        for (number, request) in requests.iter().enumerate() {
            let uri = format!("http://h{number}.test/a/{number}?b={number}");
            assert_eq!(request.uri().to_string(), uri);
            let sent = format!("t{number}");
            assert_eq!(request.headers()["authorization"], *sent);
            assert_eq!(request.body(), &format!("n={number}"));
            ids.insert(request.headers()["x-id"].clone());
        }
        assert_eq!(ids.len(), 3, "each hit has its own id");
    }
}

#[test]
fn each_hit_has_its_own_signature() {
    let server = ReplyingServer::replying(|_| reply(200, &[], ""));
    let scope = "aws:amz:eu-central-1:s3".parse().expect("valid input");
    let report = hit(
        server
            .http()
            .user("k:s")
            .aws_sigv4(scope)
            .with_distinct_bodies(3),
        3,
    );
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    let signature = |number| server.header(number, "authorization").expect("a signature");
    assert_ne!(signature(0), signature(1));
    assert_ne!(signature(1), signature(2));
}

/// Sends different bodies, so that signatures within one second differ.
trait WithDistinctBodies {
    fn with_distinct_bodies(self, count: usize) -> Self;
}

impl WithDistinctBodies for HttpBuilder {
    fn with_distinct_bodies(self, count: usize) -> Self {
        let lines: Vec<String> = (0..count).map(|line| line.to_string()).collect();
        self.data_lines(lines.join("\n"))
    }
}

#[test]
fn a_late_first_byte_is_a_failure() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let server = ReplyingServer::replying(move |_| {
        // Blocks until the test ends.
        let _ = released.lock().expect("no script panicked").recv();
        reply(200, &[], "")
    });
    let limit = std::time::Duration::from_millis(20);
    let report = hit(server.http().first_byte_timeout(limit), 2);
    assert_eq!(only_failure(&report), ("first_byte_timeout", 2));
    drop(release);
}

#[test]
fn a_redirect_can_lead_to_a_target_that_chooses_http2() {
    let certificate = ServerCertificate::self_signed(["127.0.0.1"]).expect("a name");
    let pem = certificate.pem().to_owned();
    let target = TargetServer::builder()
        .tls(certificate)
        .spawn(TargetBehavior::default());
    let target = target.expect("a free port");
    let location = format!("Location: {}", target.url());
    let server = ScriptedServer::replying(move |_| response_bytes("302 Found", &[&location], b""));
    let http = Http::builder(&server.url())
        .cacert_pem(pem)
        .follow_redirects(1);
    let report = hit(http, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!(report.facts["alpn"]["h2"], 1);
    // The target speaks HTTP/1.1 too, so check that HTTP/2 was used.
    assert_eq!(report.phases_us["settings"].count, 1);
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (3, 1));
}

#[test]
fn the_recorder_has_the_version() {
    let server = ReplyingServer::replying(|_| reply(200, &[("x-own", "1")], "body"));
    let recorder = ExchangeRecorder::new();
    hit(server.http().record(recorder.clone()), 1);
    let exchanges = recorder.take_exchanges();
    let response = exchanges[0].response.as_ref().expect("a response");
    assert_eq!(
        (&*response.version, &*response.body, response.complete),
        ("HTTP/2", &b"body"[..], true)
    );
    assert!(
        response.headers.contains(&("x-own".into(), b"1".to_vec())),
        "{:?}",
        response.headers
    );
}
