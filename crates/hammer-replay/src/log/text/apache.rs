//! Source of what directives mean: Apache 2.4, "Custom Log Formats" of mod_log_config, and mod_logio.

use super::variable::{Base, Format, Nature, Part, What};
use crate::time::{Strftime, Style, Unit};

/// A directive: its name, what stands in braces, and the letter.
struct Directive<'f> {
    name: String,
    inner: &'f str,
    letter: &'f str,
}

/// The parts of the string of a `LogFormat`.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parts(format: &[u8]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    // A time in several directives, such as `%{%FT%T}t.%{msec_frac}t%{%z}t`, is one.
    let mut open: Option<(Directive<'_>, String)> = None;
    let mut rest = format;
    loop {
        let at = memchr::memchr(b'%', rest);
        let literal = &rest[..at.unwrap_or(rest.len())];
        let Some(at) = at else {
            close(&mut parts, &mut open, literal)?;
            return Ok(parts);
        };
        let text = &rest[at..];
        let (inner, letter, length) = split(&text[1..])
            .ok_or_else(|| format!("\"{}\" is no directive", text.escape_ascii()))?;
        rest = &text[1 + length..];
        let directive = Directive {
            name: text[..=length].escape_ascii().to_string(),
            inner,
            letter,
        };
        let piece = strftime_of(&directive);
        match (&mut open, piece) {
            (Some((first, format)), Some(piece)) if literal.len() < 4 && !piece.is_empty() => {
                let literal = String::from_utf8_lossy(literal).replace('%', "%%");
                format.push_str(&literal);
                format.push_str(&piece);
                first.name.push_str(&directive.name);
            }
            (_, piece) => {
                close(&mut parts, &mut open, literal)?;
                match piece {
                    Some(piece) if !piece.starts_with("%f") => open = Some((directive, piece)),
                    _ if letter == "%" => Part::literal(&mut parts, b"%"),
                    _ => push(&mut parts, &directive)?,
                }
            }
        }
    }
}

/// What a directive adds to a time that `strftime` writes; none if it is none of that.
fn strftime_of(directive: &Directive<'_>) -> Option<String> {
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
fn close(
    parts: &mut Vec<Part>,
    open: &mut Option<(Directive<'_>, String)>,
    literal: &[u8],
) -> Result<(), String> {
    if let Some((Directive { name, .. }, format)) = open.take() {
        let (what, nature) = time(&format).map_err(|why| format!("{name}: {why}"))?;
        parts.push(Part::variable(&name, what, nature));
    }
    Part::literal(parts, literal);
    Ok(())
}

/// What stands in braces, the letter, and the length of both.
fn split(text: &[u8]) -> Option<(&str, &str, usize)> {
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

fn push(parts: &mut Vec<Part>, directive: &Directive<'_>) -> Result<(), String> {
    let Directive {
        name,
        inner,
        letter,
    } = directive;
    // `%U%q` is a target in two parts, with nothing between them.
    if let Some(Part::Variable(last)) = parts.last_mut()
        && last.what == What::Target
        && *letter == "q"
    {
        last.name.push_str(name);
        return Ok(());
    }
    let (what, nature) = match *letter {
        "t" => time(inner).map_err(|why| format!("{name}: {why}"))?,
        _ => meaning(inner, letter),
    };
    // `%t` has brackets of its own.
    if *letter == "t" && inner.is_empty() {
        Part::literal(parts, b"[");
        parts.push(Part::variable(name, what, nature));
        Part::literal(parts, b"]");
    } else {
        parts.push(Part::variable(name, what, nature));
    }
    Ok(())
}

fn meaning(inner: &str, letter: &str) -> (What, Nature) {
    use Nature::{Free, Name, Number, Word};
    match letter {
        "r" => (What::Request, Free),
        "U" => (What::Target, Free),
        "q" => (What::Query, Free),
        "m" => (What::Method, Word),
        "s" => (What::Status, Number),
        "b" | "B" => (What::Bytes, Number),
        "D" => (What::Duration(Unit::Micros), Number),
        "T" => (
            What::Duration(Unit::named(inner.as_bytes()).unwrap_or_default()),
            Number,
        ),
        "h" | "a" if inner.is_empty() => (What::Client, Word),
        "i" if inner.eq_ignore_ascii_case("host") => (What::Host, Word),
        "i" if inner.eq_ignore_ascii_case("content-length") => (What::Body, Number),
        "v" | "V" | "H" | "A" | "X" | "L" | "R" | "a" | "h" => (What::Nothing, Word),
        "p" | "P" | "k" | "I" | "O" | "S" => (What::Nothing, Number),
        "u" | "l" => (What::Nothing, Name),
        _ => (What::Nothing, Free),
    }
}

/// `%{…}t`: when the request began, unless it says `end:`.
fn time(inner: &str) -> Result<(What, Nature), String> {
    let (base, format) = match inner.split_once(':') {
        Some(("begin", format)) => (Base::Start, format),
        Some(("end", format)) => (Base::End, format),
        _ => (Base::Start, inner),
    };
    let epoch = |unit| What::time(base, Style::Epoch(unit));
    Ok(match format {
        "" => (What::time(base, Style::Clf), Nature::Time),
        "sec" => (epoch(Unit::Seconds), Nature::Time),
        "msec" => (epoch(Unit::Millis), Nature::Time),
        "usec" => (epoch(Unit::Micros), Nature::Time),
        "msec_frac" => (What::Fraction(base, Unit::Millis), Nature::Number),
        "usec_frac" => (What::Fraction(base, Unit::Micros), Nature::Number),
        _ => {
            let strftime = Strftime::new(format.as_bytes())?;
            let what = What::Time(base, Format::Strftime(strftime));
            (what, Nature::Time)
        }
    })
}
