//! Source of what variables mean: nginx's documentation of ngx_http_log_module,
//! ngx_http_core_module and ngx_http_upstream_module.

use super::variable::{Base, Nature, Part, What};
use crate::time::{Style, Unit};

/// The parts of the strings of a `log_format`.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parts(format: &[u8]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some(at) = memchr::memchr(b'$', rest) {
        Part::literal(&mut parts, &rest[..at]);
        rest = &rest[at + 1..];
        let name;
        (name, rest) = match rest {
            [b'{', inner @ ..] => {
                let end = memchr::memchr(b'}', inner).ok_or("a ${ has no }")?;
                (&inner[..end], &inner[end + 1..])
            }
            _ => {
                let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let end = rest.iter().position(|byte| !letter(byte));
                rest.split_at(end.unwrap_or(rest.len()))
            }
        };
        let name = std::str::from_utf8(name)
            .ok()
            .filter(|name| !name.is_empty());
        let name = name.ok_or("a $ has no name behind it")?;
        push(&mut parts, name);
    }
    Part::literal(&mut parts, rest);
    Ok(parts)
}

/// `$uri$is_args$args` is a target in three parts, with nothing between them.
fn push(parts: &mut Vec<Part>, name: &str) {
    if let Some(Part::Variable(last)) = parts.last_mut()
        && matches!(last.what, What::Target)
        && matches!(name, "is_args" | "args" | "query_string")
    {
        last.name = format!("{}${name}", last.name);
        return;
    }
    let (what, nature) = meaning(name);
    parts.push(Part::variable(&format!("${name}"), what, nature));
}

fn meaning(name: &str) -> (What, Nature) {
    use Nature::{Free, List, Name, Number, Time, Word};
    let end = |style| What::time(Base::End, style);
    match name {
        "time_local" => (end(Style::Clf), Time),
        "time_iso8601" => (end(Style::Iso), Time),
        "msec" => (end(Style::Epoch(Unit::Seconds)), Time),
        "request_time" => (What::Duration(Unit::Seconds), Number),
        "request" => (What::Request, Free),
        "request_uri" | "uri" | "document_uri" => (What::Target, Free),
        "args" | "query_string" => (What::Query, Free),
        "request_method" => (What::Method, Word),
        "status" => (What::Status, Number),
        // Without the head, as most other logs count.
        "body_bytes_sent" => (What::Bytes, Number),
        "content_length" => (What::Body, Number),
        "http_host" | "host" => (What::Host, Word),
        "remote_addr" => (What::Client, Word),
        "realip_remote_addr" | "proxy_protocol_addr" | "binary_remote_addr" => {
            (What::Nothing, Word)
        }
        "remote_user" => (What::Nothing, Name),
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
        | "proxy_protocol_port" => (What::Nothing, Number),
        "scheme" | "server_protocol" | "server_addr" | "server_name" | "hostname" | "pipe"
        | "request_id" | "https" | "ssl_protocol" | "ssl_cipher" | "ssl_session_reused"
        | "request_completion" | "nginx_version" | "limit_rate" | "is_args" | "http2" => {
            (What::Nothing, Word)
        }
        name if name.starts_with("upstream_") && !name.contains("_http_") => (What::Nothing, List),
        _ => (What::Nothing, Free),
    }
}
