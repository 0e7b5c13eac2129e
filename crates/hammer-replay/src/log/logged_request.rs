use super::{EscapedText, LogEntry, SkipReason};

/// What an entry asked for: the parts of a request that a timeline keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedRequest<'l> {
    /// The method, never empty.
    pub method: &'l [u8],
    /// The target in origin form, or its part before the question mark. A `*` is one, too.
    pub target: EscapedText<'l>,
    /// What stood behind the question mark, if the log has it apart.
    pub query: Option<EscapedText<'l>>,
    /// The host, if the log tells.
    pub host: Option<EscapedText<'l>>,
}

impl<'l> LoggedRequest<'l> {
    /// Takes it out of `entry`.
    ///
    /// # Errors
    ///
    /// If no HTTP client sends such a thing to a server: the reason.
    pub fn from_entry(entry: &LogEntry<'l>) -> Result<Self, SkipReason> {
        let (mut method, mut target, mut url) = (entry.method, entry.target, entry.url);
        if let Some(line) = entry.request {
            let (named, asked) = split_request_line(line)?;
            method = Some(named);
            // A log whose request lines have whole URLs says so by `url`.
            if url.is_some() {
                url = Some(asked);
            } else {
                target = Some(asked);
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
        if let Some(whole) = url {
            let (authority, path) = authority_and_path(whole).ok_or(SkipReason::NoRequest)?;
            host = host.or(authority);
            target = Some(path);
        }
        let target = target.ok_or(SkipReason::NoRequest)?;
        match target.raw() {
            [b'/', ..] | b"*" => {}
            b"" | b"-" => return Err(SkipReason::NoRequest),
            whole if after_scheme(whole).is_some() => return Err(SkipReason::AbsoluteForm),
            _ => return Err(SkipReason::Malformed),
        }
        Ok(Self {
            method,
            target,
            query: entry.query.filter(|query| !query.is_absent()),
            host,
        })
    }
}

/// Method and target of a request line.
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
    // A target may have blanks in it, which no client should send, and which some servers take.
    let target = match memchr::memrchr(b' ', rest) {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") => &rest[..last],
        _ if rest.starts_with(b"/") => return Err(SkipReason::Http09),
        _ => return Err(classify_non_http(bytes)),
    };
    Ok((line.slice(method), line.slice(target)))
}

/// What stands in the place of a request and is none.
fn classify_non_http(bytes: &[u8]) -> SkipReason {
    // A record of type handshake and version 3, as it is, or as servers escape it; of SSL 2, too.
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

/// RFC 9110, section 5.6.2.
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

/// What follows `scheme://`.
fn after_scheme(bytes: &[u8]) -> Option<&[u8]> {
    let colon = bytes.iter().take(16).position(|byte| *byte == b':')?;
    let letters = bytes[..colon].iter().all(u8::is_ascii_alphanumeric);
    bytes[colon + 1..]
        .strip_prefix(b"//")
        .filter(|_| letters && colon > 0)
}

/// A URL's authority, if it has one, and all that comes behind it.
fn authority_and_path(url: EscapedText<'_>) -> Option<(Option<EscapedText<'_>>, EscapedText<'_>)> {
    let bytes = url.raw();
    let Some(rest) = after_scheme(bytes) else {
        return (!url.is_absent()).then_some((None, url));
    };
    let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // Who logs in does so by name, which is nobody's business.
    let host = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    // Load balancers write a port, whether it was asked for or not.
    let usual: &[u8] = if bytes.starts_with(b"https:") {
        b":443"
    } else {
        b":80"
    };
    let host = host.strip_suffix(usual).unwrap_or(host);
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
    use super::{EscapedText, LogEntry, LoggedRequest, SkipReason};
    use crate::log::EscapeStyle;

    fn text(bytes: &[u8]) -> EscapedText<'_> {
        EscapedText::new(bytes, EscapeStyle::Backslash)
    }

    #[test]
    fn tells_what_a_request_line_is() {
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
            (b"GET  HTTP/1.0", Err(SkipReason::NoRequest)),
            (b"nonsense", Err(SkipReason::Malformed)),
            (b"G(T / HTTP/1.1", Err(SkipReason::Malformed)),
        ];
        for (line, expected) in table {
            let entry = LogEntry {
                request: Some(text(line)),
                ..LogEntry::default()
            };
            let asked = LoggedRequest::from_entry(&entry);
            let asked = asked.map(|asked| (asked.method, asked.target.raw()));
            let expected = expected.map(|(method, target)| (method.as_bytes(), target.as_bytes()));
            assert_eq!(asked, expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn takes_urls_apart() {
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
            let asked = LoggedRequest::from_entry(&entry).expect(url);
            assert_eq!(
                asked.host.map(EscapedText::raw),
                host.map(str::as_bytes),
                "{url}"
            );
            assert_eq!(asked.target.raw(), target.as_bytes(), "{url}");
        }
    }
}
