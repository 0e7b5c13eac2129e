use super::program::FormatProgram;
use super::variable::{FormatPart, LogField, TimestampEvent, ValueSyntax};
use super::{apache, compiler};
use crate::log::EscapeStyle;
use crate::time::{LogTimeUnit, TimestampStyle};

/// Formats of text that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuiltinFormat {
    Common,
    Combined,
    TraefikClf,
    EnvoyText,
    IstioText,
    Alb,
}

impl BuiltinFormat {
    /// Its program.
    pub(crate) fn program(self) -> FormatProgram {
        let program = match self {
            Self::Common => compiler::compile(clf(false, None), EscapeStyle::Backslash),
            Self::Combined => compiler::compile(clf(true, None), EscapeStyle::Backslash),
            Self::TraefikClf => compiler::compile(clf(true, Some(traefik)), EscapeStyle::Backslash),
            Self::EnvoyText => compiler::compile(envoy(false), EscapeStyle::None),
            Self::IstioText => compiler::compile(envoy(true), EscapeStyle::None),
            Self::Alb => {
                compiler::compile(alb(), EscapeStyle::Backslash).map(|program| FormatProgram {
                    absolute_urls: true,
                    ..program
                })
            }
        };
        program.expect("a format of our own says when and what for, and is not ambiguous")
    }
}

/// The Common Log Format, and what others put behind it.
fn clf(combined: bool, more: Option<fn(&mut Vec<FormatPart>)>) -> Vec<FormatPart> {
    let format = if combined {
        r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i""#
    } else {
        r#"%h %l %u %t "%r" %>s %b"#
    };
    let mut parts = apache::parts(format.as_bytes()).expect("Apache's own example");
    if let Some(more) = more {
        more(&mut parts);
    }
    parts
}

/// Source: Traefik, "Access Logs", the Common Log Format with its additions.
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

fn push(parts: &mut Vec<FormatPart>, before: &str, what: LogField, nature: ValueSyntax) {
    FormatPart::push_literal(parts, before.as_bytes());
    parts.push(FormatPart::variable(before, what, nature));
}

/// Source: Envoy, "Access logging", the default format string; Istio, the same with what it adds.
/// Neither escapes anything, but a target has no quotation mark in it (Envoy refuses it).
fn envoy(istio: bool) -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, what, nature| push(&mut parts, before, what, nature);
    let start = LogField::time(TimestampEvent::Start, TimestampStyle::Iso);
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

/// Source: AWS, "Access log entries" of Application Load Balancers. New fields come at the end.
fn alb() -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, what, nature| push(&mut parts, before, what, nature);
    add("", LogField::Ignored, ValueSyntax::Word);
    add(
        " ",
        LogField::time(TimestampEvent::End, TimestampStyle::Iso),
        ValueSyntax::Time,
    );
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Client, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    // Three lengths: until it was sent on, until the answer began, until it was sent. Their sum is what
    // `time` and `request_creation_time` differ by.
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
        LogField::time(TimestampEvent::Start, TimestampStyle::Iso),
        ValueSyntax::Time,
    );
    add(" ", LogField::Ignored, ValueSyntax::FreeText);
    parts
}
