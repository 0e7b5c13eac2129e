//! The request that a log entry describes.

use super::{AbsoluteTargets, EscapedText, LogEntry, SkipReason};

/// The parts of a logged request that a timeline keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedRequest<'l> {
    /// Method, never empty.
    pub method: &'l [u8],
    /// Target in origin form or asterisk form, or its part before the question mark.
    pub target: EscapedText<'l>,
    /// Query, if the log has a separate field for it.
    pub query: Option<EscapedText<'l>>,
    /// Host, if the log has one.
    pub host: Option<EscapedText<'l>>,
}

impl<'l> LoggedRequest<'l> {
    /// Extracts the request of `entry`.
    ///
    /// # Errors
    ///
    /// If the entry has no request that an HTTP client sends to an origin server, or one with an absolute
    /// URL that `absolute` does not keep.
    pub fn from_entry(
        entry: &LogEntry<'l>,
        absolute: &AbsoluteTargets,
    ) -> Result<Self, SkipReason> {
        let (mut method, mut target, mut url) = (entry.method, entry.target, entry.url);
        if let Some(line) = entry.request {
            let (line_method, request) = split_request_line(line)?;
            method = Some(line_method);
            // `url` is set if the request lines of this log contain absolute URLs.
            if url.is_some() {
                url = Some(request);
            } else {
                target = Some(request);
            }
        }
        let method = method.map_or(b"GET".as_slice(), EscapedText::raw);
        if method.is_empty() || method == b"-" {
            return Err(SkipReason::NoRequest);
        }
        if !is_token(method) {
            return Err(classify_non_http(method));
        }
        if method == b"CONNECT" {
            return Err(SkipReason::Connect);
        }
        let mut host = entry.host.filter(|host| !host.is_absent());
        if let Some(url) = url {
            let (authority, path) = authority_and_path(url).ok_or(SkipReason::NoRequest)?;
            host = host.or(authority);
            if host.is_some() && !absolute.keeps_url_of(host) {
                return Err(SkipReason::AbsoluteForm);
            }
            target = Some(path);
        }
        let mut target = target.ok_or(SkipReason::NoRequest)?;
        match target.raw() {
            [b'/', ..] | b"*" => {}
            b"" | b"-" => return Err(SkipReason::NoRequest),
            bytes if after_scheme(bytes).is_some() => {
                let (authority, path) = authority_and_path(target).ok_or(SkipReason::NoRequest)?;
                if !path.raw().starts_with(b"/") || !absolute.keeps(authority) {
                    return Err(SkipReason::AbsoluteForm);
                }
                (host, target) = (authority, path);
            }
            _ => return Err(SkipReason::Malformed),
        }
        // A log can have the query in its target and in a field of its own.
        let has_query = memchr::memchr(b'?', target.raw()).is_some();
        let query = entry.query.filter(|query| !query.is_absent() && !has_query);
        Ok(Self {
            method,
            target,
            query,
            host,
        })
    }
}

/// Splits a request line into its method and target.
fn split_request_line(
    line: EscapedText<'_>,
) -> Result<(EscapedText<'_>, EscapedText<'_>), SkipReason> {
    if line.is_absent() {
        return Err(SkipReason::NoRequest);
    }
    let bytes = line.raw();
    let Some(first) = memchr::memchr(b' ', bytes) else {
        return Err(classify_non_http(bytes));
    };
    let (method, rest) = (&bytes[..first], &bytes[first + 1..]);
    if !is_token(method) {
        return Err(classify_non_http(bytes));
    }
    // Load balancers write `- - - ` or `- http://… - ` if they received no valid request.
    if method == b"-" {
        return Err(SkipReason::NoRequest);
    }
    // Some servers accept a target with spaces, although clients should not send one.
    let target = match memchr::memrchr(b' ', rest) {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") => &rest[..last],
        _ if rest.starts_with(b"/") => return Err(SkipReason::Http09),
        _ => return Err(classify_non_http(bytes)),
    };
    Ok((line.slice(method), line.slice(target)))
}

/// Returns the reason to skip bytes that are not an HTTP request.
fn classify_non_http(bytes: &[u8]) -> SkipReason {
    // A TLS handshake record of version 3, raw or escaped by the server, or an SSL 2 record.
    let hello: [&[u8]; 5] = [
        b"\x16\x03",
        br"\x16\x03",
        br"\x80",
        b"\x80",
        br"\u0016\u0003",
    ];
    if hello.iter().any(|start| bytes.starts_with(start)) {
        return SkipReason::Tls;
    }
    SkipReason::Malformed
}

/// Returns true if `bytes` is a token (RFC 9110, section 5.6.2).
fn is_token(bytes: &[u8]) -> bool {
    const fn table() -> [bool; 256] {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let marks = b"!#$%&'*+-.^_`|~";
        let mut at = 0;
        while at < marks.len() {
            table[marks[at] as usize] = true;
            at += 1;
        }
        table
    }
    static TOKEN: [bool; 256] = table();
    !bytes.is_empty() && bytes.iter().all(|byte| TOKEN[usize::from(*byte)])
}

