use super::{Entry, Skip, Text};

/// What an entry asked for: the parts of a request that a timeline keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'l> {
    /// The method, never empty.
    pub method: &'l [u8],
    /// The target in origin form, or its part before the question mark. A `*` is one, too.
    pub target: Text<'l>,
    /// What stood behind the question mark, if the log has it apart.
    pub query: Option<Text<'l>>,
    /// The host, if the log tells.
    pub host: Option<Text<'l>>,
}

impl<'l> Asked<'l> {
    /// Takes it out of `entry`.
    ///
    /// # Errors
    ///
    /// If no HTTP client sends such a thing to a server: the reason.
    pub fn of(entry: &Entry<'l>) -> Result<Self, Skip> {
        let (mut method, mut target, mut url) = (entry.method, entry.target, entry.url);
        if let Some(line) = entry.request {
            let (named, asked) = split(line)?;
            method = Some(named);
            // A log whose request lines have whole URLs says so by `url`.
            if url.is_some() {
                url = Some(asked);
            } else {
                target = Some(asked);
            }
        }
        let method = method.map_or(b"GET".as_slice(), Text::written);
        if method.is_empty() || method == b"-" {
            return Err(Skip::NoRequest);
        }
        if !is_token(method) {
            return Err(foreign(method));
        }
        if method == b"CONNECT" {
            return Err(Skip::Connect);
        }
        let mut host = entry.host.filter(|host| !host.is_absent());
        if let Some(whole) = url {
            let (authority, path) = authority_and_path(whole).ok_or(Skip::NoRequest)?;
            host = host.or(authority);
            target = Some(path);
        }
        let target = target.ok_or(Skip::NoRequest)?;
        match target.written() {
            [b'/', ..] | b"*" => {}
            b"" | b"-" => return Err(Skip::NoRequest),
            whole if scheme(whole).is_some() => return Err(Skip::Absolute),
            _ => return Err(Skip::Malformed),
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
fn split(line: Text<'_>) -> Result<(Text<'_>, Text<'_>), Skip> {
    if line.is_absent() {
        return Err(Skip::NoRequest);
    }
    let bytes = line.written();
    let Some(first) = memchr::memchr(b' ', bytes) else {
        return Err(foreign(bytes));
    };
    let (method, rest) = (&bytes[..first], &bytes[first + 1..]);
    if !is_token(method) {
        return Err(foreign(bytes));
    }
    // A target may have blanks in it, which no client should send, and which some servers take.
    let target = match memchr::memrchr(b' ', rest) {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") => &rest[..last],
        _ if rest.starts_with(b"/") => return Err(Skip::Http09),
        _ => return Err(foreign(bytes)),
    };
    Ok((line.part(method), line.part(target)))
}

/// What stands in the place of a request and is none.
fn foreign(bytes: &[u8]) -> Skip {
    // A record of type handshake and version 3, as it is, or as servers escape it; of SSL 2, too.
    let hello: [&[u8]; 5] = [
        b"\x16\x03",
        br"\x16\x03",
        br"\x80",
        b"\x80",
        br"\u0016\u0003",
    ];
    if hello.iter().any(|start| bytes.starts_with(start)) {
        return Skip::Tls;
    }
    Skip::Malformed
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
fn scheme(bytes: &[u8]) -> Option<&[u8]> {
    let colon = bytes.iter().take(16).position(|byte| *byte == b':')?;
    let letters = bytes[..colon].iter().all(u8::is_ascii_alphanumeric);
    bytes[colon + 1..]
        .strip_prefix(b"//")
        .filter(|_| letters && colon > 0)
}

/// A URL's authority, if it has one, and all that comes behind it.
fn authority_and_path(url: Text<'_>) -> Option<(Option<Text<'_>>, Text<'_>)> {
    let bytes = url.written();
    let Some(rest) = scheme(bytes) else {
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
    let host = url.part(host);
    Some((Some(host).filter(|host| !host.is_absent()), url.part(path)))
}

#[cfg(test)]
mod tests {
    use super::{Asked, Entry, Skip, Text};
    use crate::log::Escape;

    fn text(bytes: &[u8]) -> Text<'_> {
        Text::new(bytes, Escape::Backslash)
    }

    #[test]
    fn tells_what_a_request_line_is() {
        type Told<'a> = Result<(&'a str, &'a str), Skip>;
        let table: &[(&[u8], Told<'_>)] = &[
            (b"GET / HTTP/1.1", Ok(("GET", "/"))),
            (b"POST /a b?c=d HTTP/2.0", Ok(("POST", "/a b?c=d"))),
            (b"OPTIONS * HTTP/1.1", Ok(("OPTIONS", "*"))),
            (b"M-SEARCH * HTTP/1.1", Ok(("M-SEARCH", "*"))),
            (b"-", Err(Skip::NoRequest)),
            (b"", Err(Skip::NoRequest)),
            (b"GET /", Err(Skip::Http09)),
            (br"\x16\x03\x01\x02", Err(Skip::Tls)),
            (b"\x16\x03\x01 a", Err(Skip::Tls)),
            (b"CONNECT a:443 HTTP/1.1", Err(Skip::Connect)),
            (b"GET http://a/ HTTP/1.0", Err(Skip::Absolute)),
            (b"GET a HTTP/1.0", Err(Skip::Malformed)),
            (b"GET  HTTP/1.0", Err(Skip::NoRequest)),
            (b"nonsense", Err(Skip::Malformed)),
            (b"G(T / HTTP/1.1", Err(Skip::Malformed)),
        ];
        for (line, expected) in table {
            let entry = Entry {
                request: Some(text(line)),
                ..Entry::default()
            };
            let asked = Asked::of(&entry);
            let asked = asked.map(|asked| (asked.method, asked.target.written()));
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
            let entry = Entry {
                url: Some(text(url.as_bytes())),
                ..Entry::default()
            };
            let asked = Asked::of(&entry).expect(url);
            assert_eq!(
                asked.host.map(Text::written),
                host.map(str::as_bytes),
                "{url}"
            );
            assert_eq!(asked.target.written(), target.as_bytes(), "{url}");
        }
    }
}
