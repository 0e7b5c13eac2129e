//! Source of what directives mean: Apache 2.4, "Custom Log Formats" of mod_log_config, and mod_logio.

use super::variable::{FormatPart, LogField, TimestampEvent, TimestampFormat, ValueSyntax};
use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// A directive: its name, what stands in braces, and the letter.
struct ApacheDirective<'f> {
    name: String,
    inner: &'f str,
    letter: &'f str,
}

/// The parts of the string of a `LogFormat`.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parts(format: &[u8]) -> Result<Vec<FormatPart>, String> {
    let mut parts = Vec::new();
    // A time in several directives, such as `%{%FT%T}t.%{msec_frac}t%{%z}t`, is one.
    let mut open: Option<(ApacheDirective<'_>, String)> = None;
    let mut rest = format;
    loop {
        let at = memchr::memchr(b'%', rest);
        let literal = &rest[..at.unwrap_or(rest.len())];
        let Some(at) = at else {
            close_time(&mut parts, &mut open, literal)?;
            return Ok(parts);
        };
        let text = &rest[at..];
        let (inner, letter, length) = split_directive(&text[1..])
            .ok_or_else(|| format!("\"{}\" is no directive", text.escape_ascii()))?;
        rest = &text[1 + length..];
        let directive = ApacheDirective {
            name: text[..=length].escape_ascii().to_string(),
            inner,
            letter,
        };
        let piece = strftime_piece(&directive);
        match (&mut open, piece) {
            (Some((first, format)), Some(piece)) if literal.len() < 4 && !piece.is_empty() => {
                let literal = String::from_utf8_lossy(literal).replace('%', "%%");
                format.push_str(&literal);
                format.push_str(&piece);
                first.name.push_str(&directive.name);
            }
            (_, piece) => {
                close_time(&mut parts, &mut open, literal)?;
                match piece {
                    Some(piece) if !piece.starts_with("%f") => open = Some((directive, piece)),
                    _ if letter == "%" => FormatPart::push_literal(&mut parts, b"%"),
                    _ => push_directive(&mut parts, &directive)?,
                }
            }
        }
    }
}

/// What a directive adds to a time that `strftime` writes; none if it is none of that.
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

/// Pushes the time that is open, if one is, and the literal behind it.
fn close_time(
    parts: &mut Vec<FormatPart>,
    open: &mut Option<(ApacheDirective<'_>, String)>,
    literal: &[u8],
) -> Result<(), String> {
    if let Some((ApacheDirective { name, .. }, format)) = open.take() {
        let (what, nature) = time_field(&format).map_err(|why| format!("{name}: {why}"))?;
        parts.push(FormatPart::variable(&name, what, nature));
    }
    FormatPart::push_literal(parts, literal);
    Ok(())
}

/// What stands in braces, the letter, and the length of both.
fn split_directive(text: &[u8]) -> Option<(&str, &str, usize)> {
    let modifier = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'!' | b',' | b'<' | b'>');
    let mut at = text.iter().position(|byte| !modifier(byte))?;
    let mut inner = "";
    if text[at] == b'{' {
        let end = at + memchr::memchr(b'}', &text[at..])?;
        inner = std::str::from_utf8(&text[at + 1..end]).ok()?;
        at = end + 1;
    }
    // `%^ti` and `%^to` are the only ones with more than a letter.
    let length = if text.get(at) == Some(&b'^') { 3 } else { 1 };
    let letter = std::str::from_utf8(text.get(at..at + length)?).ok()?;
    let known = letter == "%" || letter.chars().any(|it| it.is_ascii_alphabetic());
    known.then_some((inner, letter, at + length))
}

fn push_directive(
    parts: &mut Vec<FormatPart>,
    directive: &ApacheDirective<'_>,
) -> Result<(), String> {
    let ApacheDirective {
        name,
        inner,
        letter,
    } = directive;
    // `%U%q` is a target in two parts, with nothing between them.
    if let Some(FormatPart::Variable(last)) = parts.last_mut()
        && last.field == LogField::Target
        && *letter == "q"
    {
        last.name.push_str(name);
        return Ok(());
    }
    let (what, nature) = match *letter {
        "t" => time_field(inner).map_err(|why| format!("{name}: {why}"))?,
        _ => field_and_syntax(inner, letter),
    };
    // `%t` has brackets of its own.
    if *letter == "t" && inner.is_empty() {
        FormatPart::push_literal(parts, b"[");
        parts.push(FormatPart::variable(name, what, nature));
        FormatPart::push_literal(parts, b"]");
    } else {
        parts.push(FormatPart::variable(name, what, nature));
    }
    Ok(())
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

/// `%{…}t`: when the request began, unless it says `end:`.
fn time_field(inner: &str) -> Result<(LogField, ValueSyntax), String> {
    let (base, format) = match inner.split_once(':') {
        Some(("begin", format)) => (TimestampEvent::Start, format),
        Some(("end", format)) => (TimestampEvent::End, format),
        _ => (TimestampEvent::Start, inner),
    };
    let epoch = |unit| LogField::time(base, TimestampStyle::Epoch(unit));
    Ok(match format {
        "" => (LogField::time(base, TimestampStyle::Clf), ValueSyntax::Time),
        "sec" => (epoch(LogTimeUnit::Seconds), ValueSyntax::Time),
        "msec" => (epoch(LogTimeUnit::Millis), ValueSyntax::Time),
        "usec" => (epoch(LogTimeUnit::Micros), ValueSyntax::Time),
        "msec_frac" => (
            LogField::Fraction(base, LogTimeUnit::Millis),
            ValueSyntax::Number,
        ),
        "usec_frac" => (
            LogField::Fraction(base, LogTimeUnit::Micros),
            ValueSyntax::Number,
        ),
        _ => {
            let strftime = StrftimeFormat::compile(format.as_bytes())?;
            let what = LogField::Time(base, TimestampFormat::Strftime(strftime));
            (what, ValueSyntax::Time)
        }
    })
}
