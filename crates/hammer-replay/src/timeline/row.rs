//! A row of a timeline.

use std::io::Write;

/// A row of a timeline: one request, with borrowed texts.
///
/// In the file a row is a JSON object. The key of each field is named below. Unknown values are left
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineRow<'a> {
    /// `t`: arrival in µs since the epoch of the header.
    pub t_us: u64,
    /// `m`: method; GET is left out.
    pub method: &'a str,
    /// `u`: target, byte for byte as received; or `u64` in base64 if it is not UTF-8.
    pub target: &'a [u8],
    /// `h`: requested host, with its port if the client sent one.
    pub host: Option<&'a str>,
    /// `s`: status of the response.
    pub status: Option<u16>,
    /// `d`: duration until the end of the response, in µs.
    pub duration_us: Option<u64>,
    /// `q`: size of the request body in bytes.
    pub body_bytes: Option<u64>,
    /// `b`: size of the response in bytes.
    pub response_bytes: Option<u64>,
    /// `c`: keyed hash of the client, as 16 hexadecimal digits.
    pub client: Option<u64>,
    /// `r`: route that the server chose, such as `/items/{id}`.
    pub route: Option<&'a str>,
}

/// Maximum length of a line.
pub(crate) const MAX_LINE_BYTES: u64 = 1 << 20;
/// Maximum length of the part after a row's time, which is `{"t":` and up to 20 digits.
pub(crate) const MAX_TAIL_BYTES: usize = MAX_LINE_BYTES as usize - 32;

/// Bytes that a JSON string must escape.
const NEEDS_ESCAPE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

impl<'a> TimelineRow<'a> {
    /// Makes a GET of `target` at the epoch. All other values are unknown.
    #[must_use]
    pub fn get(target: &'a [u8]) -> Self {
        Self {
            t_us: 0,
            method: "GET",
            target,
            host: None,
            status: None,
            duration_us: None,
            body_bytes: None,
            response_bytes: None,
            client: None,
            route: None,
        }
    }

    /// Appends the row to `line` as a JSON object, with a line feed.
    pub fn write_json(&self, line: &mut Vec<u8>) {
        write_time(line, self.t_us);
        self.write_tail(line);
    }

    /// Appends the part after the time, which does not depend on the time.
    pub(crate) fn write_tail(&self, line: &mut Vec<u8>) {
        if self.method != "GET" {
            line.extend_from_slice(b",\"m\":");
            write_string(line, self.method);
        }
        match str::from_utf8(self.target) {
            Ok(target) => {
                line.extend_from_slice(b",\"u\":");
                write_string(line, target);
            }
            Err(_) => write_base64_target(line, self.target),
        }
        if let Some(host) = self.host {
            line.extend_from_slice(b",\"h\":");
            write_string(line, host);
        }
        let numbers = [
            (b",\"s\":", self.status.map(u64::from)),
            (b",\"d\":", self.duration_us),
            (b",\"q\":", self.body_bytes),
            (b",\"b\":", self.response_bytes),
        ];
        for (key, value) in numbers {
            if let Some(value) = value {
                line.extend_from_slice(key);
                write_number(line, value);
            }
        }
        if let Some(client) = self.client {
            write_client(line, client);
        }
        if let Some(route) = self.route {
            line.extend_from_slice(b",\"r\":");
            write_string(line, route);
        }
        line.extend_from_slice(b"}\n");
    }
}

/// Appends the part before a row's tail.
pub(crate) fn write_time(line: &mut Vec<u8>, t_us: u64) {
    line.extend_from_slice(b"{\"t\":");
    write_number(line, t_us);
}

fn write_number(line: &mut Vec<u8>, value: u64) {
    line.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn write_string(line: &mut Vec<u8>, text: &str) {
    line.push(b'"');
    let bytes = text.as_bytes();
    if bytes.iter().any(|byte| NEEDS_ESCAPE[usize::from(*byte)]) {
        write_escaped(line, bytes);
    } else {
        line.extend_from_slice(bytes);
    }
    line.push(b'"');
}

fn write_escaped(line: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', byte]),
            _ if NEEDS_ESCAPE[usize::from(byte)] => {
                // Writing to a vector cannot fail.
                let _ = write!(line, "\\u{byte:04x}");
            }
            _ => line.push(byte),
        }
    }
}

fn write_client(line: &mut Vec<u8>, value: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    line.extend_from_slice(b",\"c\":\"");
    line.extend(
        (0..16)
            .rev()
            .map(|digit| DIGITS[(value >> (4 * digit)) as usize & 15]),
    );
    line.push(b'"');
}

#[cold]
fn write_base64_target(line: &mut Vec<u8>, bytes: &[u8]) {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    line.extend_from_slice(b",\"u64\":\"");
    line.extend_from_slice(text.as_bytes());
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::TimelineRow;

    #[test]
    fn unknown_values_are_left_out() {
        let full = TimelineRow {
            t_us: 183_204,
            method: "POST",
            target: b"/b",
            host: Some("shop.example:8080"),
            status: Some(201),
            duration_us: Some(12_034),
            body_bytes: Some(0),
            response_bytes: Some(5),
            client: Some(0xff),
            route: Some("/{x}"),
        };
        let table: [(TimelineRow<'_>, &str); 6] = [
            (TimelineRow::get(b"/"), r#"{"t":0,"u":"/"}"#),
            (
                full,
                r#"{"t":183204,"m":"POST","u":"/b","h":"shop.example:8080","s":201,"d":12034,"q":0,"b":5,"c":"00000000000000ff","r":"/{x}"}"#,
            ),
            (
                TimelineRow::get(b"/\"\\\x01\x7f"),
                "{\"t\":0,\"u\":\"/\\\"\\\\\\u0001\x7f\"}",
            ),
            (TimelineRow::get("/ä".as_bytes()), r#"{"t":0,"u":"/ä"}"#),
            (TimelineRow::get(b"/\xff"), r#"{"t":0,"u64":"L/8="}"#),
            (
                TimelineRow {
                    t_us: u64::MAX,
                    ..TimelineRow::get(b"")
                },
                r#"{"t":18446744073709551615,"u":""}"#,
            ),
        ];
        for (row, json) in table {
            let mut line = Vec::new();
            row.write_json(&mut line);
            assert_eq!(String::from_utf8(line).unwrap(), format!("{json}\n"));
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok());
        }
    }
}
