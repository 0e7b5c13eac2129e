//! What one hit sent and got, as text.

use std::borrow::Cow;
use std::fmt;

use hammer_core::Report;
use hammer_http::{RecordedExchange, RecordedResponse, mask_header, mask_url};

use super::secret_mask::SecretMask;
use crate::text::lines::wrap;
use crate::text::number::{format_count, format_significant};
use crate::text::sanitize;

/// So much of a body is shown.
const MAX_BODY_BYTES: usize = 4096;

/// The steps of a hit, in their order.
const PHASE_ORDER: [&str; 9] = [
    "lookup",
    "connect",
    "proxy",
    "tls",
    "settings",
    "stream_wait",
    "redirect",
    "first_byte",
    "body",
];

/// One hit: each request and its answer, and how long it all took.
pub(super) struct HitTranscript<'a> {
    pub(super) exchanges: &'a [RecordedExchange],
    pub(super) report: &'a Report,
    /// What hides secrets, unless they are to be shown.
    pub(super) mask: Option<SecretMask>,
}

impl fmt::Display for HitTranscript<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for exchange in self.exchanges {
            self.exchange(f, exchange)?;
        }
        f.write_str(&self.result_text())
    }
}

impl HitTranscript<'_> {
    fn exchange(&self, f: &mut fmt::Formatter<'_>, exchange: &RecordedExchange) -> fmt::Result {
        let RecordedExchange {
            method,
            request_target: path,
            ..
        } = exchange;
        // A target that answers in an old version was asked in 1.1 all the same.
        let version = match &exchange.response {
            Some(answer) if answer.version == "HTTP/2" => "HTTP/2",
            _ => "HTTP/1.1",
        };
        let path = match &self.mask {
            None => path.clone(),
            Some(mask) => mask_url(&String::from_utf8_lossy(&mask.hide(path.as_bytes()))),
        };
        writeln!(f, "> {method} {path} {version}")?;
        self.headers(f, ">", &exchange.headers)?;
        // The connection adds it.
        let announced = exchange
            .headers
            .iter()
            .any(|(name, _)| name == "content-length");
        if exchange.body_bytes > 0 && !announced {
            writeln!(f, "> content-length: {}", exchange.body_bytes)?;
        }
        writeln!(f, ">")?;
        self.body(f, "> ", &exchange.body, exchange.body_bytes)?;
        writeln!(f)?;
        match &exchange.response {
            Some(answer) => self.answer(f, answer),
            None => Ok(()),
        }
    }

    fn answer(&self, f: &mut fmt::Formatter<'_>, answer: &RecordedResponse) -> fmt::Result {
        let line = format!("< {} {} {}", answer.version, answer.status, answer.reason);
        writeln!(f, "{}", line.trim_end())?;
        self.headers(f, "<", &answer.headers)?;
        writeln!(f, "<")?;
        match &answer.decoded_body {
            Some(decoded) => {
                writeln!(f, "< ({} bytes, decoded:)", format_count(answer.body_bytes))?;
                self.body(f, "< ", decoded, decoded.len() as u64)?;
            }
            None => self.body(f, "< ", &answer.body, answer.body_bytes)?,
        }
        if !answer.complete {
            writeln!(f, "< (it did not come to its end)")?;
        }
        writeln!(f)
    }

    fn headers(
        &self,
        f: &mut fmt::Formatter<'_>,
        mark: &str,
        headers: &[(String, Vec<u8>)],
    ) -> fmt::Result {
        for (name, value) in headers {
            let shown = match &self.mask {
                None => String::from_utf8_lossy(value),
                Some(mask) => Cow::from(mask_header(name, &mask.hide(value))),
            };
            writeln!(f, "{mark} {name}: {}", sanitize(&shown))?;
        }
        Ok(())
    }

    /// A body of so many bytes, which begins with these.
    fn body(
        &self,
        f: &mut fmt::Formatter<'_>,
        mark: &str,
        prefix: &[u8],
        bytes: u64,
    ) -> fmt::Result {
        let Some(mask) = &self.mask else {
            return body(f, mark, prefix, bytes);
        };
        let hidden = mask.hide(prefix);
        body(
            f,
            mark,
            &hidden,
            bytes - prefix.len() as u64 + hidden.len() as u64,
        )
    }

    /// How the hit ended, and what that took.
    fn result_text(&self) -> String {
        let report = self.report;
        let label = report.labels.keys().next().map_or("", String::as_str);
        let hits = &report.hits;
        let mut text = if hits.ok > 0 {
            wrap("ok", label, 1)
        } else if hits.rejected > 0 {
            wrap("rejected", label, 1)
        } else {
            let failure = report.failures.iter().find(|(_, count)| **count > 0);
            let name = failure.map_or("no hit was sent", |(name, _)| name);
            let advice = report.advice.get(name).map(|advice| format!("   {advice}"));
            let text = format!("{}{}", name.replace('_', " "), advice.unwrap_or_default());
            wrap("failed", &text, 3)
        };
        let mut phases: Vec<&String> = report.phases_us.keys().collect();
        phases.sort_by_key(|name| PHASE_ORDER.iter().position(|known| known == name));
        let mut steps: Vec<String> = vec![];
        for name in phases {
            let step = &report.phases_us[name];
            if step.count > 0 {
                let ms = format_significant(step.mean * step.count as f64 / 1000.0);
                steps.push(format!("{} {ms}", name.replace('_', " ")));
            }
        }
        if report.service_us.count > 0 {
            steps.push(format!(
                "hit {}",
                format_significant(report.service_us.mean / 1000.0)
            ));
        }
        if !steps.is_empty() {
            text.push_str(&wrap("phases, ms", &steps.join("   "), 2));
        }
        for (name, values) in &report.facts {
            let values: Vec<&str> = values.keys().map(String::as_str).collect();
            text.push_str(&wrap(name, &values.join(", "), 1));
        }
        let bytes = &report.bytes;
        if bytes.sent + bytes.received > 0 {
            let bytes = format!(
                "{} sent   {} received",
                format_count(bytes.sent),
                format_count(bytes.received)
            );
            text.push_str(&wrap("bytes", &bytes, 1));
        }
        text
    }
}

