//! Log format directives of nginx and Apache.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::program::FormatProgram;
use super::{apache, compiler, nginx};
use crate::log::{EscapeStyle, FormatSource};

/// Compiles a directive of nginx or Apache: the whole line, or its format string after `nginx:` or
/// `apache:`. Returns `None` for other texts.
pub(crate) fn compile_directive(text: &str) -> Option<Result<FormatProgram, Diagnostic>> {
    let source = FormatSource(text);
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("log_format") {
        return Some(compile_log_format(source, rest));
    }
    if let Some(rest) = text.strip_prefix("nginx:") {
        return Some(compile_nginx(
            source,
            rest.as_bytes(),
            EscapeStyle::Backslash,
        ));
    }
    if let Some(rest) = text.strip_prefix("LogFormat") {
        return Some(
            split_strings(source, rest).and_then(|strings| match &*strings {
                [(_, format), ..] => compile_apache(source, format),
                [] => {
                    Err(source
                        .whole_error("LogFormat without a format", "a format string after it"))
                }
            }),
        );
    }
    let format = text.strip_prefix("apache:")?;
    Some(compile_apache(source, format.as_bytes()))
}

/// Compiles the rest of `log_format NAME [escape=…] 'format' …;`.
fn compile_log_format(source: FormatSource<'_>, rest: &str) -> Result<FormatProgram, Diagnostic> {
    let rest = rest.trim_end().trim_end_matches(';');
    let strings = split_strings(source, rest)?;
    let Some(((_, _name), mut rest)) = strings.split_first() else {
        return Err(source.whole_error(
            "log_format without a name",
            "a name and a format string after it",
        ));
    };
    let mut escape = EscapeStyle::Backslash;
    if let [(false, word), more @ ..] = rest
        && let Some(style) = word.strip_prefix(b"escape=")
    {
        escape = match style {
            b"default" => EscapeStyle::Backslash,
            b"json" => EscapeStyle::Json,
            b"none" => EscapeStyle::None,
            _ => {
                let style = style.escape_ascii().to_string();
                let problem = format!("unknown escape {}", excerpt(&style));
                return Err(source.error(&style, problem, "escape=default, json or none"));
            }
        };
        rest = more;
    }
    let format: Vec<u8> = rest
        .iter()
        .flat_map(|(_, string)| string)
        .copied()
        .collect();
    if format.is_empty() {
        return Err(source.whole_error(
            "log_format without a format",
            "a format string after its name",
        ));
    }
    compile_nginx(source, &format, escape)
}

fn compile_nginx(
    source: FormatSource<'_>,
    format: &[u8],
    escape: EscapeStyle,
) -> Result<FormatProgram, Diagnostic> {
    compiler::compile(source, nginx::parts(source, format)?, escape)
}

fn compile_apache(source: FormatSource<'_>, format: &[u8]) -> Result<FormatProgram, Diagnostic> {
    let parts = apache::parts(source, format)?;
    compiler::compile(source, parts, EscapeStyle::Backslash)
}

/// Splits a directive into words and strings. The flag is true for those in quotation marks.
fn split_strings(source: FormatSource<'_>, text: &str) -> Result<Vec<(bool, Vec<u8>)>, Diagnostic> {
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
                None if quoted => {
                    return Err(
                        source.whole_error("unclosed quotation mark", "a closing quotation mark")
                    );
                }
                None => break,
            }
        }
        strings.push((quoted, string));
    }
    Ok(strings)
}
