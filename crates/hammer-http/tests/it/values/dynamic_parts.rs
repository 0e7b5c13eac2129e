//! Templates in the URL, in headers, in bodies and in files of targets.

use std::io::Read;

use hammer_http::{
    ConfigureNetwork, ContentCoding, FormField, Http, HttpBuilder, RequestHeader, TargetList,
};

use super::{header, requests_sent, template_scope};
use crate::run;
use crate::scripted_server::{ScriptedServer, recording_server, request_line, response_bytes};

#[test]
fn path_and_query_are_rendered() {
    for (path, expected) in [
        ("a/{{users.id}}?n={{seq}}", ["/a/ada?n=0", "/a/grace?n=1"]),
        // Values are percent-encoded except for characters with a meaning in a URL.
        ("?{{users.name}}", ["/?Ada%20L", "/?Grace%20%22H%22"]),
        (
            "{{users.name | url}}/x",
            ["/Ada%20L/x", "/Grace%20%22H%22/x"],
        ),
        (
            "{{pick a/b?c=d&e%20}}{{seq}}",
            ["/a/b?c=d&e%200", "/a/b?c=d&e%201"],
        ),
        (
            "{{pick \"#<>`ä\"}}{{seq}}",
            ["/%23%3C%3E%60%C3%A40", "/%23%3C%3E%60%C3%A41"],
        ),
        ("a{{seq}}#{{seq}}", ["/a0", "/a1"]),
        // The text around values has the same rule.
        (
            "\"{{seq}}\"\u{e9}?f={\"a\":{{seq}}}|^<>`\\",
            [
                "/%220%22%C3%A9?f={%22a%22:0}|^%3C%3E%60\\",
                "/%221%22%C3%A9?f={%22a%22:1}|^%3C%3E%60\\",
            ],
        ),
        ("{{regex \"a[#/]b\"}}{{seq}}#{{seq}}", ["", ""]),
        ("x?t={{env SECRET}}", ["/x?t=s3%20cret"; 2]),
        ("\\{{seq}}", ["/{{seq}}"; 2]),
    ] {
        let requests = requests_sent(2, path, |http| http);
        for ((head, _), expected) in requests.iter().zip(expected) {
            if expected.is_empty() {
                let found = request_line(head);
                assert!(
                    found.starts_with("GET /a") && !found.contains('#'),
                    "{found}"
                );
            } else {
                assert_eq!(request_line(head), format!("GET {expected}"), "{path}");
            }
        }
    }
}

#[test]
fn a_url_without_a_path_gets_one() {
    let (server, recorded) = recording_server();
    let url = format!("http://{}?{{{{seq}}}}", server.addr());
    run(
        Http::builder(&url)
            .template_scope(template_scope())
            .build()
            .expect("valid options"),
        2,
    );
    let requests = recorded.lock().expect("no script panicked");
    let lines: Vec<_> = requests
        .iter()
        .map(|(head, _)| request_line(head))
        .collect();
    assert_eq!(lines, ["GET /?0", "GET /?1"]);
}

#[test]
fn headers_are_rendered() {
    let requests = requests_sent(2, "", |http| {
        http.header("X-Id", "{{uuid}}")
            .header("X-Fixed", "as it is")
            .header("X-Two", "a{{seq}}")
            .header("X-Two", "b{{seq}}")
            .header("X-Env", "{{env SECRET}}")
            .header("X-Braces", "\\{{seq}}")
            .host("h{{seq}}.test")
            .cookie("id={{users.id}}; lang=de")
            .user("{{users.id}}:p{{seq}}")
    });
    for (number, ((head, _), id)) in requests.iter().zip(["ada", "grace"]).enumerate() {
        assert_eq!(header(head, "x-id")[0].len(), 36, "{head}");
        assert_eq!(header(head, "x-fixed"), ["as it is"]);
        assert_eq!(
            header(head, "x-two"),
            [format!("a{number}"), format!("b{number}")]
        );
        assert_eq!(header(head, "x-env"), ["s3 cret"]);
        assert_eq!(header(head, "x-braces"), ["{{seq}}"]);
        assert_eq!(header(head, "host"), [format!("h{number}.test")]);
        assert_eq!(header(head, "cookie"), [format!("id={id}; lang=de")]);
    }
    let basic = |number: usize| header(&requests[number].0, "authorization")[0];
    // Base64 of `ada:p0` and `grace:p1`.
    assert_eq!(
        [basic(0), basic(1)],
        ["Basic YWRhOnAw", "Basic Z3JhY2U6cDE="]
    );
    assert_ne!(
        header(&requests[0].0, "x-id"),
        header(&requests[1].0, "x-id")
    );

    let requests = requests_sent(2, "", |http| http.bearer_token("{{users.id}}"));
    assert_eq!(header(&requests[1].0, "authorization"), ["Bearer grace"]);
    let requests = requests_sent(1, "", |http| http.user("ann:{{env SECRET}}"));
    // Base64 of `ann:s3 cret`.
    assert_eq!(
        header(&requests[0].0, "authorization"),
        ["Basic YW5uOnMzIGNyZXQ="]
    );
}

