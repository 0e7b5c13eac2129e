//! The requests and responses of one hit, as text for `--once`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use hammer_core::{HitResult, Label, SingleHitResult};
use hammer_diagnostic::{format_significant, printable};
use hammer_http::{RecordedExchange, RecordedResponse, mask_header, mask_url};

use super::secret_mask::SecretMask;
use crate::text::lines::{SEPARATOR, wrap, wrap_items};
use crate::text::number::format_count;
use crate::text::proxies::proxy_lines;
use crate::text::sanitize;

/// Maximum number of bytes of a body that are shown.
const MAX_BODY_BYTES: usize = 4096;

/// The phases of a hit, in order.
const PHASE_ORDER: [&str; 12] = [
    "lookup",
    "connect",
    "proxy",
    "tls",
    "settings",
    "prepare",
    "connection_wait",
    "stream_wait",
    "redirect",
    "first_byte",
    "body",
    "decode",
];

/// One hit: each request with its response, then the result and the times of the phases.
pub(super) struct HitTranscript<'a> {
    pub(super) exchanges: &'a [RecordedExchange],
    pub(super) hit: &'a SingleHitResult,
    /// Masks secrets. `None` shows them.
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
            request_target,
            ..
        } = exchange;
        // Requests are sent as HTTP/1.1 even if the response is HTTP/1.0.
        let version = match &exchange.response {
            Some(response) if response.version == "HTTP/2" => "HTTP/2",
            _ => "HTTP/1.1",
        };
        let target = match &self.mask {
            None => request_target.clone(),
            Some(mask) => mask_url(&String::from_utf8_lossy(
                &mask.hide(request_target.as_bytes()),
            )),
        };
        writeln!(f, "> {method} {target} {version}")?;
        self.headers(f, ">", &exchange.headers)?;
        // The connection adds the header after recording.
        let has_length = exchange
            .headers
            .iter()
            .any(|(name, _)| name == "content-length");
        if exchange.body_bytes > 0 && !has_length {
            writeln!(f, "> content-length: {}", exchange.body_bytes)?;
        }
        writeln!(f, ">")?;
        self.body(f, "> ", &exchange.body, exchange.body_bytes)?;
        writeln!(f)?;
        match &exchange.response {
            Some(response) => self.response(f, response),
            None => Ok(()),
        }
    }

    fn response(&self, f: &mut fmt::Formatter<'_>, response: &RecordedResponse) -> fmt::Result {
        let line = format!(
            "< {} {} {}",
            response.version, response.status, response.reason
        );
        writeln!(f, "{}", line.trim_end())?;
        self.headers(f, "<", &response.headers)?;
        writeln!(f, "<")?;
        match &response.decoded_body {
            Some(decoded) => {
                writeln!(
                    f,
                    "< ({} bytes, decoded:)",
                    format_count(response.body_bytes)
                )?;
                self.body(f, "< ", decoded, decoded.len() as u64)?;
            }
            None => self.body(f, "< ", &response.body, response.body_bytes)?,
        }
        if !response.complete {
            writeln!(f, "< (incomplete response)")?;
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

    /// Writes a body of `bytes` bytes that starts with `prefix`.
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

    /// The result of the hit and its times.
    fn result_text(&self) -> String {
        let hit = self.hit;
        let mut text = self.ending_text();
        let steps = self.step_times();
        if !steps.is_empty() {
            text.push_str(&wrap_items("phases, ms", &steps.join(SEPARATOR), 2));
        }
        for (name, values) in &hit.facts {
            let values: Vec<String> = values.keys().map(Label::to_string).collect();
            text.push_str(&wrap(name, &values.join(", "), 1));
        }
        text.push_str(&self.address_text());
        let rejected = u64::from(hit.result == HitResult::Rejected);
        text.push_str(&proxy_lines(&hit.proxies, rejected));
        let bytes = hit.bytes;
        if bytes.sent + bytes.received > 0 {
            let bytes = format!(
                "{} sent   {} received",
                format_count(bytes.sent),
                format_count(bytes.received)
            );
            text.push_str(&wrap_items("bytes", &bytes, 1));
        }
        text
    }

    /// The result of the hit with its label, or with the advice for its failure.
    fn ending_text(&self) -> String {
        let hit = self.hit;
        let label = hit
            .label
            .map_or_else(String::new, |label| label.to_string());
        let failure = match hit.result {
            HitResult::Ok => return wrap("ok", &label, 1),
            HitResult::Rejected => return wrap("rejected", &label, 1),
            HitResult::Failed | HitResult::TimedOut => label.replace('_', " "),
            HitResult::Abandoned => "stopped before the hit ended".to_owned(),
            HitResult::Unsent => "no hit was sent".to_owned(),
        };
        let advice = hit
            .advice
            .as_ref()
            .map(|advice| format!("{SEPARATOR}{advice}"));
        wrap(
            "failed",
            &format!("{failure}{}", advice.unwrap_or_default()),
            usize::MAX,
        )
    }

    /// The address that the hit was sent to, with those that it could not connect to.
    fn address_text(&self) -> String {
        let hit = self.hit;
        let Some(address) = hit.address else {
            return String::new();
        };
        let others = hit.failed_attempts.iter();
        let failed: Vec<String> = others
            .filter(|(failed, _)| *failed != address)
            .map(|(address, failure)| format!("{address}: {}", failure.replace('_', " ")))
            .collect();
        let text = match failed.is_empty() {
            true => address.to_string(),
            false => format!("{address} ({})", failed.join(", ")),
        };
        wrap("address", &text, 3)
    }

    /// The total time of each phase in milliseconds, and the time of the hit.
    fn step_times(&self) -> Vec<String> {
        let mut times: Vec<(&str, Duration)> = vec![];
        for (name, time) in &self.hit.phases {
            match times.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += *time,
                None => times.push((*name, *time)),
            }
        }
        times.sort_by_key(|(name, _)| PHASE_ORDER.iter().position(|known| known == name));
        times.extend(self.hit.service.map(|time| ("hit", time)));
        let shown = |(name, time): (&str, Duration)| {
            let ms = format_significant(time.as_secs_f64() * 1000.0);
            format!("{} {ms}", name.replace('_', " "))
        };
        times.into_iter().map(shown).collect()
    }
}

