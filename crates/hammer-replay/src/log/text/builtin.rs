use super::program::Program;
use super::variable::{Base, Nature, Part, What};
use super::{apache, compile};
use crate::log::Escape;
use crate::time::{Style, Unit};

/// Formats of text that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    Common,
    Combined,
    TraefikClf,
    EnvoyText,
    IstioText,
    Alb,
}

impl Builtin {
    /// Its program.
    pub(crate) fn program(self) -> Program {
        let program = match self {
            Self::Common => compile::compile(clf(false, None), Escape::Backslash),
            Self::Combined => compile::compile(clf(true, None), Escape::Backslash),
            Self::TraefikClf => compile::compile(clf(true, Some(traefik)), Escape::Backslash),
            Self::EnvoyText => compile::compile(envoy(false), Escape::None),
            Self::IstioText => compile::compile(envoy(true), Escape::None),
            Self::Alb => compile::compile(alb(), Escape::Backslash).map(|program| Program {
                urls: true,
                ..program
            }),
        };
        program.expect("a format of our own says when and what for, and is not ambiguous")
    }
}

/// The Common Log Format, and what others put behind it.
fn clf(combined: bool, more: Option<fn(&mut Vec<Part>)>) -> Vec<Part> {
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
fn traefik(parts: &mut Vec<Part>) {
    push(parts, " ", What::Nothing, Nature::Number);
    push(parts, " \"", What::Route, Nature::Free);
    push(parts, "\" \"", What::Nothing, Nature::Free);
    push(parts, "\" ", What::Duration(Unit::Millis), Nature::Number);
    Part::literal(parts, b"ms");
}

fn push(parts: &mut Vec<Part>, before: &str, what: What, nature: Nature) {
    Part::literal(parts, before.as_bytes());
    parts.push(Part::variable(before, what, nature));
}

/// Source: Envoy, "Access logging", the default format string; Istio, the same with what it adds.
/// Neither escapes anything, but a target has no quotation mark in it (Envoy refuses it).
fn envoy(istio: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |before: &str, what, nature| push(&mut parts, before, what, nature);
    let start = What::time(Base::Start, Style::Iso);
    add("[", start, Nature::Time);
    add("] \"", What::Request, Nature::Word);
    add("\" ", What::Status, Nature::Number);
    add(" ", What::Nothing, Nature::Word);
    if istio {
        add(" ", What::Nothing, Nature::Word);
        add(" ", What::Nothing, Nature::Word);
        add(" \"", What::Nothing, Nature::Word);
        add("\" ", What::Body, Nature::Number);
    } else {
        add(" ", What::Body, Nature::Number);
    }
    add(" ", What::Bytes, Nature::Number);
    add(" ", What::Duration(Unit::Millis), Nature::Number);
    add(" ", What::Nothing, Nature::Number);
    add(" \"", What::Client, Nature::Word);
    add("\" \"", What::Nothing, Nature::Name);
    add("\" \"", What::Nothing, Nature::Word);
    add("\" \"", What::Host, Nature::Word);
    add("\" \"", What::Nothing, Nature::Word);
    add("\"", What::Nothing, Nature::Free);
    parts
}

/// Source: AWS, "Access log entries" of Application Load Balancers. New fields come at the end.
fn alb() -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |before: &str, what, nature| push(&mut parts, before, what, nature);
    add("", What::Nothing, Nature::Word);
    add(" ", What::time(Base::End, Style::Iso), Nature::Time);
    add(" ", What::Nothing, Nature::Word);
    add(" ", What::Client, Nature::Word);
    add(" ", What::Nothing, Nature::Word);
    // Three lengths: until it was sent on, until the answer began, until it was sent. Their sum is what
    // `time` and `request_creation_time` differ by.
    add(" ", What::Share(Unit::Seconds), Nature::Number);
    add(" ", What::Share(Unit::Seconds), Nature::Number);
    add(" ", What::Share(Unit::Seconds), Nature::Number);
    add(" ", What::Status, Nature::Number);
    add(" ", What::Nothing, Nature::Number);
    add(" ", What::Body, Nature::Number);
    add(" ", What::Bytes, Nature::Number);
    add(" \"", What::Request, Nature::Free);
    add("\" \"", What::Nothing, Nature::Free);
    add("\" ", What::Nothing, Nature::Word);
    add(" ", What::Nothing, Nature::Word);
    add(" ", What::Nothing, Nature::Word);
    add(" \"", What::Nothing, Nature::Free);
    add("\" \"", What::Host, Nature::Free);
    add("\" \"", What::Nothing, Nature::Free);
    add("\" ", What::Nothing, Nature::Number);
    add(" ", What::time(Base::Start, Style::Iso), Nature::Time);
    add(" ", What::Nothing, Nature::Free);
    parts
}
