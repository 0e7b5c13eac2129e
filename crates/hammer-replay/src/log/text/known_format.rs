//! Known text formats.

use super::program::FormatProgram;
use super::variable::{FormatPart, LogField, TimestampedRequestEvent, ValueSyntax};
use super::{apache, compiler};
use crate::log::{EscapeStyle, FormatSource};
use crate::time::{LogTimeUnit, TimestampStyle};

/// A known text format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownTextFormat {
    Common,
    Combined,
    TraefikClf,
    EnvoyText,
    IstioText,
    Alb,
}

impl KnownTextFormat {
    /// Compiles the format.
    pub(crate) fn program(self) -> FormatProgram {
        let compile = |parts, escape| compiler::compile(FormatSource(""), parts, escape);
        let program = match self {
            Self::Common => compile(clf(false, None), EscapeStyle::Backslash),
            Self::Combined => compile(clf(true, None), EscapeStyle::Backslash),
            Self::TraefikClf => compile(clf(true, Some(traefik)), EscapeStyle::Backslash),
            Self::EnvoyText => compile(envoy(false), EscapeStyle::None),
            Self::IstioText => compile(envoy(true), EscapeStyle::None),
            Self::Alb => compile(alb(), EscapeStyle::Backslash).map(|program| FormatProgram {
                absolute_urls: true,
                ..program
            }),
        };
        program.expect("a known format has a time and a target and is not ambiguous")
    }
}

/// The Common or Combined Log Format, with additions at the end.
fn clf(combined: bool, additions: Option<fn(&mut Vec<FormatPart>)>) -> Vec<FormatPart> {
    let format = if combined {
        r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i""#
    } else {
        r#"%h %l %u %t "%r" %>s %b"#
    };
    let parts = apache::parts(FormatSource(format), format.as_bytes());
    let mut parts = parts.expect("Apache's own example");
    if let Some(additions) = additions {
        additions(&mut parts);
    }
    parts
}

/// Appends Traefik's additions to the Combined Log Format.
///
/// Source: Traefik, "Access Logs".
fn traefik(parts: &mut Vec<FormatPart>) {
    push(parts, " ", LogField::Ignored, ValueSyntax::Number);
    push(parts, " \"", LogField::Route, ValueSyntax::FreeText);
    push(parts, "\" \"", LogField::Ignored, ValueSyntax::FreeText);
    push(
        parts,
        "\" ",
        LogField::Duration(LogTimeUnit::Millis),
        ValueSyntax::Number,
    );
    FormatPart::push_literal(parts, b"ms");
}

fn push(parts: &mut Vec<FormatPart>, before: &str, field: LogField, syntax: ValueSyntax) {
    FormatPart::push_literal(parts, before.as_bytes());
    parts.push(FormatPart::variable(before, field, syntax));
}

/// The default format of Envoy, or the one of Istio, which has more fields.
///
/// Source: Envoy, "Access logging", default format string; Istio, "Envoy Access Logs". Neither escapes
/// values, but a target contains no quotation mark, since Envoy rejects it.
fn envoy(istio: bool) -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, field, syntax| push(&mut parts, before, field, syntax);
    let start = LogField::time(TimestampedRequestEvent::Start, TimestampStyle::Iso);
    add("[", start, ValueSyntax::Time);
    add("] \"", LogField::Request, ValueSyntax::Word);
    add("\" ", LogField::Status, ValueSyntax::Number);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    if istio {
        add(" ", LogField::Ignored, ValueSyntax::Word);
        add(" ", LogField::Ignored, ValueSyntax::Word);
        add(" \"", LogField::Ignored, ValueSyntax::Word);
        add("\" ", LogField::RequestBytes, ValueSyntax::Number);
    } else {
        add(" ", LogField::RequestBytes, ValueSyntax::Number);
    }
    add(" ", LogField::ResponseBytes, ValueSyntax::Number);
    add(
        " ",
        LogField::Duration(LogTimeUnit::Millis),
        ValueSyntax::Number,
    );
    add(" ", LogField::Ignored, ValueSyntax::Number);
    add(" \"", LogField::Client, ValueSyntax::Word);
    add("\" \"", LogField::Ignored, ValueSyntax::UserName);
    add("\" \"", LogField::Ignored, ValueSyntax::Word);
    add("\" \"", LogField::Host, ValueSyntax::Word);
    add("\" \"", LogField::Ignored, ValueSyntax::Word);
    add("\"", LogField::Ignored, ValueSyntax::FreeText);
    parts
}

/// The format of AWS Application Load Balancers.
///
/// Source: AWS, "Access log entries". New fields are added at the end.
fn alb() -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, field, syntax| push(&mut parts, before, field, syntax);
    add("", LogField::Ignored, ValueSyntax::Word);
    add(
        " ",
        LogField::time(TimestampedRequestEvent::End, TimestampStyle::Iso),
        ValueSyntax::Time,
    );
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Client, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    // Durations of request processing, target processing and response processing. Their sum is the
    // difference of `time` and `request_creation_time`.
    add(
        " ",
        LogField::PartialDuration(LogTimeUnit::Seconds),
        ValueSyntax::Number,
    );
    add(
        " ",
        LogField::PartialDuration(LogTimeUnit::Seconds),
        ValueSyntax::Number,
    );
    add(
        " ",
        LogField::PartialDuration(LogTimeUnit::Seconds),
        ValueSyntax::Number,
    );
    add(" ", LogField::Status, ValueSyntax::Number);
    add(" ", LogField::Ignored, ValueSyntax::Number);
    add(" ", LogField::RequestBytes, ValueSyntax::Number);
    add(" ", LogField::ResponseBytes, ValueSyntax::Number);
    add(" \"", LogField::Request, ValueSyntax::FreeText);
    add("\" \"", LogField::Ignored, ValueSyntax::FreeText);
    add("\" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" \"", LogField::Ignored, ValueSyntax::FreeText);
    add("\" \"", LogField::Host, ValueSyntax::FreeText);
    add("\" \"", LogField::Ignored, ValueSyntax::FreeText);
    add("\" ", LogField::Ignored, ValueSyntax::Number);
    add(
        " ",
        LogField::time(TimestampedRequestEvent::Start, TimestampStyle::Iso),
        ValueSyntax::Time,
    );
    add(" ", LogField::Ignored, ValueSyntax::FreeText);
    parts
}
