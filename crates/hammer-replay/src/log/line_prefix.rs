//! Prefixes that collectors put before each line of a log.

use memchr::{memchr, memmem};

/// The prefix of each line of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LinePrefix {
    #[default]
    None,
    /// `<190>Mar  1 10:00:02 host nginx[12]: `, with or without the priority, and with any style of time.
    ///
    /// Sources: RFC 3164, section 4.1; `journalctl`, output mode `short`; rsyslog's template
    /// `RSYSLOG_FileFormat`.
    Syslog,
    /// `web-1  | `, of `docker compose logs`.
    Compose,
    /// `2026-03-01T10:00:02.123456789Z `, of `docker logs` and `kubectl logs` with timestamps.
    Time,
}

impl LinePrefix {
    /// All prefixes, in the order in which they are tried.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Syslog, Self::Compose, Self::Time];

    /// Splits `line` into the time that its prefix consists of, and the rest. Returns `None` if the line does
    /// not have this prefix.
    pub(crate) fn split(self, line: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
        match self {
            Self::None => Some((None, line)),
            Self::Syslog => Some((None, after_syslog_header(line)?)),
            Self::Compose => {
                let bar = memmem::find(line.get(..line.len().min(100))?, b" | ")?;
                let name = line[..bar].trim_ascii_end();
                let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
                let is_name = !name.is_empty() && name.iter().all(is_name);
                is_name.then(|| (None, &line[bar + 3..]))
            }
            Self::Time => {
                let end = memchr(b' ', line).filter(|_| is_iso_time(line))?;
                Some((Some(&line[..end]), &line[end + 1..]))
            }
        }
    }
}

fn after_syslog_header(line: &[u8]) -> Option<&[u8]> {
    let line = match line.strip_prefix(b"<") {
        Some(rest) => {
            let end = memchr(b'>', rest).filter(|end| rest[..*end].iter().all(u8::is_ascii_digit));
            &rest[end? + 1..]
        }
        None => line,
    };
    let rest = if is_iso_time(line) {
        &line[memchr(b' ', line)? + 1..]
    } else {
        // `Mar  1 10:00:02 `
        let (time, rest) = line.split_at_checked(16)?;
        let is_time = time[3] == b' ' && time[9] == b':' && time[12] == b':' && time[15] == b' ';
        is_time.then_some(rest)?
    };
    let host = memchr(b' ', rest)?;
    let rest = &rest[host + 1..];
    let tag = memchr(b' ', rest)?;
    rest[..tag].ends_with(b":").then(|| &rest[tag + 1..])
}

fn is_iso_time(line: &[u8]) -> bool {
    matches!(line, [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..])
        && line[..4].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::LinePrefix;

    #[test]
    fn splits_prefixes() {
        let table: &[(LinePrefix, &str, Option<&str>)] = &[
            (LinePrefix::None, "a b", Some("a b")),
            (
                LinePrefix::Syslog,
                "<190>Mar  1 10:00:02 lb nginx: GET /",
                Some("GET /"),
            ),
            (
                LinePrefix::Syslog,
                "Mar 01 10:00:02 lb nginx[12]: GET /",
                Some("GET /"),
            ),
            (
                LinePrefix::Syslog,
                "2026-03-01T10:00:02.125+00:00 lb nginx[12]: GET /",
                Some("GET /"),
            ),
            (LinePrefix::Syslog, "Mar  1 10:00:02 lb GET /", None),
            (LinePrefix::Syslog, "<19", None),
            (LinePrefix::Compose, "web-1  | GET /", Some("GET /")),
            (LinePrefix::Compose, "GET / | x", None),
            (
                LinePrefix::Time,
                "2026-03-01T10:00:02.1Z GET /",
                Some("GET /"),
            ),
            (LinePrefix::Time, "GET /", None),
            (LinePrefix::Time, "", None),
        ];
        for (prefix, line, expected) in table {
            let rest = prefix.split(line.as_bytes()).map(|(_, rest)| rest);
            assert_eq!(rest, expected.map(str::as_bytes), "{line}");
        }
    }
}
