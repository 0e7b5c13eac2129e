//! Template errors, unsendable values and hidden secrets.

use std::sync::Arc;

use hammer_core::{Hammer, Rate, Run, Schedule};
use hammer_data::{Diagnostic, ExhaustedPolicy, Feeder, FeederFormat};
use hammer_http::{ErrorKind, FormField, Http, TargetList, TemplateScope};

use super::{header, template_scope};
use crate::scripted_server::{ScriptedServer, recording_server, request_line};
use crate::{BuilderChange, only_failure, run};

#[test]
fn values_that_http_cannot_carry_fail_the_hit() {
    let table: [(BuilderChange, &str); 2] = [
        (
            |http| http.header("X-A", "{{lines.bad}}"),
            "malformed_header",
        ),
        (|http| http.header("X-A", "{{lines.last}}"), "rows_gone"),
    ];
    for (change, failure) in table {
        let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        let text = "{\"bad\": \"a\\nb\", \"last\": \"x\"}\n";
        let feeder = Feeder::read(text.as_bytes(), FeederFormat::JsonLines).expect("valid input");
        let feeder = match failure {
            "rows_gone" => feeder.use_once(ExhaustedPolicy::EndRun),
            _ => feeder,
        };
        let scope = TemplateScope::new().feeder("lines", Arc::new(feeder));
        let http = change(Http::builder(&server.url()).template_scope(scope));
        let http = http.build().expect("valid options");
        if failure == "rows_gone" {
            assert_eq!(http.describe().max_hits, Some(1));
            assert_eq!(scheduled_hits(http), 1);
            continue;
        }
        let report = run(http, 2);
        assert_eq!(only_failure(&report), (failure, 2));
        assert_eq!(server.heads().len(), 0);
    }
}

/// Returns the number of hits of a run that was to have ten.
fn scheduled_hits(http: Http) -> u64 {
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(10);
    let report = Run::new(http, schedule).threads(1).execute();
    report.expect("a finished run").hits.scheduled
}

#[test]
fn template_errors_have_their_position() {
    let table: [(&str, BuilderChange, ErrorKind, &str, Option<&str>); 15] = [
        (
            "http://a/{{uid}}",
            |http| http,
            ErrorKind::Template,
            "the URL is not a valid template",
            Some("uid"),
        ),
        (
            "http://{{seq}}/",
            |http| http,
            ErrorKind::Template,
            "the URL is not a valid template",
            Some("{{seq}}"),
        ),
        (
            "http://a:8{{seq}}?x",
            |http| http,
            ErrorKind::Template,
            "the URL is not a valid template",
            Some("{{seq}}"),
        ),
        (
            "{{seq}}://a/",
            |http| http,
            ErrorKind::Template,
            "the URL is not a valid template",
            Some("{{seq}}"),
        ),
        (
            "http://a/{{seq}}?{{seq }} b",
            |http| http,
            ErrorKind::Url,
            "the URL cannot be sent",
            Some(" "),
        ),
        (
            "http://a/{{seq}}?token={{seq}}\n",
            |http| http,
            ErrorKind::Url,
            "the URL cannot be sent",
            None,
        ),
        (
            "http://a/?token={{uid}}",
            |http| http,
            ErrorKind::Template,
            "the URL is not a valid template",
            None,
        ),
        (
            "http://a/",
            |http| http.header("X-A", "b{{"),
            ErrorKind::Template,
            "the header x-a is not a valid template",
            Some("{{"),
        ),
        (
            "http://a/",
            |http| http.body("b{{uid}}"),
            ErrorKind::Template,
            "`body` is not a valid template",
            Some("uid"),
        ),
        (
            "http://a/",
            |http| http.data_lines("b\nc{{uid}}"),
            ErrorKind::Template,
            "`data_lines`, body 2",
            Some("uid"),
        ),
        (
            "http://a/",
            |http| http.form_field(FormField::text("f", "{{uid}}")),
            ErrorKind::Template,
            "`form_field` f",
            None,
        ),
        (
            "http://a/",
            |http| http.user("u{{uid}}:p4ss"),
            ErrorKind::Template,
            "`user`",
            None,
        ),
        (
            "http://a/",
            |http| http.header("X-A", "{{env NEWLINE}}"),
            ErrorKind::Header,
            "control characters",
            None,
        ),
        (
            "http://a/",
            |http| {
                http.user("{{users.id}}:b")
                    .aws_sigv4("aws:a:b".parse().expect("valid input"))
            },
            ErrorKind::Credentials,
            "signed with one key",
            None,
        ),
        (
            "http://a/",
            |http| http.body("{{seq}}").header("Content-Length", "1"),
            ErrorKind::Header,
            "Content-Length",
            None,
        ),
    ];
    for (url, change, kind, fragment, place) in table {
        let scope = template_scope().environment(|_| Some("a\nb".into()));
        let error = change(Http::builder(url).template_scope(scope)).build();
        let error = error.expect_err(fragment);
        assert_eq!(error.kind(), kind, "{url}: {error}");
        assert!(error.to_string().contains(fragment), "{url}: {error}");
        assert!(!error.to_string().contains("p4ss"), "{error}");
        let source = std::error::Error::source(&error);
        let template = source.and_then(|source| source.downcast_ref::<Diagnostic>());
        let found = template.and_then(Diagnostic::found);
        assert_eq!(found, place, "{url}: {error}");
    }
    let targets: TargetList = "GET http://a/\nX-A: {{uid}}\n"
        .parse()
        .expect("valid input");
    let error = Http::builder_for_targets(targets)
        .template_scope(template_scope())
        .build();
    let error = error.expect_err("an unknown name");
    assert!(error.to_string().starts_with("line 1 of "), "{error}");
}

#[test]
fn without_a_scope_texts_are_literal() {
    let (server, recorded) = recording_server();
    let http = Http::builder(&format!("{}{{{{seq}}}}", server.url()))
        .header("X-A", "{{seq}}")
        .body("{{seq}}");
    run(http.build().expect("valid options"), 1);
    let literal = Http::builder(&format!("{}{{{{seq}}}}\"", server.url()))
        .template_scope(template_scope().literal(true))
        .header("X-A", "{{seq}}")
        .body("{{seq}}");
    run(literal.build().expect("valid options"), 1);
    let requests = recorded.lock().expect("no script panicked");
    for ((head, body), expected) in requests.iter().zip(["POST /{{seq}}", "POST /{{seq}}%22"]) {
        assert_eq!(request_line(head), expected);
        assert_eq!(header(head, "x-a"), ["{{seq}}"]);
        assert_eq!(body, b"{{seq}}");
    }
}

#[test]
fn debug_output_hides_rendered_secrets() {
    let http = Http::builder("http://a/?{{env SECRET}}")
        .template_scope(template_scope())
        .header("X-Token", "{{env SECRET}}")
        .user("{{users.id}}:{{env SECRET}}")
        .cookie("c={{env SECRET}}");
    let shown = format!("{http:?}");
    let shown = format!("{shown}{:?}", http.build().expect("valid options"));
    assert!(
        !shown.contains("s3 cret") && !shown.contains("czMgY3JldA"),
        "{shown}"
    );
}
