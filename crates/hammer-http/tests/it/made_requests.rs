use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};
use hammer_http::{Http, HttpBuilder, HttpRequest, HttpRequestSpec, HttpSession};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

/// A hammer whose hits all send one request of a factory.
struct MadeRequestHammer {
    http: Http,
    request: HttpRequest,
}

impl MadeRequestHammer {
    fn new(builder: HttpBuilder, spec: &HttpRequestSpec<'_>) -> Self {
        let http = builder.build().expect("valid options");
        let request = http.request_factory().make(spec).expect("a valid request");
        Self { http, request }
    }
}

impl Hammer for MadeRequestHammer {
    type Session = HttpSession;

    async fn open(&self, slot: &Slot) -> Result<HttpSession, Failure> {
        self.http.open(slot).await
    }

    async fn hit(&self, session: &mut HttpSession, hit: &mut Hit) -> Result<Outcome, Failure> {
        self.http.send(session, hit, &self.request).await
    }
}

/// Targets that a browser would take for the URL of another host.
const HOST_LIKE_TARGETS: [&str; 3] = ["//other.example/a", "/\\other.example/a", "//other.example"];

fn spec(target: &str) -> HttpRequestSpec<'_> {
    HttpRequestSpec {
        method: "GET",
        target: target.as_bytes(),
        ..HttpRequestSpec::default()
    }
}

/// Regression: a target that begins with two slashes changed the host, so no cookies were sent.
#[test]
fn a_target_with_two_slashes_gets_the_cookies_of_its_host() {
    for target in HOST_LIKE_TARGETS {
        let server = ScriptedServer::replying(|_| {
            response_bytes("200 OK", &["Set-Cookie: b=2; Path=/"], b"")
        });
        let http = Http::builder(&server.url())
            .keep_cookies(true)
            .cookie("a=1");
        let report = run(MadeRequestHammer::new(http, &spec(target)), 2);
        assert_eq!(report.hits.ok, 2, "{target}: {:?}", report.failures);
        let heads = server.heads();
        for (head, cookies) in heads.iter().zip(["a=1", "a=1; b=2"]) {
            assert!(
                head.starts_with(&format!("GET {target} HTTP/1.1\r\n")),
                "{head}"
            );
            assert!(
                head.contains(&format!("\r\ncookie: {cookies}\r\n")),
                "{head}"
            );
        }
    }
}

/// A redirect of a target like this stays within the origin, and keeps the credentials.
#[test]
fn a_target_with_two_slashes_is_redirected_within_its_origin() {
    for target in HOST_LIKE_TARGETS {
        let server = ScriptedServer::replying(|request| match request.path() {
            "/b" => response_bytes("200 OK", &[], b""),
            _ => response_bytes("302 Found", &["Location: /b"], b""),
        });
        let http = Http::builder(&server.url()).follow_redirects(1).user("u:p");
        let report = run(MadeRequestHammer::new(http, &spec(target)), 1);
        assert_eq!(report.hits.ok, 1, "{target}: {:?}", report.failures);
        assert_eq!(
            server.request_lines(),
            [&*format!("GET {target}"), "GET /b"]
        );
        assert!(server.heads()[1].contains("authorization: Basic dTpw\r\n"));
    }
}

/// Regression: credentials for the target were sent to another host if the target looked like its URL.
#[test]
fn a_redirect_to_the_host_in_a_target_gets_no_credentials() {
    let other = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b""));
    let location = format!("Location: {}b", other.url());
    let server = ScriptedServer::replying(move |_| response_bytes("302 Found", &[&location], b""));
    let target = format!("//{}/a", other.addr());
    let http = Http::builder(&server.url()).follow_redirects(1).user("u:p");
    let report = run(MadeRequestHammer::new(http, &spec(&target)), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    assert_eq!(other.request_lines(), ["GET /b"]);
    assert!(!other.heads()[0].contains("uthorization"));
}