/// Returns the part after `scheme://`.
fn after_scheme(bytes: &[u8]) -> Option<&[u8]> {
    let colon = bytes.iter().take(16).position(|byte| *byte == b':')?;
    let letters = bytes[..colon].iter().all(u8::is_ascii_alphanumeric);
    bytes[colon + 1..]
        .strip_prefix(b"//")
        .filter(|_| letters && colon > 0)
}

/// Splits a URL into its authority, if it has one, and its path with the query. A URL that is not of HTTP
/// stays whole.
fn authority_and_path(url: EscapedText<'_>) -> Option<(Option<EscapedText<'_>>, EscapedText<'_>)> {
    let bytes = url.raw();
    let Some(rest) = after_scheme(bytes) else {
        return (!url.is_absent()).then_some((None, url));
    };
    let scheme = &bytes[..bytes.len() - rest.len() - b"://".len()];
    let http: [&[u8]; 4] = [b"http", b"https", b"ws", b"wss"];
    if !http.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Some((None, url));
    }
    let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // Credentials are private, so they are left out.
    let host = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    // Load balancers write the port even if the client did not.
    let is_secure = matches!(scheme.len(), 3 | 5);
    let default_port: &[u8] = if is_secure { b":443" } else { b":80" };
    let host = host.strip_suffix(default_port).unwrap_or(host);
    let fragment = memchr::memchr(b'#', path).unwrap_or(path.len());
    let path = match &path[..fragment] {
        b"" => b"/",
        path => path,
    };
    let host = url.slice(host);
    Some((Some(host).filter(|host| !host.is_absent()), url.slice(path)))
}

#[cfg(test)]
mod tests {
    use super::{AbsoluteTargets, EscapedText, LogEntry, LoggedRequest, SkipReason};
    use crate::log::EscapeStyle;

    fn text(bytes: &[u8]) -> EscapedText<'_> {
        EscapedText::new(bytes, EscapeStyle::Backslash)
    }

    #[test]
    fn classifies_request_lines() {
        type ParsedRequestLine<'a> = Result<(&'a str, &'a str), SkipReason>;
        let table: &[(&[u8], ParsedRequestLine<'_>)] = &[
            (b"GET / HTTP/1.1", Ok(("GET", "/"))),
            (b"POST /a b?c=d HTTP/2.0", Ok(("POST", "/a b?c=d"))),
            (b"OPTIONS * HTTP/1.1", Ok(("OPTIONS", "*"))),
            (b"M-SEARCH * HTTP/1.1", Ok(("M-SEARCH", "*"))),
            (b"-", Err(SkipReason::NoRequest)),
            (b"", Err(SkipReason::NoRequest)),
            (b"GET /", Err(SkipReason::Http09)),
            (br"\x16\x03\x01\x02", Err(SkipReason::Tls)),
            (b"\x16\x03\x01 a", Err(SkipReason::Tls)),
            (b"CONNECT a:443 HTTP/1.1", Err(SkipReason::Connect)),
            (b"GET http://a/ HTTP/1.0", Err(SkipReason::AbsoluteForm)),
            (b"GET a HTTP/1.0", Err(SkipReason::Malformed)),
            (b"- - - ", Err(SkipReason::NoRequest)),
            (b"- http://a:80- -", Err(SkipReason::NoRequest)),
            (b"GET  HTTP/1.0", Err(SkipReason::NoRequest)),
            (b"nonsense", Err(SkipReason::Malformed)),
            (b"G(T / HTTP/1.1", Err(SkipReason::Malformed)),
        ];
        for (line, expected) in table {
            let entry = LogEntry {
                request: Some(text(line)),
                ..LogEntry::default()
            };
            let request = LoggedRequest::from_entry(&entry, &AbsoluteTargets::Skip);
            let request = request.map(|request| (request.method, request.target.raw()));
            let expected = expected.map(|(method, target)| (method.as_bytes(), target.as_bytes()));
            assert_eq!(request, expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn splits_urls_into_host_and_target() {
        for (url, host, target) in [
            ("http://a.example/b?c", Some("a.example"), "/b?c"),
            ("https://u:p@a:8443", Some("a:8443"), "/"),
            ("https://a:443/b", Some("a"), "/b"),
            ("https://a/b#c", Some("a"), "/b"),
            ("/b", None, "/b"),
        ] {
            let entry = LogEntry {
                url: Some(text(url.as_bytes())),
                ..LogEntry::default()
            };
            let request = LoggedRequest::from_entry(&entry, &AbsoluteTargets::Skip).expect(url);
            assert_eq!(
                request.host.map(EscapedText::raw),
                host.map(str::as_bytes),
                "{url}"
            );
            assert_eq!(request.target.raw(), target.as_bytes(), "{url}");
        }
    }
}
