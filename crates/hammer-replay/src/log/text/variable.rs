use crate::time::{Strftime, Style, Unit};

/// What a variable of a format, a column or a key means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Nothing of use.
    Nothing,
    Client,
    Request,
    Method,
    Target,
    Query,
    Url,
    Host,
    Route,
    Status,
    Bytes,
    Body,
    /// A body in base64.
    Base64,
    Duration(Unit),
    /// One of several lengths whose sum is the duration.
    Share(Unit),
    Time(Base, Format),
    /// A fraction of the second that another variable tells, in this unit.
    Fraction(Base, Unit),
}

/// Which end of a request a stamp tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Base {
    /// When it began to arrive.
    Start,
    /// When it had been answered.
    End,
}

impl Base {
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
pub(crate) enum Format {
    Style(Style),
    Strftime(Strftime),
}

impl What {
    pub(crate) fn time(base: Base, style: Style) -> Self {
        Self::Time(base, Format::Style(style))
    }
}

/// Which bytes a variable's value can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Digits, maybe with a point, or `-`.
    Number,
    /// A time of a style that tells where it ends.
    Time,
    /// No blank within it, nor a quotation mark.
    Word,
    /// Words with `, ` or ` : ` between them: nginx's of several upstreams.
    List,
    /// Hardly ever a blank: the name of a user.
    Name,
    /// Anything, escaped as the server does it.
    Free,
}

/// A variable, by its name in the directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) what: What,
    pub(super) nature: Nature,
}

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(Vec<u8>),
    Variable(Variable),
}

impl Part {
    pub(super) fn variable(name: &str, what: What, nature: Nature) -> Self {
        Self::Variable(Variable {
            name: name.to_owned(),
            what,
            nature,
        })
    }

    /// Appends `bytes` to the literal that `parts` end with.
    pub(super) fn literal(parts: &mut Vec<Self>, bytes: &[u8]) {
        match parts.last_mut() {
            Some(Self::Literal(literal)) => literal.extend_from_slice(bytes),
            _ if bytes.is_empty() => {}
            _ => parts.push(Self::Literal(bytes.to_vec())),
        }
    }
}
