//! Lines that vendors publish as examples of their formats, detected without any setting.

use hammer_replay::compile::TimelineBuilder;
use hammer_replay::log::LogFormat;

use crate::fixture::LogFolder;

/// Builds a timeline of `log`, and checks its detected format, its first arrival and its rows.
fn check(log: &str, format: &str, first_arrival: &str, rows: &[&str]) {
    check_with(|builder| builder, log, format, first_arrival, rows);
}

fn check_with(
    configure: impl FnOnce(TimelineBuilder) -> TimelineBuilder,
    log: &str,
    format: &str,
    first_arrival: &str,
    rows: &[&str],
) {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", log);
    let builder = configure(TimelineBuilder::new([&path]));
    let timeline = folder
        .build(&builder)
        .unwrap_or_else(|error| panic!("{format}: {error}"));
    assert_eq!(timeline.summary.sources[0].format, format);
    let found: Vec<_> = timeline
        .tails()
        .iter()
        .map(|tail| tail.trim_end_matches('}'))
        .collect();
    assert_eq!(found, rows, "{format}");
    let arrival = timeline.summary.first_arrival.to_string();
    assert!(arrival.starts_with(first_arrival), "{format}: {arrival}");
}

/// Source: AWS, "Access logs for your Classic Load Balancer".
#[test]
fn classic_load_balancer() {
    check(
        "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -\n\
         2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:443 0.001069 0.000028 0.000041 - - 82 305 \"- - - \" \"-\" ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2\n",
        "elb",
        "2015-05-13T23:39:43.945958Z",
        &["\"u\":\"/\",\"h\":\"www.example.com\",\"s\":200,\"d\":1178,\"b\":29"],
    );
    // Source: Sumo Logic, "AWS Elastic Load Balancing Logs": without the user agent.
    check(
        "2017-08-10T18:25:56 stag-www-lb 192.0.2.41:52888 10.168.203.134:23667 0.000803 0.048702 0.002085 200 200 2836 1169 \"POST https://api.example:443/v1 HTTP/1.1\"\n",
        "elb",
        "2017-08-10T18:25:56",
        &[
            "\"m\":\"POST\",\"u\":\"/v1\",\"h\":\"api.example\",\"s\":200,\"d\":51590,\"q\":2836,\"b\":1169",
        ],
    );
}

/// Source: AWS, "Amazon S3 server access log format".
#[test]
fn s3_server_access_log() {
    let owner = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let current = format!(
        "{owner} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {owner} 3E57427F3EXAMPLE REST.GET.VERSIONING - \"GET /amzn-s3-demo-bucket1?versioning HTTP/1.1\" 200 - 113 - 7 - \"-\" \"S3Console/0.4\" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes us-east-1\n"
    );
    let expired = format!(
        "{owner} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:39 +0000] - AmazonS3 3E57427F3EXAMPLE S3.EXPIRE.OBJECT a.txt - - - - 5 - - - - - -\n"
    );
    let old = format!(
        "{owner} mybucket [06/Feb/2019:00:00:40 +0000] 192.0.2.3 {owner} 3E57427F3EXAMPLE REST.PUT.OBJECT a.txt \"PUT /mybucket/a.txt HTTP/1.1\" 200 - - 4406583 41754 28 \"-\" \"S3Console/0.4\" -\n"
    );
    check(
        &[current, expired, old].concat(),
        "s3",
        "2019-02-06T00:00:38",
        &[
            "\"u\":\"/amzn-s3-demo-bucket1?versioning\",\"h\":\"amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com\",\"s\":200,\"d\":7000,\"b\":113",
            "\"m\":\"PUT\",\"u\":\"/mybucket/a.txt\",\"s\":200,\"d\":41754000",
        ],
    );
}

/// Sources: LogReport's `squid_access2dlf`; Squid FAQ, "access.log".
#[test]
fn squid_native_log() {
    check(
        "979992041.366 502 192.168.1.160 TCP_IMS_HIT/304 216 GET http://example.com/home2.html - NONE/- text/html\n\
         1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://example.com/a?b - DIRECT/192.0.2.1 application/xml\n\
         1286536310.000      0 192.168.0.68 TCP_TUNNEL/200 39 CONNECT example.com:443 - HIER_DIRECT/192.0.2.1 -\n\
         1286536311.000      0 192.168.0.68 NONE/000 0 NONE error:transaction-end-before-headers - HIER_NONE/- -\n",
        "squid",
        "2001-01-20T12:00:40.864Z",
        &[
            "\"u\":\"/home2.html\",\"h\":\"example.com\",\"s\":304,\"d\":502000",
            "\"m\":\"POST\",\"u\":\"/a?b\",\"h\":\"example.com\",\"s\":200,\"d\":921000",
        ],
    );
}

