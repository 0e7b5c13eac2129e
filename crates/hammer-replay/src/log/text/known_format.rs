//! Known text formats.

use super::program::{FormatProgram, RequestUrls};
use super::variable::{FormatPart, LogField, TimestampedRequestEvent, ValueSyntax};
use super::{apache, compiler, nginx};
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
    Elb,
    OldElb,
    S3,
    OldS3,
    S3WithoutRequest,
    IngressNginx,
    VhostCombined,
    Varnish,
}

impl KnownTextFormat {
    /// Compiles the format.
    pub(crate) fn program(self) -> FormatProgram {
        let compile = |parts, escape| compiler::compile(FormatSource(""), parts, escape);
        let with_urls = |parts, request_urls| {
            let program = compile(parts, EscapeStyle::Backslash);
            program.map(|program| FormatProgram {
                request_urls,
                ..program
            })
        };
        let program = match self {
            Self::Common => compile(clf(false, None), EscapeStyle::Backslash),
            Self::Combined => compile(clf(true, None), EscapeStyle::Backslash),
            Self::TraefikClf => compile(clf(true, Some(traefik)), EscapeStyle::Backslash),
            Self::EnvoyText => compile(envoy(false), EscapeStyle::None),
            Self::IstioText => compile(envoy(true), EscapeStyle::None),
            Self::Alb => with_urls(alb(), RequestUrls::Usual),
            Self::Elb => with_urls(elb(true), RequestUrls::Usual),
            Self::OldElb => with_urls(elb(false), RequestUrls::Usual),
            Self::S3 => compile(s3(S3Record::Current), EscapeStyle::Backslash),
            Self::OldS3 => compile(s3(S3Record::Old), EscapeStyle::Backslash),
            Self::S3WithoutRequest => compile(s3(S3Record::WithoutRequest), EscapeStyle::Backslash),
            Self::IngressNginx => compile(ingress_nginx(), EscapeStyle::Backslash),
            Self::VhostCombined => compile(vhost_combined(), EscapeStyle::Backslash),
            Self::Varnish => with_urls(clf(true, None), RequestUrls::Always),
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

/// The format of AWS Classic Load Balancers, whose first version had no user agent.
///
/// Source: AWS, "Access logs for your Classic Load Balancer": `time` is when the balancer received the
/// request.
fn elb(has_user_agent: bool) -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, field, syntax| push(&mut parts, before, field, syntax);
    let start = LogField::time(TimestampedRequestEvent::Start, TimestampStyle::Iso);
    add("", start, ValueSyntax::Time);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Client, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    for _ in 0..3 {
        let seconds = LogField::PartialDuration(LogTimeUnit::Seconds);
        add(" ", seconds, ValueSyntax::Number);
    }
    add(" ", LogField::Status, ValueSyntax::Number);
    add(" ", LogField::Ignored, ValueSyntax::Number);
    add(" ", LogField::RequestBytes, ValueSyntax::Number);
    add(" ", LogField::ResponseBytes, ValueSyntax::Number);
    add(" \"", LogField::Request, ValueSyntax::FreeText);
    if has_user_agent {
        add("\" \"", LogField::Ignored, ValueSyntax::FreeText);
        add("\" ", LogField::Ignored, ValueSyntax::Word);
        add(" ", LogField::Ignored, ValueSyntax::Word);
    } else {
        FormatPart::push_literal(&mut parts, b"\"");
    }
    parts
}

/// The kinds of lines in a log of S3.
#[derive(Clone, Copy, PartialEq, Eq)]
enum S3Record {
    Current,
    /// Without the host, as before 2019.
    Old,
    /// Of work that no request caused, such as the end of a lifetime.
    WithoutRequest,
}

/// The format of S3 server access logs.
///
/// Source: AWS, "Amazon S3 server access log format": the time is when the request was received. New
/// fields are added at the end.
fn s3(record: S3Record) -> Vec<FormatPart> {
    let mut parts = Vec::new();
    let mut add = |before: &str, field, syntax| push(&mut parts, before, field, syntax);
    let start = LogField::time(TimestampedRequestEvent::Start, TimestampStyle::Clf);
    // Owner and bucket; after the client, requester, request, operation and key.
    add("", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" [", start, ValueSyntax::Time);
    add("] ", LogField::Client, ValueSyntax::Word);
    for _ in 0..4 {
        add(" ", LogField::Ignored, ValueSyntax::Word);
    }
    if record == S3Record::WithoutRequest {
        add(" ", LogField::Request, ValueSyntax::Word);
        add(" ", LogField::Ignored, ValueSyntax::FreeText);
        return parts;
    }
    add(" \"", LogField::Request, ValueSyntax::FreeText);
    add("\" ", LogField::Status, ValueSyntax::Number);
    // The error code.
    add(" ", LogField::Ignored, ValueSyntax::Word);
    add(" ", LogField::ResponseBytes, ValueSyntax::Number);
    // The size of the object; after the duration, the time to the first byte.
    add(" ", LogField::Ignored, ValueSyntax::Number);
    let duration = LogField::Duration(LogTimeUnit::Millis);
    add(" ", duration, ValueSyntax::Number);
    add(" ", LogField::Ignored, ValueSyntax::Number);
    add(" \"", LogField::Ignored, ValueSyntax::FreeText);
    add("\" \"", LogField::Ignored, ValueSyntax::FreeText);
    if record == S3Record::Old {
        add("\" ", LogField::Ignored, ValueSyntax::FreeText);
        return parts;
    }
    // Version, host of S3, version of the signature, cipher and authentication.
    add("\" ", LogField::Ignored, ValueSyntax::Word);
    for _ in 0..4 {
        add(" ", LogField::Ignored, ValueSyntax::Word);
    }
    add(" ", LogField::Host, ValueSyntax::Word);
    add(" ", LogField::Ignored, ValueSyntax::FreeText);
    parts
}

/// The format of Kubernetes' ingress-nginx.
///
/// Source: ingress-nginx, "Log format".
fn ingress_nginx() -> Vec<FormatPart> {
    let format = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
                  \"$http_referer\" \"$http_user_agent\" $request_length $request_time \
                  [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr \
                  $upstream_response_length $upstream_response_time $upstream_status $req_id";
    let parts = nginx::parts(FormatSource(format), format.as_bytes());
    parts.expect("the format has no unclosed name")
}

/// The Combined Log Format after the name and port of the virtual host, which is taken for the host.
///
/// Source: Debian's `apache2.conf`, `vhost_combined`.
fn vhost_combined() -> Vec<FormatPart> {
    let format = r#"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#;
    let parts = apache::parts(FormatSource(format), format.as_bytes());
    let mut parts = parts.expect("the directives are known");
    if let Some(FormatPart::Variable(host)) = parts.first_mut() {
        host.field = LogField::Host;
    }
    parts
}