#[test]
fn bodies_are_rendered() {
    let bodies = |hits, change: &dyn Fn(HttpBuilder) -> HttpBuilder| {
        let requests = requests_sent(hits, "", change).into_iter();
        requests.map(|(_, body)| body).collect::<Vec<_>>()
    };
    assert_eq!(
        bodies(2, &|http| http.body("n={{seq}}&{{users.id}}")),
        [&b"n=0&ada"[..], b"n=1&grace"]
    );
    assert_eq!(
        bodies(1, &|http| http.body("a{{env SECRET}}")),
        [b"as3 cret"]
    );
    let json = bodies(2, &|http| http.json("{\"n\": \"{{users.name | json}}\"}"));
    assert_eq!(json[1], b"{\"n\": \"Grace \\\"H\\\"\"}");
    // A body that is not UTF-8 is sent unchanged.
    assert_eq!(
        bodies(1, &|http| http.body(&b"\xff{{seq}}"[..])),
        [b"\xff{{seq}}"]
    );
    let lines = bodies(4, &|http| {
        http.data_lines("a{{seq}}\nfixed\n{{users.id}}\n")
    });
    assert_eq!(lines, [&b"a0"[..], b"fixed", b"ada", b"a3"]);
}

#[test]
fn a_constant_body_is_sent_with_rendered_parts() {
    for (path, name, value) in [("a", "X-A", "{{hit}}"), ("{{hit}}", "X-A", "b")] {
        let sent = requests_sent(3, path, |http| http.header(name, value).body("whole"));
        for (head, body) in sent {
            assert_eq!(header(&head, "content-length"), ["5"]);
            assert_eq!(body, b"whole", "{head}");
        }
    }
}

