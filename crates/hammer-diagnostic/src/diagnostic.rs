//! The description of what is wrong with a text.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::{excerpt, nearest};

/// The maximum number of known words that a message lists.
const MAX_LISTED: usize = 32;

/// A description of what is wrong with a text: where, what was found, and what was expected.
///
/// It describes errors in rates, durations, thresholds, templates, regular expressions, plans and
/// log formats. Its message is one line, `PROBLEM; expected …` or `PROBLEM (HINT)`, and has no
/// position: a caller shows that with carets, or as `FILE:LINE:COLUMN:` before the message.
///
/// ```
/// use hammer_diagnostic::Diagnostic;
///
/// let text = "timeuot = 5";
/// let error = Diagnostic::unknown(0..7, "key", "timeuot", ["rate", "timeout"]).in_input(text);
/// assert_eq!(error.to_string(), "unknown key 'timeuot'; expected 'timeout'");
/// assert_eq!(error.found(), Some("timeuot"));
/// assert_eq!(error.nearest(), Some("timeout"));
/// assert_eq!(error.line_column(), Some((1, 1)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    position: Range<usize>,
    problem: Cow<'static, str>,
    remedy: Remedy,
    /// Bytes of the start of the problem that name its kind, without anything of the text.
    kind_bytes: u16,
    input: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Remedy {
    None,
    /// A noun phrase after "expected".
    Expected(Cow<'static, str>),
    /// A known word in place of the one that was found.
    Nearest(String),
    /// A list of the known words, none of which is near.
    Known(Cow<'static, str>),
    /// A clause in parentheses.
    Hint(Cow<'static, str>),
}

impl Diagnostic {
    /// Creates a diagnostic about the bytes at `position`, an empty range where something is
    /// missing.
    ///
    /// `problem` is a phrase that needs no context. Foreign text in it is an [`excerpt`].
    #[must_use]
    pub fn new(position: Range<usize>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            position,
            problem: problem.into(),
            remedy: Remedy::None,
            kind_bytes: 0,
            input: None,
        }
    }

    /// Creates a diagnostic about a text that is something else as a whole: `expected …`.
    #[must_use]
    pub fn expecting(position: Range<usize>, expected: impl Into<Cow<'static, str>>) -> Self {
        Self::new(position, "").with_expected(expected)
    }

    /// Creates a diagnostic about the unknown word `found`: `unknown WHAT 'FOUND'`.
    ///
    /// It expects the [`nearest`] of the known words, or else one of them all. `what` is not part of the
    /// text, and stays if the diagnostic is [`redacted`](Self::redacted).
    #[must_use]
    pub fn unknown<'a>(
        position: Range<usize>,
        what: &str,
        found: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let remedy = match nearest(found, known.iter().copied()) {
            Some(near) => Remedy::Nearest(near.to_owned()),
            None => Remedy::Known(listed(&known).into()),
        };
        Self {
            remedy,
            ..Self::new(position, format!("unknown {what} {}", excerpt(found)))
        }
        .with_kind(&format!("unknown {what}"))
    }

    /// Marks `kind`, the start of the problem, as a phrase without anything of the text: it stays if the
    /// diagnostic is [`redacted`](Self::redacted).
    #[must_use]
    pub fn with_kind(self, kind: &str) -> Self {
        let is_start = self.problem.starts_with(kind);
        let kind_bytes = u16::try_from(kind.len()).unwrap_or_default();
        Self {
            kind_bytes: if is_start { kind_bytes } else { 0 },
            ..self
        }
    }

    /// Sets what was expected: a noun phrase that reads well after "expected".
    #[must_use]
    pub fn with_expected(self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.with_remedy(Remedy::Expected(expected.into()))
    }

    /// Sets the known word that was probably meant.
    #[must_use]
    pub fn with_nearest(self, word: impl Into<String>) -> Self {
        self.with_remedy(Remedy::Nearest(word.into()))
    }

    /// Replaces the list of known words by `list`, unless one of them is near.
    #[must_use]
    pub fn or_expected(self, list: impl Into<Cow<'static, str>>) -> Self {
        match self.remedy {
            Remedy::Nearest(_) => self,
            _ => self.with_remedy(Remedy::Known(list.into())),
        }
    }

    /// Sets what to do, a clause that the message has in parentheses: `try …`.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.with_remedy(Remedy::Hint(hint.into()))
    }

    fn with_remedy(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }

    /// Adds the place to the problem, such as `in a plan`.
    #[must_use]
    pub fn within(self, place: impl fmt::Display) -> Self {
        Self {
            problem: format!("{} {place}", self.problem).into(),
            ..self
        }
    }

    /// Prefixes the problem with its subject: `SUBJECT: PROBLEM`.
    #[must_use]
    pub fn about(self, subject: impl fmt::Display) -> Self {
        let problem = match &*self.problem {
            "" => subject.to_string(),
            problem => format!("{subject}: {problem}"),
        };
        Self {
            problem: problem.into(),
            // The subject may be a part of the text.
            kind_bytes: 0,
            ..self
        }
    }

    /// Adds the whole text that the position refers to.
    #[must_use]
    pub fn in_input(self, input: impl Into<Arc<str>>) -> Self {
        Self {
            input: Some(input.into()),
            ..self
        }
    }

    /// Removes the text that the position refers to, which then is meaningless without the caller's.
    #[must_use]
    pub fn without_input(self) -> Self {
        Self {
            input: None,
            ..self
        }
    }

    /// Moves the position, as from a part of a text to the whole.
    #[must_use]
    pub fn map_position(self, map: impl FnOnce(Range<usize>) -> Range<usize>) -> Self {
        Self {
            position: map(self.position),
            ..self
        }
    }

    /// Removes everything that may repeat the text, which may be a secret: the text itself, and the
    /// phrases that were made for it.
    ///
    /// Constant phrases, kinds and known words stay, and a position beyond the start of the text becomes a
    /// part of the problem.
    #[must_use]
    pub fn redacted(self) -> Self {
        let kind = self.problem.get(..self.kind_bytes.into());
        let problem: Cow<'static, str> = match (&self.problem, kind) {
            (Cow::Borrowed(constant), _) => (*constant).into(),
            (Cow::Owned(_), Some("") | None) => "invalid expression".into(),
            (Cow::Owned(_), Some(kind)) => kind.to_owned().into(),
        };
        let problem = match self.position.start {
            0 => problem,
            start => format!("{problem} at byte {start}").into(),
        };
        let remedy = match self.remedy {
            Remedy::Expected(Cow::Owned(_)) | Remedy::Hint(Cow::Owned(_)) => Remedy::None,
            remedy => remedy,
        };
        Self {
            position: self.position,
            problem,
            remedy,
            kind_bytes: 0,
            input: None,
        }
    }

    /// Returns the bytes of the text that are wrong: an empty range where something is missing.
    #[must_use]
    pub fn position(&self) -> Range<usize> {
        self.position.clone()
    }

    /// Returns the line and the column, in characters, both counted from 1, if the text is known.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        let input = self.input.as_deref()?;
        Some(line_column(input, self.position.start))
    }

    /// Returns the whole text, unless the caller has it or it may be a secret.
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        self.input.as_deref()
    }

    /// Returns the part of the text that is wrong, or `None` if the text is unknown.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.input()?.get(self.position())
    }

    /// Returns the problem, as a phrase that needs no context. It is empty if the text as a whole is
    /// not what was expected.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns a noun phrase that reads well after "expected": the nearest word, the list of known
    /// words, or a description.
    #[must_use]
    pub fn expected(&self) -> Option<Cow<'_, str>> {
        match &self.remedy {
            Remedy::Nearest(word) => Some(excerpt(word).into()),
            Remedy::Expected(text) | Remedy::Known(text) => Some((&**text).into()),
            Remedy::None | Remedy::Hint(_) => None,
        }
    }

    /// Returns the known word that was probably meant.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        match &self.remedy {
            Remedy::Nearest(word) => Some(word),
            _ => None,
        }
    }

    /// Returns what to do, as a clause without parentheses.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match &self.remedy {
            Remedy::Hint(hint) => Some(hint),
            _ => None,
        }
    }
}

/// Lists the first words: `one of a, b, c`. Long words are cut.
fn listed(words: &[&str]) -> String {
    let mut shown = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            shown.push_str(", ");
        }
        if index == MAX_LISTED {
            shown.push('…');
            break;
        }
        shown.push_str(excerpt(word).trim_matches('\''));
    }
    match words {
        [_] => shown,
        _ => format!("one of {shown}"),
    }
}

/// Returns the line and the column of byte `at`, in characters, both counted from 1.
///
/// ```
/// assert_eq!(hammer_diagnostic::line_column("a\nµb", 4), (2, 2));
/// ```
#[must_use]
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)?;
        let separator = if self.problem.is_empty() { "" } else { "; " };
        match (self.expected(), self.hint()) {
            (Some(expected), _) => write!(f, "{separator}expected {expected}"),
            (None, Some(hint)) => write!(f, " ({hint})"),
            (None, None) => Ok(()),
        }
    }
}

impl Error for Diagnostic {}

#[cfg(test)]
mod tests;