/// A body as text, if it is text: the first part of it.
fn body(f: &mut fmt::Formatter<'_>, mark: &str, body: &[u8], bytes: u64) -> fmt::Result {
    if bytes == 0 {
        return Ok(());
    }
    let shown = &body[..body.len().min(MAX_BODY_BYTES)];
    let Some(text) = text(shown) else {
        return writeln!(f, "{mark}({} bytes that are no text)", format_count(bytes));
    };
    for line in text.lines() {
        writeln!(f, "{}", format!("{mark}{line}").trim_end())?;
    }
    match bytes - text.len() as u64 {
        0 => Ok(()),
        more => writeln!(f, "{mark}({} bytes more)", format_count(more)),
    }
}

/// `bytes` as text that a terminal shows and does not obey. A character that is cut at the end is
/// left out.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let obeyed = |char: char| char.is_control() && !matches!(char, '\n' | '\r' | '\t');
    (!text.contains(obeyed)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of `bytes` bytes that begin with these.
    fn shown(begin: &[u8], bytes: u64) -> String {
        struct DisplayedBody<'a>(&'a [u8], u64);
        impl fmt::Display for DisplayedBody<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                body(f, "< ", self.0, self.1)
            }
        }
        DisplayedBody(begin, bytes).to_string()
    }

    #[test]
    fn bodies_are_shown_as_far_as_they_are_text() {
        let table: [(&[u8], u64, &str); 9] = [
            (b"", 0, ""),
            (b"a", 1, "< a\n"),
            (b"a\nb\r\n\n", 6, "< a\n< b\n<\n"),
            (b"a", 2001, "< a\n< (2,000 bytes more)\n"),
            ("ü".as_bytes(), 2, "< ü\n"),
            (&"aü".as_bytes()[..2], 3, "< a\n< (2 bytes more)\n"),
            (b"\xff\xfe", 2, "< (2 bytes that are no text)\n"),
            (b"a\x1b[2J", 5, "< (5 bytes that are no text)\n"),
            (b"a\0", 1000, "< (1,000 bytes that are no text)\n"),
        ];
        for (begin, bytes, expected) in table {
            assert_eq!(shown(begin, bytes), expected, "{}", begin.escape_ascii());
        }
        let long = vec![b'x'; MAX_BODY_BYTES + 5];
        assert!(shown(&long, long.len() as u64).ends_with("x\n< (5 bytes more)\n"));
        assert_eq!(sanitize("a\u{1b}b\u{9b}"), "a\u{fffd}b\u{fffd}");
    }
}
