//! Directives of Apache's `LogFormat`.
//!
//! Source: Apache 2.4, "Custom Log Formats" of mod_log_config, and mod_logio.

use hammer_diagnostic::{Diagnostic, excerpt};

use super::variable::{
    FormatPart, LogField, TimestampFormat, TimestampedRequestEvent, ValueSyntax,
};
use crate::log::{FormatSource, shortened};
use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// A directive: its whole text, the part in braces and the letter.
struct ApacheDirective<'f> {
    name: String,
    inner: &'f str,
    letter: &'f str,
}

/// Splits the format string of a `LogFormat` into its parts.
///
/// # Errors
///
/// If it contains an unknown directive.
pub(super) fn parts(
    source: FormatSource<'_>,
    format: &[u8],
) -> Result<Vec<FormatPart>, Diagnostic> {
    let mut parts = Vec::new();
    // Adjacent time directives, such as `%{%FT%T}t.%{msec_frac}t%{%z}t`, form one time.
    let mut open_time: Option<(ApacheDirective<'_>, String)> = None;
    let mut rest = format;
    loop {
        let at = memchr::memchr(b'%', rest);
        let literal = &rest[..at.unwrap_or(rest.len())];
        let Some(at) = at else {
            close_time(source, &mut parts, &mut open_time, literal)?;
            return Ok(parts);
        };
        let text = &rest[at..];
        let (inner, letter, length) = split_directive(&text[1..]).ok_or_else(|| {
            let escaped = text.escape_ascii().to_string();
            let problem = format!("unknown directive {}", excerpt(&escaped));
            source.error_at_rest(text, problem, "a directive such as %r or %{Host}i")
        })?;
        rest = &text[1 + length..];
        let directive = ApacheDirective {
            name: text[..=length].escape_ascii().to_string(),
            inner,
            letter,
        };
        let piece = strftime_piece(&directive);
        match (&mut open_time, piece) {
            (Some((first, format)), Some(piece)) if literal.len() < 4 && !piece.is_empty() => {
                let literal = String::from_utf8_lossy(literal).replace('%', "%%");
                format.push_str(&literal);
                format.push_str(&piece);
                first.name.push_str(&directive.name);
            }
            (_, piece) => {
                close_time(source, &mut parts, &mut open_time, literal)?;
                match piece {
                    Some(piece) if !piece.starts_with("%f") => open_time = Some((directive, piece)),
                    _ if letter == "%" => FormatPart::push_literal(&mut parts, b"%"),
                    _ => push_directive(source, &mut parts, &directive)?,
                }
            }
        }
    }
}

/// Returns a time directive as a part of a `strftime` format, or `None` for other directives.
fn strftime_piece(directive: &ApacheDirective<'_>) -> Option<String> {
    let inner = directive.inner;
    let inner = inner.strip_prefix("begin:").unwrap_or(inner);
    match inner {
        _ if directive.letter != "t" => None,
        "msec_frac" | "usec_frac" => Some("%f".to_owned()),
        format if format.contains('%') && !format.starts_with("end:") => Some(format.to_owned()),
        _ => None,
    }
}

/// Pushes the unfinished time, if there is one, and the literal after it.
fn close_time(
    source: FormatSource<'_>,
    parts: &mut Vec<FormatPart>,
    open_time: &mut Option<(ApacheDirective<'_>, String)>,
    literal: &[u8],
) -> Result<(), Diagnostic> {
    if let Some((ApacheDirective { name, .. }, format)) = open_time.take() {
        let (field, syntax) =
            time_field(&format).map_err(|error| in_directive(source, &name, error))?;
        parts.push(FormatPart::variable(&name, field, syntax));
    }
    FormatPart::push_literal(parts, literal);
    Ok(())
}

/// Returns the part in braces, the letter and the length of the directive.
fn split_directive(text: &[u8]) -> Option<(&str, &str, usize)> {
    let modifier = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'!' | b',' | b'<' | b'>');
    let mut at = text.iter().position(|byte| !modifier(byte))?;
    let mut inner = "";
    if text[at] == b'{' {
        let end = at + memchr::memchr(b'}', &text[at..])?;
        inner = std::str::from_utf8(&text[at + 1..end]).ok()?;
        at = end + 1;
    }
    // Only `%^ti` and `%^to` have more than one letter.
    let length = if text.get(at) == Some(&b'^') { 3 } else { 1 };
    let letter = std::str::from_utf8(text.get(at..at + length)?).ok()?;
    let known = letter == "%" || letter.chars().any(|it| it.is_ascii_alphabetic());
    known.then_some((inner, letter, at + length))
}

fn push_directive(
    source: FormatSource<'_>,
    parts: &mut Vec<FormatPart>,
    directive: &ApacheDirective<'_>,
) -> Result<(), Diagnostic> {
    let ApacheDirective {
        name,
        inner,
        letter,
    } = directive;
    // `%U%q` is a target in two adjacent parts.
    if let Some(FormatPart::Variable(last)) = parts.last_mut()
        && last.field == LogField::Target
        && *letter == "q"
    {
        last.name.push_str(name);
        return Ok(());
    }
    let (field, syntax) = match *letter {
        "t" => time_field(inner).map_err(|error| in_directive(source, name, error))?,
        _ => field_and_syntax(inner, letter),
    };
    // Apache puts brackets around `%t`.
    if *letter == "t" && inner.is_empty() {
        FormatPart::push_literal(parts, b"[");
        parts.push(FormatPart::variable(name, field, syntax));
        FormatPart::push_literal(parts, b"]");
    } else {
        parts.push(FormatPart::variable(name, field, syntax));
    }
    Ok(())
}

/// Adds the directive to an error in its time format.
fn in_directive(source: FormatSource<'_>, name: &str, error: Diagnostic) -> Diagnostic {
    let position = source.position(name);
    error.about(shortened(name)).map_position(|_| position)
}

fn field_and_syntax(inner: &str, letter: &str) -> (LogField, ValueSyntax) {
    use ValueSyntax::{FreeText, Number, UserName, Word};
    match letter {
        "r" => (LogField::Request, FreeText),
        "U" => (LogField::Target, FreeText),
        "q" => (LogField::Query, FreeText),
        "m" => (LogField::Method, Word),
        "s" => (LogField::Status, Number),
        "b" | "B" => (LogField::ResponseBytes, Number),
        "D" => (LogField::Duration(LogTimeUnit::Micros), Number),
        "T" => (
            LogField::Duration(LogTimeUnit::from_name(inner.as_bytes()).unwrap_or_default()),
            Number,
        ),
        "h" | "a" if inner.is_empty() => (LogField::Client, Word),
        "i" if inner.eq_ignore_ascii_case("host") => (LogField::Host, Word),
        "i" if inner.eq_ignore_ascii_case("content-length") => (LogField::RequestBytes, Number),
        "v" | "V" | "H" | "A" | "X" | "L" | "R" | "a" | "h" => (LogField::Ignored, Word),
        "p" | "P" | "k" | "I" | "O" | "S" => (LogField::Ignored, Number),
        "u" | "l" => (LogField::Ignored, UserName),
        _ => (LogField::Ignored, FreeText),
    }
}

/// Returns the field of `%{…}t`: the start of the request, or its end with the prefix `end:`. The
/// position of an error is that of the whole directive.
fn time_field(inner: &str) -> Result<(LogField, ValueSyntax), Diagnostic> {
    let (event, format) = match inner.split_once(':') {
        Some(("begin", format)) => (TimestampedRequestEvent::Start, format),
        Some(("end", format)) => (TimestampedRequestEvent::End, format),
        _ => (TimestampedRequestEvent::Start, inner),
    };
    let epoch = |unit| LogField::time(event, TimestampStyle::Epoch(unit));
    Ok(match format {
        "" => (
            LogField::time(event, TimestampStyle::Clf),
            ValueSyntax::Time,
        ),
        "sec" => (epoch(LogTimeUnit::Seconds), ValueSyntax::Time),
        "msec" => (epoch(LogTimeUnit::Millis), ValueSyntax::Time),
        "usec" => (epoch(LogTimeUnit::Micros), ValueSyntax::Time),
        "msec_frac" => (
            LogField::Fraction(event, LogTimeUnit::Millis),
            ValueSyntax::Number,
        ),
        "usec_frac" => (
            LogField::Fraction(event, LogTimeUnit::Micros),
            ValueSyntax::Number,
        ),
        _ => {
            let strftime = StrftimeFormat::compile(format)?;
            let field = LogField::Time(event, TimestampFormat::Strftime(strftime));
            (field, ValueSyntax::Time)
        }
    })
}