/// Source: uvicorn, "Logging"; the lines at the start are those of its tutorial.
#[test]
fn uvicorn_access_log() {
    let log = "INFO:     Started server process [28720]\n\
               INFO:     Waiting for application startup.\n\
               INFO:     127.0.0.1:54321 - \"GET /items?q=\"a HTTP/1.1\" 200 OK\n\
               \u{1b}[32mINFO\u{1b}[0m:     127.0.0.1:54321 - \"\u{1b}[1mPOST /items HTTP/1.1\u{1b}[0m\" \u{1b}[33m422 Unprocessable Entity\u{1b}[0m\n";
    let rows = [
        "\"u\":\"/items?q=\\\"a\",\"s\":200",
        "\"m\":\"POST\",\"u\":\"/items\",\"s\":422",
    ];
    check_with(
        |builder| builder.untimed_rate(2.0),
        log,
        "uvicorn",
        "1970-01-01T00:00:00Z",
        &rows,
    );
    // In a container, its runtime adds the time.
    let wrapped: String = log
        .lines()
        .enumerate()
        .map(|(n, line)| format!("2026-03-01T10:00:0{n}.125Z stdout F {line}\n"))
        .collect();
    check(&wrapped, "uvicorn", "2026-03-01T10:00:02.125Z", &rows);
}

/// Sources: gunicorn, "access_log_format"; Python's `http.server` and Flask write a space in the time.
#[test]
fn python_servers() {
    check(
        "[2026-03-01 10:00:00 +0000] [7] [INFO] Starting gunicorn 21.2.0\n\
         127.0.0.1 - - [01/Mar/2026:10:00:01 +0000] \"GET / HTTP/1.1\" 200 13 \"-\" \"curl/8.5.0\"\n",
        "combined",
        "2026-03-01T10:00:01",
        &["\"u\":\"/\",\"s\":200,\"b\":13"],
    );
    check(
        "127.0.0.1 - - [01/Mar/2026 10:00:01] \"GET /a HTTP/1.1\" 404 -\n",
        "common",
        "2026-03-01T10:00:01",
        &["\"u\":\"/a\",\"s\":404"],
    );
}

/// Source: ltsv.org.
#[test]
fn labeled_tab_separated_values() {
    check(
        "host:127.0.0.1\tident:-\tuser:frank\ttime:[10/Oct/2000:13:55:36 -0700]\treq:GET /apache_pb.gif HTTP/1.0\tstatus:200\tsize:2326\treferer:http://www.example.com/start.html\tua:Mozilla/4.08 [en] (Win98; I ;Nav)\n",
        "ltsv",
        "2000-10-10T20:55:36",
        &["\"u\":\"/apache_pb.gif\",\"s\":200,\"b\":2326"],
    );
    check(
        "time:2026-03-01T10:00:00.125Z\tmethod:PUT\turi:/a?b\tvhost:shop.example\tstatus:204\treqtime:0.5\n",
        "ltsv",
        "2026-03-01T10:00:00.125Z",
        &["\"m\":\"PUT\",\"u\":\"/a?b\",\"h\":\"shop.example\",\"s\":204,\"d\":500000"],
    );
}

/// Source: varnishncsa(1): `%r` is reconstructed with the host.
#[test]
fn varnishncsa_combined_log() {
    check(
        "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET http://shop.example/a?b HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n\
         192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"HEAD http://localhost/ HTTP/1.0\" 200 - \"-\" \"-\"\n",
        "varnish",
        "2026-03-01T10:00:00",
        &[
            "\"u\":\"/a?b\",\"h\":\"shop.example\",\"s\":200,\"b\":12",
            "\"m\":\"HEAD\",\"u\":\"/\",\"h\":\"localhost\",\"s\":200",
        ],
    );
    // A few requests for a proxy do not make a log that of Varnish.
    let folder = LogFolder::new();
    let line = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"-\"\n";
    let probe = line.replace("GET /", "GET http://a.example/");
    let path = folder.write_log("some.log", [line, &probe, line].concat());
    let timeline = folder
        .build(&TimelineBuilder::new([&path]))
        .expect("a timeline");
    assert_eq!(timeline.summary.sources[0].format, "combined");
}

/// Source: ingress-nginx, "Log format".
#[test]
fn ingress_nginx_log() {
    check(
        "192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"GET /a HTTP/2.0\" 200 631 \"-\" \"curl/8\" 35 0.250 [shop-web-80] [] 10.0.0.7:80 631 0.248 200 0ce9bb31\n",
        "ingress-nginx",
        "2026-03-01T10:00:0",
        &["\"u\":\"/a\",\"s\":200,\"d\":250000,\"b\":631"],
    );
}

/// Source: Debian's `apache2.conf`, `vhost_combined`.
#[test]
fn apache_log_of_virtual_hosts() {
    check(
        "shop.example:443 192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"GET /a HTTP/1.1\" 200 631 \"-\" \"curl/8\"\n",
        "vhost_combined",
        "2026-03-01T10:00:01",
        &["\"u\":\"/a\",\"h\":\"shop.example\",\"s\":200"],
    );
}

