//! Messages that servers write between the lines of their access logs.

use memchr::memmem;

use super::uvicorn;

/// The starts of messages.
///
/// Sources: HAProxy, "Management Guide" and its `proxy_cust.c`; the entry point of nginx's image;
/// Apache, "Error messages"; the default loggers of uvicorn and Traefik.
const STARTS: [&[u8]; 20] = [
    b"Proxy ",
    b"Server ",
    b"backend ",
    b"Health check for server ",
    b"Stopping proxy ",
    b"Stopping frontend ",
    b"Stopping backend ",
    b"Pausing proxy ",
    b"[NOTICE] ",
    b"[WARNING] ",
    b"[ALERT] ",
    b"[INFO] ",
    b"[DIAG] ",
    b"/docker-entrypoint.sh: ",
    b"/docker-entrypoint.d/",
    b"10-listen-on-ipv6-by-default.sh: ",
    b"20-envsubst-on-templates.sh: ",
    b"30-tune-worker-processes.sh: ",
    b"AH0",
    b"time=\"",
];

/// Levels in brackets after a time: of nginx, gunicorn and Envoy.
const BRACKETED_LEVELS: [&[u8]; 14] = [
    b"[debug]",
    b"[info]",
    b"[notice]",
    b"[warn]",
    b"[warning]",
    b"[error]",
    b"[crit]",
    b"[alert]",
    b"[emerg]",
    b"[critical]",
    b"[INFO]",
    b"[WARNING]",
    b"[ERROR]",
    b"[DEBUG]",
];

/// Levels after the name of a module of Apache, as in `[core:notice]`.
const APACHE_LEVELS: [&[u8]; 8] = [
    b":emerg]",
    b":alert]",
    b":crit]",
    b":error]",
    b":warn]",
    b":notice]",
    b":info]",
    b":debug]",
];

/// Levels between spaces after a time, of Traefik.
const SHORT_LEVELS: [&[u8]; 6] = [b" INF ", b" WRN ", b" ERR ", b" DBG ", b" FTL ", b" TRC "];

/// Returns true if `line`, which is in no access log format, is a message of a server about itself.
pub(super) fn is_server_message(line: &[u8]) -> bool {
    let mut line = match memmem::find(line, b"]: ") {
        Some(end) if memmem::find(&line[..end], b"haproxy[").is_some() => &line[end + 3..],
        _ => line,
    };
    uvicorn::skip_colors(&mut line);
    let level = uvicorn::LEVELS.iter().find(|level| line.starts_with(level));
    if level.is_some_and(|level| is_level_end(&line[level.len()..])) {
        return memmem::find(line, b" HTTP/").is_none();
    }
    if STARTS.iter().any(|start| line.starts_with(start)) {
        return true;
    }
    let is_timed = line
        .first()
        .is_some_and(|byte| *byte == b'[' || byte.is_ascii_digit());
    // A request, which can contain anything, follows a quotation mark.
    let head = memchr::memchr(b'"', line).map_or(line, |quote| &line[..quote]);
    let names = |levels: &[&[u8]]| {
        levels
            .iter()
            .any(|level| memmem::find(head, level).is_some())
    };
    is_timed && (names(&BRACKETED_LEVELS) || names(&SHORT_LEVELS) || names(&APACHE_LEVELS))
}

/// Returns true if a log level ends before `rest`: `INFO:` with or without colors.
fn is_level_end(mut rest: &[u8]) -> bool {
    uvicorn::skip_colors(&mut rest);
    rest.starts_with(b":")
}

#[cfg(test)]
mod tests {
    use super::is_server_message;

    #[test]
    fn recognizes_messages_of_servers() {
        for line in [
            "Proxy http-in started.",
            "Mar  1 10:00:02 lb haproxy[12]: Server shop/node1 is DOWN, reason: Layer4 timeout.",
            "[NOTICE]   (1) : haproxy version is 2.8.3-86e043a",
            "/docker-entrypoint.sh: Configuration complete; ready for start up",
            "2026/03/01 10:00:00 [notice] 1#1: using the \"epoll\" event method",
            "2026/03/01 10:00:00 [error] 31#31: *46 open() failed, request: \"GET / HTTP/1.1\"",
            "[Sun Mar 01 10:00:00.123456 2026] [mpm_event:notice] [pid 1:tid 1] AH00489: configured",
            "AH00558: httpd: Could not reliably determine the server's name",
            "[Wed Apr 16 16:09:40.056610 2025] [ssl:info] [pid 9:tid 9] AH02006: SSL handshake stopped",
            "[2026-03-01 10:00:00 +0000] [1] [INFO] Starting gunicorn 21.2.0",
            "[2026-03-01 10:00:00.123][1][info][main] [source/server/server.cc:404] initializing",
            "INFO:     Started server process [28720]",
            "\u{1b}[32mINFO\u{1b}[0m:     Application startup complete.",
            "time=\"2026-03-01T10:00:00Z\" level=info msg=\"Configuration loaded\"",
            "2026-03-01T10:00:00Z INF Traefik version 3.0.0",
        ] {
            assert!(is_server_message(line.as_bytes()), "{line}");
        }
        for line in [
            "no log",
            "",
            "192.0.2.1 - - [01/Mrz/2026:10:00:00 +0000] \"GET /[info] HTTP/1.1\" 200 1",
            "INFO:     127.0.0.1:54321 - \"GET / HTTP/1.1\" 200",
            "INFORMATION",
        ] {
            assert!(!is_server_message(line.as_bytes()), "{line}");
        }
    }
}
