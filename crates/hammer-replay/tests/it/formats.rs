//! Logs in each format, and the rows that they give.

use hammer_replay::compile::TimelineBuilder;
use hammer_replay::log::LogFormat;

use crate::fixture::{LogFolder, builder_for};

/// The rows of a log: arrival in milliseconds since 1970, and tail.
type ExpectedRows<'a> = &'a [(i64, &'a str)];

/// 2026-03-01T10:00:00Z.
const T: i64 = 1_772_359_200_000;

fn check(format: &str, log: &str, expected: ExpectedRows<'_>) {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", log);
    let timeline = folder.build(&builder_for(&path, format)).expect(format);
    assert_rows(&timeline, format, expected);
    // Named formats are also detected.
    if LogFormat::NAMES.contains(&format) && format != "w3c" {
        let timeline = folder.build(&TimelineBuilder::new([&path])).expect(format);
        assert_eq!(timeline.summary.sources[0].format, format);
        assert_rows(&timeline, format, expected);
    }
}

fn assert_rows(timeline: &crate::fixture::BuiltTimeline, format: &str, expected: ExpectedRows<'_>) {
    let (arrivals, tails) = (timeline.arrivals(), timeline.tails());
    assert_eq!(tails.len(), expected.len(), "{format}: {}", timeline.text);
    for ((arrival, tail), (t_ms, expected)) in arrivals.iter().zip(&tails).zip(expected) {
        assert_eq!(*tail, format!("{expected}}}"), "{format}");
        // The offset within a whole second is drawn.
        let has_whole_seconds = timeline.summary.whole_second_rows > 0;
        let distance_us = arrival - t_ms * 1_000;
        let is_expected = if has_whole_seconds {
            (0..1_000_000).contains(&distance_us)
        } else {
            distance_us == 0
        };
        assert!(
            is_expected,
            "{format}: {arrival} is {distance_us} µs from {t_ms} ms"
        );
    }
}

#[test]
fn common_log_formats() {
    check(
        "common",
        "192.0.2.1 - ann [01/Mar/2026:11:00:00 +0100] \"GET /a?b=\\xe4 HTTP/1.1\" 200 12\n\
         192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"HEAD / HTTP/1.0\" 304 -\n",
        &[
            (T, "\"u64\":\"L2E/Yj3k\",\"s\":200,\"b\":12"),
            (T + 1_000, "\"m\":\"HEAD\",\"u\":\"/\",\"s\":304"),
        ],
    );
    check(
        "combined",
        "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /\\\"a\\\\ HTTP/1.1\" 200 12 \"-\" \"a \\\"b\\\"\"\n",
        &[(T, "\"u\":\"/\\\"a\\\\\",\"s\":200,\"b\":12")],
    );
}

#[test]
fn nginx_directives() {
    check(
        "log_format main escape=default '$remote_addr - $remote_user [$time_local] \"$request\" '\n\
         '$status $body_bytes_sent $request_time $upstream_response_time $pipe \"$http_host\"';",
        "192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"GET /a HTTP/1.1\" 200 5 1.500 0.7, 0.8 . \"shop.example\"\n",
        &[(
            T - 500,
            "\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":1500000,\"b\":5",
        )],
    );
    check(
        "log_format j escape=json '{\"t\":\"$msec\",\"u\":\"$request_uri\",\"m\":\"$request_method\",\"s\":$status}';",
        "{\"t\":\"1772359200.125\",\"u\":\"/a\\\"\\u00e4\",\"m\":\"PUT\",\"s\":201}\n",
        &[(T + 125, "\"m\":\"PUT\",\"u\":\"/a\\\"ä\",\"s\":201")],
    );
    check(
        "nginx:$time_iso8601|\"$uri$is_args$args\"|$status",
        "2026-03-01T12:00:00+02:00|\"/a?b\"|200\n",
        &[(T, "\"u\":\"/a?b\",\"s\":200")],
    );
}

#[test]
fn apache_directives() {
    check(
        "LogFormat \"%v:%p %h %l %u %{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t \\\"%r\\\" %>s %O %D\" vhost",
        "shop.example:443 192.0.2.1 - - 01/Mar/2026:11:00:00.125 +0100 \"GET /a HTTP/1.1\" 200 9 1500\n",
        &[(T + 125, "\"u\":\"/a\",\"s\":200,\"d\":1500")],
    );
    check(
        "LogFormat \"%v:%p %h %{%FT%T}t.%{usec_frac}t \\\"%m\\\" \\\"%U%q\\\" %>s %D\" mine",
        "shop.example:443 192.0.2.1 2026-03-01T10:00:00.125000 \"GET\" \"/a?b\" 200 1500\n",
        &[(T + 125, "\"u\":\"/a?b\",\"s\":200,\"d\":1500")],
    );
}

#[test]
fn text_formats_of_proxies() {
    check(
        "traefik",
        "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 14 \"-\" \"-\" 7 \"shop@docker\" \"http://10.0.0.1:80\" 12ms\n",
        &[(
            T,
            "\"u\":\"/a\",\"s\":200,\"d\":12000,\"b\":14,\"r\":\"shop@docker\"",
        )],
    );
    check(
        "envoy",
        "[2026-03-01T10:00:00.125Z] \"POST /a HTTP/2\" 201 - 7 154 226 100 \"192.0.2.1\" \"curl/8 (x)\" \"id\" \"shop.example\" \"10.0.0.1:80\"\n\
         2026-03-01T10:00:00.2Z stdout F [2026-03-01T10:00:00.126Z] \"GET /b HTTP/2\" 404 NR route_not_found - \"-\" 0 0 0 - \"-\" \"-\" \"id\" \"shop.example\" \"-\" - - 10.0.0.2:80 10.0.0.3:55 - default\n",
        &[
            (
                T + 125,
                "\"m\":\"POST\",\"u\":\"/a\",\"h\":\"shop.example\",\"s\":201,\"d\":226000,\"q\":7,\"b\":154",
            ),
            (
                T + 126,
                "\"u\":\"/b\",\"h\":\"shop.example\",\"s\":404,\"d\":0,\"b\":0",
            ),
        ],
    );
    check(
        "alb",
        "https 2026-03-01T10:00:01.500000Z app/a/b 192.0.2.1:4711 10.0.0.1:80 0.001 0.400 0.002 200 200 34 366 \"GET https://shop.example:443/a?b HTTP/1.1\" \"curl/8\" - - arn:aws:x \"Root=1\" \"-\" \"-\" 0 2026-03-01T10:00:01.097000Z \"forward\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\"\n",
        &[(
            T + 1_097,
            "\"u\":\"/a?b\",\"h\":\"shop.example\",\"s\":200,\"d\":403000,\"q\":34,\"b\":366",
        )],
    );
    check(
        "haproxy",
        "Mar  1 10:00:02 lb haproxy[12]: 192.0.2.1:4711 [01/Mar/2026:10:00:00.125] web~ shop/node1 1/0/2/30/+33 200 739 - - ---- 1/1/1/0/0 0/0 {a|b} \"GET /a#23b HTTP/1.1\"\n\
         192.0.2.1:4711 [01/Mar/2026:10:00:00.126] web/1: SSL handshake failure\n",
        &[(
            T + 125,
            "\"u\":\"/a#b\",\"s\":200,\"d\":33000,\"b\":739,\"r\":\"shop/node1\"",
        )],
    );
}

#[test]
fn partial_haproxy_lines_are_truncated() {
    let line = "192.0.2.1:4711 [01/Mar/2026:10:00:00.125] web~ shop/node1 1/0/2/30/33 200 739 - - ---- \
                1/1/1/0/0 0/0 \"GET /a HTTP/1.1\"";
    for part in [
        "192.0.2.1:4711 [01/Mar/2026:10:00:00.125] web~",
        &line[..line.len() - 4],
    ] {
        let folder = LogFolder::new();
        let path = folder.write_log("log", format!("{line}\n{part}\n"));
        let summary = folder
            .build(&builder_for(&path, "haproxy"))
            .expect("a timeline")
            .summary;
        assert_eq!(summary.trailer.skipped.get("cut"), Some(&1), "{part}");
    }
}

#[test]
fn w3c_extended_logs() {
    check(
        "iis",
        "#Software: Microsoft Internet Information Services 10.0\n\
         #Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status sc-substatus time-taken\n\
         2026-03-01 10:00:01 GET /a b=c+d 192.0.2.1 Mozilla/5.0+(x) 200 0 250\n\
         #Fields: time date sc-status cs-uri-stem cs-method\n\
         10:00:03 2026-03-01 404 /b GET\n",
        &[
            (T + 750, "\"u\":\"/a?b=c+d\",\"s\":200,\"d\":250000"),
            (T + 3_000, "\"u\":\"/b\",\"s\":404"),
        ],
    );
    check(
        "cloudfront",
        "#Version: 1.0\n\
         #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs-uri-query x-host-header time-taken\n\
         2026-03-01\t10:00:01\tFRA1\t703\t192.0.2.1\tGET\td1.cloudfront.net\t/a\t200\t-\tshop.example\t0.250\n",
        &[(
            T + 750,
            "\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":250000,\"b\":703",
        )],
    );
}

#[test]
fn json_formats() {
    check(
        "caddy",
        "{\"level\":\"info\",\"ts\":1772359200.5,\"request\":{\"client_ip\":\"192.0.2.1\",\"method\":\"GET\",\"host\":\"shop.example\",\"uri\":\"/a\",\"headers\":{\"X\":[\"}\"]}},\"bytes_read\":0,\"duration\":0.25,\"size\":9,\"status\":200}\n",
        &[(
            T + 250,
            "\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":250000,\"b\":9",
        )],
    );
    check(
        "envoy",
        "{\"start_time\":\"2026-03-01T10:00:00.125Z\",\"method\":\"GET\",\":authority\":\"shop.example\",\"path\":\"/a\",\"response_code\":200,\"duration\":11,\"bytes_sent\":5,\"bytes_received\":0,\"route_name\":null}\n",
        &[(
            T + 125,
            "\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":11000,\"b\":5",
        )],
    );
    check(
        "traefik",
        "{\"ClientHost\":\"192.0.2.1\",\"Duration\":1500000,\"DownstreamStatus\":200,\"RequestMethod\":\"GET\",\"RequestPath\":\"/a?b\",\"RequestHost\":\"shop.example\",\"StartUTC\":\"2026-03-01T10:00:00.125Z\"}\n",
        &[(
            T + 125,
            "\"u\":\"/a?b\",\"h\":\"shop.example\",\"s\":200,\"d\":1500",
        )],
    );
    check(
        "google",
        "{\"httpRequest\":{\"latency\":\"0.012s\",\"remoteIp\":\"192.0.2.1\",\"requestMethod\":\"GET\",\"requestUrl\":\"https://shop.example/a?b\",\"status\":200},\"timestamp\":\"2026-03-01T10:00:00.125Z\"}\n",
        &[(
            T + 125,
            "\"u\":\"/a?b\",\"h\":\"shop.example\",\"s\":200,\"d\":12000",
        )],
    );
    check(
        "vegeta",
        "{\"attack\":\"\",\"seq\":0,\"code\":200,\"timestamp\":\"2026-03-01T10:00:00.125Z\",\"latency\":2000000,\"bytes_out\":3,\"bytes_in\":9,\"body\":\"AAAA\",\"method\":\"POST\",\"url\":\"http://shop.example/a\"}\n",
        &[(
            T + 125,
            "\"m\":\"POST\",\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":2000,\"q\":3,\"b\":9",
        )],
    );
    check(
        "har",
        "{\"log\":{\"version\":\"1.2\",\n\"pages\":[{\"startedDateTime\":\"x\"}],\"entries\":[\n{\"startedDateTime\":\"2026-03-01T11:00:00.125+01:00\",\"time\":1.5,\"request\":{\"method\":\"GET\",\"url\":\"https://shop.example/a#top\",\"bodySize\":-1},\"response\":{\"status\":200,\"content\":{\"size\":4}}}]}}\n",
        &[(
            T + 125,
            "\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200,\"d\":1500,\"b\":4",
        )],
    );
}

#[test]
fn user_defined_columns_and_keys() {
    for (format, columns, log) in [
        (
            "csv",
            "time=when target=what duration=took:ms",
            "what,when,took\r\n\"/a,b\",2026-03-01 10:00:00.125,7\r\n",
        ),
        (
            "tsv",
            "time=1:ms target=2 duration=3:ms",
            "1772359200125\t/a,b\t7\n",
        ),
        (
            "json",
            "time=@timestamp target=http.path duration=took:s",
            "{\"@timestamp\":1772359200.125,\"http\":{\"path\":\"/a,b\"},\"took\":\"0.007\"}\n",
        ),
        (
            "json",
            "time=at target=http.path duration=took",
            "{\"at\":1772359200125,\"http.path\":\"/a,b\",\"took\":\"7ms\"}\n",
        ),
    ] {
        let folder = LogFolder::new();
        let path = folder.write_log("some.log", log);
        let format = LogFormat::parse(format, Some(columns)).expect(columns);
        let timeline = folder
            .build(&TimelineBuilder::new([path]).format(format))
            .expect(columns);
        assert_eq!(timeline.arrivals(), [(T + 125) * 1_000], "{columns}");
        assert_eq!(
            timeline.tails(),
            ["\"u\":\"/a,b\",\"d\":7000}"],
            "{columns}"
        );
    }
    // Arrivals without targets are valid.
    let folder = LogFolder::new();
    let path = folder.write_log("some.csv", "TIMESTAMP,N\n2026-03-01 10:00:00.1250000,3\n");
    let format = LogFormat::parse("csv", Some("time=TIMESTAMP")).expect("a format");
    let timeline = folder
        .build(&TimelineBuilder::new([path]).format(format))
        .expect("a timeline");
    assert_eq!(timeline.tails(), ["\"u\":\"/\"}"]);
}

/// Vegeta's targets have no time.
#[test]
fn lines_without_a_time_need_a_rate() {
    let folder = LogFolder::new();
    let log = "{\"method\":\"GET\",\"url\":\"http://shop.example/a\"}\n".repeat(3);
    let path = folder.write_log("targets.json", &log);
    let error = folder
        .build(&builder_for(&path, "vegeta"))
        .err()
        .expect("no time");
    assert!(error.to_string().contains("no valid time (3)"), "{error}");
    let timeline = folder
        .build(&builder_for(&path, "vegeta").untimed_rate(4.0))
        .expect("a rate");
    assert_eq!(timeline.arrivals(), [0, 250_000, 500_000]);
}

#[test]
fn ambiguous_and_malformed_formats_are_rejected() {
    for (format, message) in [
        (
            "nginx:$time_local$request",
            "nothing separates $time_local and $request; expected a literal between them",
        ),
        (
            "nginx:$time_local $request $status",
            "$request ends at \" \", which its value may contain; expected quotation marks around it",
        ),
        (
            "nginx:[$time_local] ${status}0 \"$request\"",
            "which may continue the number",
        ),
        (
            "log_format m escape=none '[$time_local] \"$request\" $status';",
            "without an escape",
        ),
        ("nginx:$status \"$request\"", "no variable for the time"),
        ("nginx:[$time_local] $status", "no variable for the target"),
        ("nginx:[$time_local] ${request", "unclosed ${"),
        ("log_format m '$request", "unclosed quotation mark"),
        ("log_format", "log_format without a name"),
        (
            "log_format m escape=xml '$request';",
            "unknown escape 'xml'",
        ),
        ("apache:%t %r %s", "%r ends at \" \""),
        ("apache:%t %h%r", "nothing separates %h and %r"),
        (
            "apache:%{%c}t \"%r\"",
            "%{%c}t: unknown time directive '%c'",
        ),
        ("apache:%", "unknown directive '%'"),
        (
            "nonsense",
            "unknown format 'nonsense'; expected auto, traefik",
        ),
        ("combind", "unknown format 'combind'; expected 'combined'"),
        ("csv", "csv without columns; expected columns such as"),
    ] {
        match LogFormat::parse(format, None) {
            Ok(_) => panic!("{format} is accepted"),
            Err(error) => {
                assert!(error.to_string().contains(message), "{format}: {error}");
                assert_eq!(error.input(), Some(format));
            }
        }
    }
}

#[test]
fn an_error_in_a_format_has_its_position() {
    for (format, columns, found) in [
        ("nginx:[$time_local] $request $status", None, "$request"),
        ("apache:%t %h%r", None, "%h%r"),
        ("apache:%{%c}t \"%r\"", None, "%{%c}t"),
        ("apache:%t %", None, "%"),
        ("log_format m escape=xml '$request';", None, "xml"),
        ("nginx:[$time_local] ${request", None, "$"),
        ("nonsense", None, "nonsense"),
        ("csv", Some("time=a color=b"), "color=b"),
        ("csv", Some("time=a,status"), "status"),
        ("csv", Some("status=b"), "status=b"),
    ] {
        let error = LogFormat::parse(format, columns).expect_err(format);
        assert_eq!(error.found(), Some(found), "{format}: {error}");
    }
    let error = LogFormat::parse("csv", Some("tmie=a")).expect_err("a wrong field");
    assert_eq!(error.nearest(), Some("time"), "{error}");
    // A format once was repeated whole.
    let name = "x".repeat(10_000);
    let error = LogFormat::parse(&format!("nginx:${name}$time_local"), None);
    let error = error.expect_err("two variables").to_string();
    assert!(error.chars().count() < 200, "{error}");
}
