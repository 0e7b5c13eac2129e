//! Variables of text formats: their fields and the syntax of their values.

use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// The field of a log entry that a variable, a column or a key sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogField {
    /// Not used.
    Ignored,
    Client,
    Request,
    Method,
    Target,
    Query,
    Url,
    Host,
    Route,
    Status,
    ResponseBytes,
    RequestBytes,
    /// A body in base64, of which only the size is used.
    Base64Body,
    Duration(LogTimeUnit),
    /// One of several durations that add up.
    PartialDuration(LogTimeUnit),
    Time(TimestampedRequestEvent, TimestampFormat),
    /// The fraction of a second whose whole part is in another variable.
    Fraction(TimestampedRequestEvent, LogTimeUnit),
}

/// The event of a request that a timestamp records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TimestampedRequestEvent {
    /// The start of the request.
    Start,
    /// The end of the response.
    End,
}

impl TimestampedRequestEvent {
    /// Returns `start` or `end`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// The format of a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TimestampFormat {
    Style(TimestampStyle),
    Strftime(StrftimeFormat),
}

impl LogField {
    pub(crate) fn time(event: TimestampedRequestEvent, style: TimestampStyle) -> Self {
        Self::Time(event, TimestampFormat::Style(style))
    }
}

/// The bytes that the value of a variable can contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueSyntax {
    /// Digits with an optional decimal point, or `-`.
    Number,
    /// A time, whose style determines its end.
    Time,
    /// No space and no quotation mark.
    Word,
    /// Words separated by `, ` or ` : `, which nginx writes for several upstreams.
    List,
    /// A user name, which rarely contains a space.
    UserName,
    /// Any bytes, escaped by the server.
    FreeText,
}

/// A variable of a format with its name in the directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormatVariable {
    pub(super) name: String,
    pub(super) field: LogField,
    pub(super) syntax: ValueSyntax,
}

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormatPart {
    Literal(Vec<u8>),
    Variable(FormatVariable),
}

impl FormatPart {
    pub(super) fn variable(name: &str, field: LogField, syntax: ValueSyntax) -> Self {
        Self::Variable(FormatVariable {
            name: name.to_owned(),
            field,
            syntax,
        })
    }

    /// Appends `bytes` to the literal at the end of `parts`.
    pub(super) fn push_literal(parts: &mut Vec<Self>, bytes: &[u8]) {
        match parts.last_mut() {
            Some(Self::Literal(literal)) => literal.extend_from_slice(bytes),
            _ if bytes.is_empty() => {}
            _ => parts.push(Self::Literal(bytes.to_vec())),
        }
    }
}
