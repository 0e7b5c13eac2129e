use super::program::FormatProgram;
use super::{apache, compiler, nginx};
use crate::log::EscapeStyle;

/// Compiles a directive of nginx or Apache: the whole line, or its format string behind `nginx:` or
/// `apache:`. None if it looks like neither.
pub(crate) fn compile_directive(text: &str) -> Option<Result<FormatProgram, String>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("log_format") {
        return Some(compile_log_format(rest));
    }
    if let Some(rest) = text.strip_prefix("nginx:") {
        return Some(compile_nginx(rest.as_bytes(), EscapeStyle::Backslash));
    }
    if let Some(rest) = text.strip_prefix("LogFormat") {
        return Some(split_strings(rest).and_then(|strings| match &*strings {
            [(_, format), ..] => compile_apache(format),
            [] => Err("LogFormat has no format behind it".to_owned()),
        }));
    }
    let format = text.strip_prefix("apache:")?;
    Some(compile_apache(format.as_bytes()))
}

/// `log_format NAME [escape=…] 'format' …;`
fn compile_log_format(rest: &str) -> Result<FormatProgram, String> {
    let rest = rest.trim_end().trim_end_matches(';');
    let strings = split_strings(rest)?;
    let Some(((_, _name), mut rest)) = strings.split_first() else {
        return Err("log_format has no name and no format behind it".to_owned());
    };
    let mut escape = EscapeStyle::Backslash;
    if let [(false, word), more @ ..] = rest
        && let Some(how) = word.strip_prefix(b"escape=")
    {
        escape = match how {
            b"default" => EscapeStyle::Backslash,
            b"json" => EscapeStyle::Json,
            b"none" => EscapeStyle::None,
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
    compile_nginx(&format, escape)
}

fn compile_nginx(format: &[u8], escape: EscapeStyle) -> Result<FormatProgram, String> {
    compiler::compile(nginx::parts(format)?, escape)
}

fn compile_apache(format: &[u8]) -> Result<FormatProgram, String> {
    compiler::compile(apache::parts(format)?, EscapeStyle::Backslash)
}

/// Words and strings, as both servers write them; whether each was in quotation marks.
fn split_strings(text: &str) -> Result<Vec<(bool, Vec<u8>)>, String> {
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