/// Source: IBM QRadar, "Cloudflare Logs sample event messages".
#[test]
fn cloudflare_logpush() {
    check(
        "{\"ClientIP\":\"10.0.0.1\",\"ClientRequestHost\":\"host.domain.test\",\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":\"/cdn-cgi/images/cf-icon-cloud.png\",\"EdgeEndTimestamp\":\"2020-10-13T19:49:36Z\",\"EdgeResponseBytes\":1895,\"EdgeResponseStatus\":200,\"EdgeStartTimestamp\":\"2020-10-13T19:49:36Z\",\"RayID\":\"5e1b95b9ea390cc5\"}\n",
        "cloudflare",
        "2020-10-13T19:49:36",
        &["\"u\":\"/cdn-cgi/images/cf-icon-cloud.png\",\"h\":\"host.domain.test\",\"s\":200"],
    );
}

/// Source: Microsoft, "W3C Logging" of IIS, and its Advanced Logging with times in the local zone.
#[test]
fn iis_log_with_local_times() {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    check_with(
        |builder| builder.zone(zone),
        "#Software: IIS Advanced Logging Module\n\
         #Fields:  date-local time-local s-ip cs-uri-stem cs-method sc-status sc-substatus TimeTakenMS\n\
         2010-08-18 16:48:02.125 192.0.2.1 /a GET 200 0 15\n",
        "iis",
        "2010-08-18T14:48:02.125Z",
        &["\"u\":\"/a\",\"s\":200"],
    );
    // The times in UTC are preferred.
    check(
        "#Fields: date time date-local time-local s-ip cs-method cs-uri-stem sc-status\n\
         2010-08-18 14:48:02.125 2010-08-18 16:48:02.125 192.0.2.1 GET /a 200\n",
        "iis",
        "2010-08-18T14:48:02.125Z",
        &["\"u\":\"/a\",\"s\":200"],
    );
}

/// Source: Docker, "JSON File logging driver".
#[test]
fn logs_in_files_of_docker() {
    let wrap = |line: &str| {
        let escaped = serde_json::to_string(line).expect("JSON");
        format!(
            "{{\"log\":{escaped},\"stream\":\"stdout\",\"time\":\"2019-01-01T11:11:11.111111111Z\"}}\n"
        )
    };
    let start = wrap("/docker-entrypoint.sh: Configuration complete; ready for start up\n");
    let line = wrap(
        "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /\\\"a HTTP/1.1\" 200 12 \"-\" \"-\"\n",
    );
    check(
        &[start, line].concat(),
        "combined",
        "2026-03-01T10:00:00",
        &["\"u\":\"/\\\"a\",\"s\":200,\"b\":12"],
    );
    // Docker splits long lines.
    let target = "x".repeat(20_000);
    let line = format!(
        "{{\"ts\":1772359200.5,\"request\":{{\"method\":\"GET\",\"uri\":\"/{target}\"}},\"status\":200}}\n"
    );
    let (first, second) = line.split_at(16_384);
    check(
        &[wrap(first), wrap(second)].concat(),
        "caddy",
        "2026-03-01T10:00:00.5Z",
        &[&format!("\"u\":\"/{target}\",\"s\":200")],
    );
}

/// Sources: nginx, "Logging to syslog"; `journalctl`; `docker compose logs`; `kubectl logs` with timestamps.
#[test]
fn logs_with_the_prefixes_of_collectors() {
    let line = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"-\"";
    for prefix in [
        "<190>Mar  1 10:00:02 lb nginx: ",
        "Mar 01 10:00:02 lb nginx[12]: ",
        "2026-03-01T10:00:02.125+00:00 lb nginx[12]: ",
        "web-1  | ",
        "2026-03-01T10:00:02.125Z ",
    ] {
        let log = format!("{prefix}{line}\n").repeat(3);
        let row = "\"u\":\"/a\",\"s\":200,\"b\":12";
        check(&log, "combined", "2026-03-01T10:00:00", &[row; 3]);
    }
    // A time that belongs to the format stays.
    let format = LogFormat::parse("nginx:$time_iso8601 \"$request\"", None).expect("a format");
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", "2026-03-01T10:00:02.125Z \"GET /a HTTP/1.1\"\n");
    let timeline = folder.build(&TimelineBuilder::new([&path]).format(format));
    assert_eq!(timeline.expect("a timeline").tails(), ["\"u\":\"/a\"}"]);
    // A prefix with a time gives one to lines without.
    let log = "2026-03-01T10:00:02.125Z INFO:     127.0.0.1:1 - \"GET /a HTTP/1.1\" 200 OK\n";
    check(
        log,
        "uvicorn",
        "2026-03-01T10:00:02.125Z",
        &["\"u\":\"/a\",\"s\":200"],
    );
}