#[test]
fn form_texts_are_rendered_and_form_files_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("f.txt");
    std::fs::write(&path, "{{seq}} of a file").expect("a written file");
    let field = format!("f=@{}", path.display());
    let requests = requests_sent(2, "", |http| {
        http.form_field(FormField::text("n", "v{{seq}}"))
            .form_field(field.parse().expect("valid input"))
            .form_field("m={{users.id}};type=text/x".parse().expect("valid input"))
    });
    let text = String::from_utf8_lossy(&requests[1].1);
    for part in [
        "\r\n\r\nv1\r\n--",
        "{{seq}} of a file\r\n",
        "text/x\r\n\r\ngrace\r\n--",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn rendered_bodies_are_compressed() {
    for body in ["n={{seq}}", "fixed"] {
        let requests = requests_sent(2, "", |http| http.body(body).compress(ContentCoding::Gzip));
        for (number, (head, encoded)) in requests.iter().enumerate() {
            assert_eq!(header(head, "content-encoding"), ["gzip"]);
            let mut plain = String::new();
            let mut decoder = flate2::read::GzDecoder::new(&encoded[..]);
            decoder.read_to_string(&mut plain).expect("valid gzip");
            assert_eq!(plain, body.replace("{{seq}}", &number.to_string()));
        }
    }
}

#[test]
fn targets_of_both_formats_are_rendered() {
    let (server, recorded) = recording_server();
    let folder = tempfile::tempdir().expect("a folder");
    let body = folder.path().join("b.txt");
    std::fs::write(&body, "b={{users.id}}").expect("a written file");
    let text = format!(
        "POST /a/{{{{seq}}}}?x={{{{pick y}}}}{{{{seq}}}}\nX-Seq: {{{{seq}}}}\n@{}\n\nGET {}b\n",
        body.display(),
        server.url()
    );
    let json = format!(
        "{{\"method\": \"POST\", \"url\": \"{}c/{{{{seq}}}}\", \"header\": {{\"X-Seq\": \"{{{{seq}}}}\"}}, \
         \"body\": \"e3tzZXF9fQ==\"}}",
        server.url()
    );
    for text in [text, json] {
        let http = Http::builder(&server.url()).template_scope(template_scope());
        let http = http.targets(text.parse::<TargetList>().expect("valid input"));
        let report = run(http.build().expect("valid options"), 2);
        assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
        let names = report.groups.iter().map(|group| group.name.clone());
        let names: Vec<_> = names.collect();
        assert!(
            names[0].contains("/{{seq}}"),
            "a group is named by the template: {names:?}"
        );
    }
    let requests = recorded.lock().expect("no script panicked");
    let found: Vec<_> = requests
        .iter()
        .map(|(head, body)| {
            (
                request_line(head),
                header(head, "x-seq").concat(),
                &body[..],
            )
        })
        .collect();
    let expected = [
        ("POST /a/0?x=y0", "0", &b"b=ada"[..]),
        ("GET /b", "", b""),
        ("POST /c/0", "0", b"0"),
        ("POST /c/1", "1", b"1"),
    ];
    let expected = expected.map(|(line, value, body)| (line, value.to_owned(), body));
    assert_eq!(found, expected);
}

#[test]
fn a_forwarded_request_has_the_rendered_url() {
    let proxy = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let http = Http::builder("http://a.test/x{{seq}}?y={{users.id}}")
        .template_scope(template_scope())
        .proxy(proxy.addr().to_string())
        .proxy_header(
            "X-Proxied: {{seq}}"
                .parse::<RequestHeader>()
                .expect("valid input"),
        );
    run(http.build().expect("valid options"), 2);
    for (head, expected) in proxy.heads().iter().zip(["x0?y=ada", "x1?y=grace"]) {
        assert_eq!(request_line(head), format!("GET http://a.test/{expected}"));
        assert_eq!(
            header(head, "x-proxied"),
            ["{{seq}}"],
            "headers for the proxy are not templates"
        );
    }
}

#[test]
fn rendered_requests_are_redirected_and_signed_and_get_cookies() {
    let server = ScriptedServer::replying(|request| match request.path() {
        path if path.starts_with("/in/") && !path.contains("out") => {
            let location = format!("Location: out?{}", &path[4..]);
            response_bytes(
                "307 Temporary Redirect",
                &[&location, "Set-Cookie: c=1"],
                b"",
            )
        }
        _ => response_bytes("200 OK", &[], b""),
    });
    let http = Http::builder(&format!("{}in/{{{{seq}}}}", server.url()))
        .template_scope(template_scope())
        .header("X-Seq", "{{seq}}")
        .body("{{seq}}")
        .follow_redirects(1)
        .keep_cookies(true)
        .cookie("id={{users.id}}");
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    let heads = server.heads();
    let lines: Vec<_> = heads.iter().map(|head| request_line(head)).collect();
    let expected = [
        "POST /in/0",
        "POST /in/out?0",
        "POST /in/1",
        "POST /in/out?1",
    ];
    assert_eq!(lines, expected);
    for (head, seq) in heads.iter().zip(["0", "0", "1", "1"]) {
        assert_eq!(header(head, "x-seq"), [seq]);
    }
    // The path of the new cookie is the folder of the rendered path.
    assert_eq!(header(&heads[0], "cookie"), ["id=ada"]);
    assert_eq!(
        header(&heads[1], "cookie"),
        ["c=1; id=ada"],
        "the configured cookies are added once"
    );
    assert_eq!(header(&heads[2], "cookie"), ["c=1; id=ada"]);

    let signed = |path: &str, body: &str| {
        let scope = "aws:amz:eu-central-1:s3".parse().expect("valid input");
        let (head, _) = requests_sent(1, path, |http| {
            http.body(body.to_owned())
                .user("KEY:{{env SECRET}}")
                .aws_sigv4(scope)
        })
        .remove(0);
        header(&head, "x-amz-content-sha256").concat()
    };
    // The SHA-256 of "0".
    let zero = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
    assert_eq!(signed("{{seq}}", "{{seq}}"), zero);
    assert_eq!(signed("", "0"), zero);
}
