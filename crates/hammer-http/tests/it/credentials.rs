use hammer_http::{ErrorKind, Http, HttpBuilder};

use crate::scripted_server::ScriptedServer;
use crate::{BuilderChange, error_chain, run};

const EMPTY_RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Returns the values of `Authorization` of a run.
fn authorizations(hits: u64, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Vec<String> {
    let server = ScriptedServer::answering(EMPTY_RESPONSE);
    let http = change(Http::builder(&server.url()))
        .build()
        .expect("valid options");
    assert!(!format!("{http:?}").contains("secret"), "{http:?}");
    let report = run(http, hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    let heads = server.heads();
    let values = heads.iter().map(|head| {
        let mut lines = head.lines();
        let value = lines.find_map(|line| line.strip_prefix("authorization: "));
        value.expect("one value").to_owned()
    });
    values.collect()
}

#[test]
fn users_and_tokens_are_sent() {
    let basic = authorizations(2, |http| http.user("Aladdin:open sesame"));
    assert_eq!(basic, ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="; 2]);
    let bearer = authorizations(1, |http| http.bearer_token("secret.token"));
    assert_eq!(bearer, ["Bearer secret.token"]);
}

#[test]
fn each_hit_is_signed() {
    let scope = || {
        "aws:amz:eu-central-1:execute-api"
            .parse()
            .expect("valid input")
    };
    let server = ScriptedServer::answering(EMPTY_RESPONSE);
    let http = Http::builder(&server.url())
        .user("AKID:secret")
        .session_token("secret-token")
        .aws_sigv4(scope())
        .body("x")
        .build()
        .expect("valid options");
    let report = run(http, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    for head in server.heads() {
        let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let authorization = line("authorization: ").expect("a signature");
        let date = line("x-amz-date: ").expect("a date");
        let day = date.split('T').next().expect("a day");
        let begin =
            format!("AWS4-HMAC-SHA256 Credential=AKID/{day}/eu-central-1/execute-api/aws4_request");
        assert!(authorization.starts_with(&begin), "{authorization}");
        assert_eq!(line("x-amz-security-token: "), Some("secret-token"));
        assert!(!head.contains("AKID:"), "{head}");
    }
}

#[test]
fn credentials_that_contradict_each_other_are_refused() {
    fn scope() -> hammer_http::SignatureScope {
        "aws:eu-central-1:s3".parse().expect("valid input")
    }
    let table: [(BuilderChange, &str); 9] = [
        (
            |http| http.user("a:b").bearer_token("c"),
            "a user cannot be combined with a token",
        ),
        (
            |http| http.user("a:b").header("Authorization", "c"),
            "credentials cannot be combined with the header",
        ),
        (|http| http.user("a"), "missing password"),
        (|http| http.bearer_token(""), "malformed token"),
        (|http| http.aws_sigv4(scope()), "signatures need a user"),
        (
            |http| http.aws_sigv4(scope()).bearer_token("a"),
            "signatures need a user",
        ),
        (
            |http| http.aws_sigv4(scope()).user("a"),
            "malformed user for signatures; expected KEY:SECRET",
        ),
        (
            |http| http.session_token("a"),
            "a session token needs signatures",
        ),
        (
            |http| http.aws_sigv4(scope()).user("a:b").header("X", "ü"),
            "the request cannot be signed: the header x is not ASCII",
        ),
    ];
    for (change, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.kind(), ErrorKind::Credentials);
    }
}

#[test]
fn debug_output_hides_secrets() {
    let builder = Http::builder("http://a/")
        .user("u:secret1")
        .session_token("secret2")
        .cookie("a=secret3")
        .header("Authorization", "secret4")
        .header("X-Api-Key", "secret5");
    let text = format!("{builder:?}");
    assert!(!text.contains("secret"), "{text}");
    let error = Http::builder("http://a/")
        .header("Cookie", "a=secret\u{7}")
        .build();
    let error = error.expect_err("a control character");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    let message = error_chain(&error);
    assert!(
        message.contains("header Cookie: control character in the value at byte 8"),
        "{message}"
    );
}
