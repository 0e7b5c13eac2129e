use std::ops::Range;

use super::TemplateError;

/// A part of what stands between two braces, which knows where it stands in the whole text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateToken {
    pub(super) kind: TemplateTokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TemplateTokenKind {
    /// A word, or what stood in quotes.
    Word(String),
    /// What leads to a filter.
    Pipe,
    /// The end.
    Close,
}

/// Reads the token that begins at or after byte `at` of `text`, inside of braces that opened at
/// `open`.
pub(super) fn next_token(
    text: &str,
    open: usize,
    at: usize,
) -> Result<TemplateToken, TemplateError> {
    let rest = text[at..].trim_start();
    let start = text.len() - rest.len();
    let token = |kind, len: usize| TemplateToken {
        kind,
        span: start..start + len,
    };
    let Some(first) = rest.chars().next() else {
        let right = r"}} behind it, or \{{ for two braces that mean nothing";
        return Err(TemplateError::new(
            open..open + 2,
            "has no }} for this {{",
            right,
        ));
    };
    if rest.starts_with("}}") {
        return Ok(token(TemplateTokenKind::Close, 2));
    }
    if first == '|' {
        return Ok(token(TemplateTokenKind::Pipe, 1));
    }
    if first == '"' || first == '\'' {
        return quoted(text, start, first);
    }
    let bare = rest
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || *c == '|' || rest[*at..].starts_with("}}"))
        .map_or(rest.len(), |(at, _)| at);
    Ok(token(
        TemplateTokenKind::Word(rest[..bare].to_owned()),
        bare,
    ))
}

/// A word in quotes that begin at `start`. A backslash before such a quote makes it a part of the
/// word; any other stands for itself, so that expressions need no backslash twice.
fn quoted(text: &str, start: usize, quote: char) -> Result<TemplateToken, TemplateError> {
    let mut word = String::new();
    let mut chars = text[start + 1..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok(TemplateToken {
                kind: TemplateTokenKind::Word(word),
                span: start..start + 1 + at + 1,
            });
        }
        if c == '\\' && chars.peek().is_some_and(|(_, next)| *next == quote) {
            chars.next();
            word.push(quote);
        } else {
            word.push(c);
        }
    }
    Err(TemplateError::new(
        start..start + 1,
        "has no second quote for this one",
        format!("{quote} at the end of the word"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_know_where_they_stand() {
        let text = r#"{{ pick red "dark \"blue\"" 'a}}b' \d|json }}"#;
        let mut tokens = vec![];
        let mut at = 2;
        loop {
            let token = next_token(text, 0, at).expect("a token");
            at = token.span.end;
            let shown = match token.kind {
                TemplateTokenKind::Word(word) => word,
                TemplateTokenKind::Pipe => "PIPE".to_owned(),
                TemplateTokenKind::Close => break,
            };
            tokens.push((shown, text[token.span].to_owned()));
        }
        let expected = [
            ("pick", "pick"),
            ("red", "red"),
            (r#"dark "blue""#, r#""dark \"blue\"""#),
            ("a}}b", "'a}}b'"),
            (r"\d", r"\d"),
            ("PIPE", "|"),
            ("json", "json"),
        ];
        let expected: Vec<_> = expected
            .map(|(word, source)| (word.to_owned(), source.to_owned()))
            .into();
        assert_eq!(tokens, expected);
    }
}
