use crate::time::{LogTimeUnit, StrftimeFormat, TimestampStyle};

/// What a variable of a format, a column or a key means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LogField {
    /// Nothing of use.
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
    /// A body in base64.
    Base64Body,
    Duration(LogTimeUnit),
    /// One of several lengths whose sum is the duration.
    PartialDuration(LogTimeUnit),
    Time(TimestampEvent, TimestampFormat),
    /// A fraction of the second that another variable tells, in this unit.
    Fraction(TimestampEvent, LogTimeUnit),
}

/// Which end of a request a stamp tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TimestampEvent {
    /// When it began to arrive.
    Start,
    /// When it had been answered.
    End,
}

impl TimestampEvent {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TimestampFormat {
    Style(TimestampStyle),
    Strftime(StrftimeFormat),
}

impl LogField {
    pub(crate) fn time(base: TimestampEvent, style: TimestampStyle) -> Self {
        Self::Time(base, TimestampFormat::Style(style))
    }
}

/// Which bytes a variable's value can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueSyntax {
    /// Digits, maybe with a point, or `-`.
    Number,
    /// A time of a style that tells where it ends.
    Time,
    /// No blank within it, nor a quotation mark.
    Word,
    /// Words with `, ` or ` : ` between them: nginx's of several upstreams.
    List,
    /// Hardly ever a blank: the name of a user.
    UserName,
    /// Anything, escaped as the server does it.
    FreeText,
}

/// A variable, by its name in the directive.
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
    pub(super) fn variable(name: &str, what: LogField, nature: ValueSyntax) -> Self {
        Self::Variable(FormatVariable {
            name: name.to_owned(),
            field: what,
            syntax: nature,
        })
    }

    /// Appends `bytes` to the literal that `parts` end with.
    pub(super) fn push_literal(parts: &mut Vec<Self>, bytes: &[u8]) {
        match parts.last_mut() {
            Some(Self::Literal(literal)) => literal.extend_from_slice(bytes),
            _ if bytes.is_empty() => {}
            _ => parts.push(Self::Literal(bytes.to_vec())),
        }
    }
}
