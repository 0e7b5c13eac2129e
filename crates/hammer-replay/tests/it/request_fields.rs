//! Method, target and status of rows: those of the request, or none.

use hammer_replay::compile::TimelineBuilder;
use hammer_replay::log::{AbsoluteTargets, LogFormat};

use crate::fixture::{LogFolder, builder_for};

/// Builds a timeline of `log` with `builder`, and returns the rows and the skipped lines by reason.
fn built(
    builder: &dyn Fn(&std::path::Path) -> TimelineBuilder,
    log: &str,
) -> (Vec<String>, String) {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", log);
    let timeline = folder.build(&builder(&path)).expect(log);
    let tails = timeline
        .tails()
        .iter()
        .map(|tail| (*tail).to_owned())
        .collect();
    let skipped = format!("{:?}", timeline.summary.trailer.skipped);
    (tails, skipped)
}

/// A value in quotation marks was split at its spaces, so that the target came from the user agent.
#[test]
fn a_quoted_value_of_a_w3c_log_is_one_value() {
    let fields = "#Fields: date time cs(User-Agent) cs-method cs-uri-stem sc-status\n";
    let lines = [
        "2017-06-28 07:26:35 \"Mozilla/5.0 GET /evil 200\" GET /a 200",
        "2017-06-28 07:26:36 \"a \"\"b\"\" c\" POST /b 201",
        "2017-06-28 07:26:37\t\"\"  PUT   /c 202 ",
        // Not quoted as the draft says: more values than names.
        "2017-06-28 07:26:38 Mozilla/5.0 GET /evil 200 GET /a 200",
        "2017-06-28 07:26:38 \"a\"b GET /evil 200",
    ];
    let (rows, skipped) = built(
        &|path| builder_for(path, "w3c"),
        &format!("{fields}{}\n", lines.join("\n")),
    );
    assert_eq!(
        rows,
        [
            "\"u\":\"/a\",\"s\":200}",
            "\"m\":\"POST\",\"u\":\"/b\",\"s\":201}",
            "\"m\":\"PUT\",\"u\":\"/c\",\"s\":202}",
        ]
    );
    assert_eq!(skipped, "{\"directive\": 1, \"malformed\": 2}");
}

/// IIS writes no quotation marks of its own, so they are part of a value.
#[test]
fn a_quotation_mark_in_a_log_of_iis_is_part_of_a_value() {
    let log = "#Fields: date time cs(User-Agent) cs-method cs-uri-stem sc-status sc-substatus\n\
               2017-06-28 07:26:35 \"Mozilla GET /a 200 0\n\
               2017-06-28 07:26:36 \"Mozilla GET /evil 200\" GET /a 200 0\n";
    let (rows, skipped) = built(&|path| builder_for(path, "iis"), log);
    assert_eq!(rows, ["\"u\":\"/a\",\"s\":200}"]);
    assert_eq!(skipped, "{\"directive\": 1, \"malformed\": 1}");
}

/// A comma in a value without quotation marks moved the columns after it.
#[test]
fn a_csv_line_with_more_columns_than_names_is_malformed() {
    let log = "time,agent,status,path\n\
               2026-03-01 10:00:00,curl,200,/a\n\
               2026-03-01 10:00:00,Mozilla (X11, like Gecko),200,/a\n";
    let columns = "time=time status=status target=path";
    let format = LogFormat::parse("csv", Some(columns)).expect("a format");
    let (rows, skipped) = built(
        &|path| TimelineBuilder::new([path]).format(format.clone()),
        log,
    );
    assert_eq!(rows, ["\"u\":\"/a\",\"s\":200}"]);
    assert_eq!(skipped, "{\"directive\": 1, \"malformed\": 1}");
}

