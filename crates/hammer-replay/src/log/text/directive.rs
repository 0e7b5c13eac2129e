use super::program::Program;
use super::{apache, compile, nginx};
use crate::log::Escape;

/// Compiles a directive of nginx or Apache: the whole line, or its format string behind `nginx:` or
/// `apache:`. None if it looks like neither.
pub(crate) fn directive(text: &str) -> Option<Result<Program, String>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("log_format") {
        return Some(log_format(rest));
    }
    if let Some(rest) = text.strip_prefix("nginx:") {
        return Some(nginx_program(rest.as_bytes(), Escape::Backslash));
    }
    if let Some(rest) = text.strip_prefix("LogFormat") {
        return Some(strings(rest).and_then(|strings| match &*strings {
            [(_, format), ..] => apache_program(format),
            [] => Err("LogFormat has no format behind it".to_owned()),
        }));
    }
    let format = text.strip_prefix("apache:")?;
    Some(apache_program(format.as_bytes()))
}

/// `log_format NAME [escape=…] 'format' …;`
fn log_format(rest: &str) -> Result<Program, String> {
    let rest = rest.trim_end().trim_end_matches(';');
    let strings = strings(rest)?;
    let Some(((_, _name), mut rest)) = strings.split_first() else {
        return Err("log_format has no name and no format behind it".to_owned());
    };
    let mut escape = Escape::Backslash;
    if let [(false, word), more @ ..] = rest
        && let Some(how) = word.strip_prefix(b"escape=")
    {
        escape = match how {
            b"default" => Escape::Backslash,
            b"json" => Escape::Json,
            b"none" => Escape::None,
            _ => return Err(format!("escape={} is unknown to nginx", how.escape_ascii())),
        };
        rest = more;
    }
    let format: Vec<u8> = rest
        .iter()
        .flat_map(|(_, string)| string)
        .copied()
        .collect();
    if format.is_empty() {
        return Err("log_format has no format behind its name".to_owned());
    }
    nginx_program(&format, escape)
}

fn nginx_program(format: &[u8], escape: Escape) -> Result<Program, String> {
    compile::compile(nginx::parts(format)?, escape)
}

fn apache_program(format: &[u8]) -> Result<Program, String> {
    compile::compile(apache::parts(format)?, Escape::Backslash)
}

/// Words and strings, as both servers write them; whether each was in quotation marks.
fn strings(text: &str) -> Result<Vec<(bool, Vec<u8>)>, String> {
    let mut strings = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(first) = bytes.next() {
        if first.is_ascii_whitespace() {
            continue;
        }
        let quoted = matches!(first, b'"' | b'\'');
        let mut string = if quoted { Vec::new() } else { vec![first] };
        loop {
            match bytes.next() {
                Some(byte) if quoted && byte == first => break,
                Some(byte) if !quoted && byte.is_ascii_whitespace() => break,
                Some(b'\\') if quoted => match bytes.next() {
                    Some(b'n') => string.push(b'\n'),
                    Some(b't') => string.push(b'\t'),
                    Some(b'r') => string.push(b'\r'),
                    Some(byte) => string.push(byte),
                    None => break,
                },
                Some(byte) => string.push(byte),
                None if quoted => return Err("a quotation mark has no other".to_owned()),
                None => break,
            }
        }
        strings.push((quoted, string));
    }
    Ok(strings)
}