/// Writes the first part of a body that is text, or the size of a binary one.
fn body(f: &mut fmt::Formatter<'_>, mark: &str, body: &[u8], bytes: u64) -> fmt::Result {
    if bytes == 0 {
        return Ok(());
    }
    let shown = &body[..body.len().min(MAX_BODY_BYTES)];
    let Some(text) = text(shown) else {
        return writeln!(f, "{mark}({} bytes of binary data)", format_count(bytes));
    };
    for line in text.lines() {
        let line = line
            .split('\t')
            .map(printable)
            .collect::<Vec<_>>()
            .join("\t");
        writeln!(f, "{}", format!("{mark}{line}").trim_end())?;
    }
    match bytes - text.len() as u64 {
        0 => Ok(()),
        more => writeln!(f, "{mark}({} more bytes)", format_count(more)),
    }
}

/// Decodes a body that is text. A character cut off at the end is omitted.
///
/// A body with control characters other than tabs and line ends is binary.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_binary = |char: char| char.is_control() && !matches!(char, '\n' | '\r' | '\t');
    (!text.contains(is_binary)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renders a body of `bytes` bytes that starts with `begin`.
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
    fn only_text_of_a_body_is_shown() {
        let table: [(&[u8], u64, &str); 10] = [
            (b"", 0, ""),
            (b"a", 1, "< a\n"),
            (b"a\nb\r\n\n", 6, "< a\n< b\n<\n"),
            (b"a", 2001, "< a\n< (2,000 more bytes)\n"),
            ("ü".as_bytes(), 2, "< ü\n"),
            (&"aü".as_bytes()[..2], 3, "< a\n< (2 more bytes)\n"),
            ("a\tb\rc\u{202e}".as_bytes(), 8, "< a\tb\\rc\\u{202e}\n"),
            (b"\xff\xfe", 2, "< (2 bytes of binary data)\n"),
            (b"a\x1b[2J", 5, "< (5 bytes of binary data)\n"),
            (b"a\0", 1000, "< (1,000 bytes of binary data)\n"),
        ];
        for (begin, bytes, expected) in table {
            assert_eq!(shown(begin, bytes), expected, "{}", begin.escape_ascii());
        }
        let long = vec![b'x'; MAX_BODY_BYTES + 5];
        assert!(shown(&long, long.len() as u64).ends_with("x\n< (5 more bytes)\n"));
        assert_eq!(sanitize("a\u{1b}b\u{9b}"), r"a\u{1b}b\u{9b}");
    }
}