/// Requests without a method were GET.
#[test]
fn a_missing_method_is_not_get() {
    let json = LogFormat::parse("json", Some("time=t method=m target=u")).expect("a format");
    let log = "{\"t\":1,\"m\":\"POST\",\"u\":\"/a\"}\n{\"t\":1,\"u\":\"/a\"}\n\
               {\"t\":1,\"m\":null,\"u\":\"/a\"}\n{\"t\":1,\"m\":\"\",\"u\":\"/a\"}\n";
    let (rows, skipped) = built(
        &|path| TimelineBuilder::new([path]).format(json.clone()),
        log,
    );
    assert_eq!(rows, ["\"m\":\"POST\",\"u\":\"/a\"}"]);
    assert_eq!(skipped, "{\"no_request\": 3}");

    let log = "#Fields: date time cs-method cs-uri-stem\n\
               2026-03-01 10:00:00 DELETE /a\n2026-03-01 10:00:00 - /a\n\
               #Fields: date time cs-uri-stem\n2026-03-01 10:00:00 /a\n";
    let (rows, skipped) = built(&|path| builder_for(path, "w3c"), log);
    assert_eq!(rows, ["\"m\":\"DELETE\",\"u\":\"/a\"}"]);
    assert_eq!(skipped, "{\"directive\": 2, \"no_request\": 2}");

    let ltsv = LogFormat::parse("ltsv", Some("time=t method=m target=u")).expect("a format");
    let log = "t:1\tm:PUT\tu:/a\nt:1\tu:/a\n";
    let (rows, skipped) = built(
        &|path| TimelineBuilder::new([path]).format(ltsv.clone()),
        log,
    );
    assert_eq!(rows, ["\"m\":\"PUT\",\"u\":\"/a\"}"]);
    assert_eq!(skipped, "{\"no_request\": 1}");
}

/// A log with the query in two fields gave targets with two queries.
#[test]
fn a_query_is_not_repeated() {
    let format = "nginx:$time_iso8601 $request_method \"$request_uri\" \"$args\" $status";
    let log = "2026-03-01T10:00:00Z GET \"/a?b=1\" \"b=1\" 200\n";
    let (rows, _) = built(&|path| builder_for(path, format), log);
    assert_eq!(rows, ["\"u\":\"/a?b=1\",\"s\":200}"]);
}

/// Requests for a proxy could not be replayed.
#[test]
fn requests_with_an_absolute_url_are_kept_on_demand() {
    let line = |request: &str| {
        format!(
            "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"{request} HTTP/1.1\" 200 1 \"-\" \"-\" 7\n"
        )
    };
    let log = [
        "GET http://shop.example/a?b",
        "GET http://SHOP.example:8080",
        "GET http://other.example/",
        "GET ftp://shop.example/",
        "GET /own",
    ];
    let log: String = log.into_iter().map(line).collect();
    let of_shop = AbsoluteTargets::OfHosts(vec!["shop.example".to_owned()]);
    for (absolute, expected) in [
        (AbsoluteTargets::Skip, vec!["\"u\":\"/own\""]),
        (
            of_shop,
            vec![
                "\"u\":\"/a?b\",\"h\":\"shop.example\"",
                "\"u\":\"/\",\"h\":\"SHOP.example:8080\"",
                "\"u\":\"/own\"",
            ],
        ),
        (
            AbsoluteTargets::Any,
            vec![
                "\"u\":\"/a?b\",\"h\":\"shop.example\"",
                "\"u\":\"/\",\"h\":\"SHOP.example:8080\"",
                "\"u\":\"/\",\"h\":\"other.example\"",
                "\"u\":\"/own\"",
            ],
        ),
    ] {
        let build = |path: &std::path::Path| {
            TimelineBuilder::new([path]).absolute_targets(absolute.clone())
        };
        let (rows, skipped) = built(&build, &log);
        let expected: Vec<_> = expected
            .into_iter()
            .map(|row| format!("{row},\"s\":200,\"b\":1}}"))
            .collect();
        assert_eq!(rows, expected, "{absolute:?}");
        let count = 5 - rows.len();
        assert_eq!(
            skipped,
            format!("{{\"absolute_form\": {count}}}"),
            "{absolute:?}"
        );
    }
}

