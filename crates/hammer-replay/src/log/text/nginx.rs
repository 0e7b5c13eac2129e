//! Variables of nginx's `log_format`.
//!
//! Source: nginx's documentation of ngx_http_log_module, ngx_http_core_module and
//! ngx_http_upstream_module.

use hammer_diagnostic::Diagnostic;

use super::variable::{FormatPart, LogField, TimestampedRequestEvent, ValueSyntax};
use crate::log::FormatSource;
use crate::time::{LogTimeUnit, TimestampStyle};

/// Splits the format string of a `log_format` into its parts.
///
/// # Errors
///
/// If a variable has no name or no closing brace.
pub(super) fn parts(
    source: FormatSource<'_>,
    format: &[u8],
) -> Result<Vec<FormatPart>, Diagnostic> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(at) = memchr::memchr(b'$', rest) {
        FormatPart::push_literal(&mut parts, &rest[..at]);
        let from_dollar = &rest[at..];
        rest = &rest[at + 1..];
        let name;
        (name, rest) = match rest {
            [b'{', braced @ ..] => {
                let end = memchr::memchr(b'}', braced).ok_or_else(|| {
                    source.error_at_rest(from_dollar, "unclosed ${", "a } after the name")
                })?;
                (&braced[..end], &braced[end + 1..])
            }
            _ => {
                let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let end = rest.iter().position(|byte| !in_name(byte));
                rest.split_at(end.unwrap_or(rest.len()))
            }
        };
        let name = std::str::from_utf8(name)
            .ok()
            .filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            source.error_at_rest(
                from_dollar,
                "$ without a name",
                "a variable such as $request",
            )
        })?;
        push_variable(&mut parts, name);
    }
    FormatPart::push_literal(&mut parts, rest);
    Ok(parts)
}

/// Appends a variable. `$uri$is_args$args` is a target in three adjacent parts.
fn push_variable(parts: &mut Vec<FormatPart>, name: &str) {
    if let Some(FormatPart::Variable(last)) = parts.last_mut()
        && matches!(last.field, LogField::Target)
        && matches!(name, "is_args" | "args" | "query_string")
    {
        last.name = format!("{}${name}", last.name);
        return;
    }
    let (field, syntax) = field_and_syntax(name);
    parts.push(FormatPart::variable(&format!("${name}"), field, syntax));
}

fn field_and_syntax(name: &str) -> (LogField, ValueSyntax) {
    use ValueSyntax::{FreeText, List, Number, Time, UserName, Word};
    let end = |style| LogField::time(TimestampedRequestEvent::End, style);
    match name {
        "time_local" => (end(TimestampStyle::Clf), Time),
        "time_iso8601" => (end(TimestampStyle::Iso), Time),
        "msec" => (end(TimestampStyle::Epoch(LogTimeUnit::Seconds)), Time),
        "request_time" => (LogField::Duration(LogTimeUnit::Seconds), Number),
        "request" => (LogField::Request, FreeText),
        "request_uri" | "uri" | "document_uri" => (LogField::Target, FreeText),
        "args" | "query_string" => (LogField::Query, FreeText),
        "request_method" => (LogField::Method, Word),
        "status" => (LogField::Status, Number),
        // Without the headers, as in most other formats.
        "body_bytes_sent" => (LogField::ResponseBytes, Number),
        "content_length" => (LogField::RequestBytes, Number),
        "http_host" | "host" => (LogField::Host, Word),
        "remote_addr" => (LogField::Client, Word),
        "realip_remote_addr" | "proxy_protocol_addr" | "binary_remote_addr" => {
            (LogField::Ignored, Word)
        }
        "remote_user" => (LogField::Ignored, UserName),
        "bytes_sent"
        | "request_length"
        | "connection"
        | "connection_requests"
        | "remote_port"
        | "server_port"
        | "pid"
        | "connection_time"
        | "gzip_ratio"
        | "tcpinfo_rtt"
        | "tcpinfo_rttvar"
        | "proxy_protocol_port" => (LogField::Ignored, Number),
        "scheme" | "server_protocol" | "server_addr" | "server_name" | "hostname" | "pipe"
        | "request_id" | "https" | "ssl_protocol" | "ssl_cipher" | "ssl_session_reused"
        | "request_completion" | "nginx_version" | "limit_rate" | "is_args" | "http2" => {
            (LogField::Ignored, Word)
        }
        name if name.starts_with("upstream_") && !name.contains("_http_") => {
            (LogField::Ignored, List)
        }
        _ => (LogField::Ignored, FreeText),
    }
}