/// The log of a forward proxy was taken for that of Varnish, and all of its hosts were kept without a word.
#[test]
fn hosts_in_the_urls_of_a_log_are_counted_and_selected() {
    let varnish = |host: &str| {
        format!(
            "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"POST http://{host}/x HTTP/1.1\" 200 1 \"-\" \"-\"\n"
        )
    };
    let squid = |host: &str| {
        format!(
            "1772359200.125 90 192.0.2.1 TCP_MISS/200 9 GET http://{host}/x - HIER_DIRECT/192.0.2.2 -\n"
        )
    };
    let hosts = [
        "shop.example",
        "SHOP.example:8080",
        "a.example",
        "b.example",
    ];
    let logs = [hosts.map(varnish).concat(), hosts.map(squid).concat()];
    for (format, log) in ["varnish", "squid"].into_iter().zip(logs) {
        let folder = LogFolder::new();
        let path = folder.write_log("some.log", log);
        for (absolute, rows, hosts) in [
            (AbsoluteTargets::Skip, 4, 3),
            (AbsoluteTargets::Any, 4, 3),
            (
                AbsoluteTargets::OfHosts(vec!["shop.example".to_owned()]),
                2,
                1,
            ),
        ] {
            let builder = TimelineBuilder::new([&path]).absolute_targets(absolute.clone());
            let summary = folder.build(&builder).expect(format).summary;
            assert_eq!(summary.sources[0].format, format);
            let found = (summary.trailer.rows, summary.url_hosts);
            assert_eq!(found, (rows, hosts), "{format}, {absolute:?}");
        }
    }
}

/// A stream cannot be read again, so all rows wait for the end, and all of them were called late.
#[test]
fn no_row_of_a_stream_is_late() {
    let folder = LogFolder::new();
    let line = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"\n";
    let path = folder.write_log("some.log", line.repeat(10));
    let summary = TimelineBuilder::new([&path])
        .write_to(std::io::sink)
        .expect("a timeline");
    assert_eq!(
        (
            summary.trailer.rows,
            summary.late_rows,
            summary.spilled_rows
        ),
        (10, 0, 0)
    );
}

/// The last of equal keys was taken, so that a POST became a GET, which is played as a safe method.
#[test]
fn a_line_with_two_methods_targets_or_statuses_is_malformed() {
    let envoy =
        r#"{"start_time":"2026-03-01T10:00:00Z","method":"POST","path":"/a","response_code":200}"#;
    let caddy = r#"{"ts":1772359200.5,"request":{"method":"POST","uri":"/a"},"status":200}"#;
    let ltsv = "time:2026-03-01T10:00:00Z\tmethod:POST\turi:/a\tstatus:200";
    for (format, line, again) in [
        (
            "envoy",
            envoy,
            [
                r#""method":"GET""#,
                r#""path":"/b""#,
                r#""response_code":404"#,
            ],
        ),
        (
            "caddy",
            caddy,
            [
                r#""request":{"method":"GET","uri":"/b"}"#,
                r#""request.method":"GET""#,
                r#""status":404"#,
            ],
        ),
        ("ltsv", ltsv, ["method:GET", "uri:/b", "status:404"]),
    ] {
        for again in again {
            let longer = match line.strip_suffix('}') {
                Some(object) => format!("{object},{again}}}"),
                None => format!("{line}\t{again}"),
            };
            let folder = LogFolder::new();
            let path = folder.write_log("some.log", [line, &longer].join("\n"));
            let timeline = folder.build(&builder_for(&path, format)).expect(format);
            let skipped = &timeline.summary.trailer.skipped;
            assert_eq!(skipped.get("malformed"), Some(&1), "{longer}");
            let methods: Vec<_> = timeline.rows().iter().map(|row| row["m"].clone()).collect();
            assert_eq!(methods, ["POST"], "{longer}");
        }
    }
    // The formats of Envoy have several keys for the target.
    let both = envoy.replace(r#""path""#, r#""x-envoy-origin-path":"/a","path""#);
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", both);
    let timeline = folder.build(&builder_for(&path, "envoy")).expect("a row");
    assert_eq!(timeline.rows().len(), 1);

    let fields = "#Fields: date time cs-method cs-method cs-uri-stem sc-status";
    let path = folder.write_log(
        "some.log",
        format!("{fields}\n2026-03-01 10:00:00 POST GET /a 200\n"),
    );
    let error = folder.build(&builder_for(&path, "w3c")).err();
    let error = error.expect("two methods").to_string();
    assert!(error.contains("not in this format (1)"), "{error}");
    let format = LogFormat::parse("csv", Some("time=t method=m")).expect("a format");
    let path = folder.write_log("some.csv", "t,m,m\n2026-03-01T10:00:00Z,POST,GET\n");
    let error = folder.build(&TimelineBuilder::new([&path]).format(format));
    let error = error.err().expect("two methods").to_string();
    assert!(error.contains("not in this format (2)"), "{error}");
}
