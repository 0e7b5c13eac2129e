//! Tokens of the expressions between double braces.

use std::ops::Range;

use hammer_diagnostic::Diagnostic;

/// A token and its position in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateToken {
    pub(super) kind: TemplateTokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TemplateTokenKind {
    /// A word, without its quotes.
    Word(String),
    /// The `|` before a filter.
    Pipe,
    /// The `}}` at the end.
    Close,
}

/// Reads the token that begins at or after byte `at` of `text`, within the braces that open at byte
/// `open`.
pub(super) fn next_token(text: &str, open: usize, at: usize) -> Result<TemplateToken, Diagnostic> {
    let rest = text[at..].trim_start();
    let start = text.len() - rest.len();
    let token = |kind, len: usize| TemplateToken {
        kind,
        span: start..start + len,
    };
    let Some(first) = rest.chars().next() else {
        return Err(Diagnostic::new(open..open + 2, "unclosed '{{'")
            .with_expected(r"'}}' after it, or '\{{' for a literal '{{'"));
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
    // Arguments such as regular expressions may have quotes anywhere.
    let is_name = at == open + 2;
    if is_name {
        return dotted_name(text, start);
    }
    let bare = bare_length(rest);
    Ok(token(
        TemplateTokenKind::Word(rest[..bare].to_owned()),
        bare,
    ))
}

/// Returns the length of the word without quotes at the beginning of `rest`.
fn bare_length(rest: &str) -> usize {
    let end = rest
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || *c == '|' || rest[*at..].starts_with("}}"));
    end.map_or(rest.len(), |(at, _)| at)
}

/// Reads a name that begins at byte `start`. After a dot, a part of it may be in quotes:
/// `users."first name"`.
fn dotted_name(text: &str, start: usize) -> Result<TemplateToken, Diagnostic> {
    let (mut word, mut at) = (String::new(), start);
    loop {
        let bare = &text[at..at + bare_length(&text[at..])];
        let quote = bare.find(".\"").into_iter().chain(bare.find(".'")).min();
        let Some(dot) = quote else {
            word.push_str(bare);
            return Ok(TemplateToken {
                kind: TemplateTokenKind::Word(word),
                span: start..at + bare.len(),
            });
        };
        word.push_str(&bare[..=dot]);
        let quote = if bare[dot + 1..].starts_with('"') {
            '"'
        } else {
            '\''
        };
        let part = quoted(text, at + dot + 1, quote)?;
        if let TemplateTokenKind::Word(part) = &part.kind {
            word.push_str(part);
        }
        at = part.span.end;
    }
}

/// Writes a name as [`dotted_name`] reads it: `users.id`, `users."first name"`.
pub(super) fn write_dotted_name(feeder: &str, column: &str) -> String {
    let is_bare = bare_length(column) == column.len() && !column.starts_with(['"', '\'']);
    if is_bare {
        return format!("{feeder}.{column}");
    }
    let quote = if column.contains('"') { '\'' } else { '"' };
    let column = column.replace(quote, &format!("\\{quote}"));
    format!("{feeder}.{quote}{column}{quote}")
}

/// Reads a quoted word that begins at byte `start`.
///
/// A backslash escapes only the quote. Any other backslash is literal, so that regular expressions need
/// no extra escaping.
fn quoted(text: &str, start: usize, quote: char) -> Result<TemplateToken, Diagnostic> {
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
    Err(Diagnostic::new(start..start + 1, "unclosed quote")
        .with_expected(format!("{quote} at the end of the word")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tokens_with_their_positions() {
        let text = r#"{{ pick red "dark \"blue\"" 'a}}b' \d|json }}"#;
        let mut tokens = vec![];
        let mut at = 2;
        loop {
            let token = next_token(text, 0, at).expect("the text has another token");
            at = token.span.end;
            let word = match token.kind {
                TemplateTokenKind::Word(word) => word,
                TemplateTokenKind::Pipe => "PIPE".to_owned(),
                TemplateTokenKind::Close => break,
            };
            tokens.push((word, text[token.span].to_owned()));
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

    #[test]
    fn a_part_of_a_name_may_be_in_quotes() {
        for (name, word) in [
            ("u.id", "u.id"),
            (r#"u."first name""#, "u.first name"),
            ("u.'a}}|b'", "u.a}}|b"),
            (r#"u."say \"hi\"""#, r#"u.say "hi""#),
            (r#"u.it"s"#, r#"u.it"s"#),
            (r#"u."a".'b c'"#, "u.a.b c"),
        ] {
            let text = format!("{{{{ {name}}}}}");
            let token = next_token(&text, 0, 2).expect(name);
            assert_eq!(token.kind, TemplateTokenKind::Word(word.to_owned()));
            assert_eq!(&text[token.span], name);
        }
        assert!(next_token("{{u.\"first name}}", 0, 2).is_err());
        for (column, name) in [
            ("id", "u.id"),
            ("first name", r#"u."first name""#),
            ("a|b", r#"u."a|b""#),
            ("say \"hi\"", r#"u.'say "hi"'"#),
            ("\"it's\" b", r#"u.'"it\'s" b'"#),
        ] {
            assert_eq!(write_dotted_name("u", column), name);
            let text = format!("{{{{{name}}}}}");
            let token = next_token(&text, 0, 2).expect(name);
            assert_eq!(token.kind, TemplateTokenKind::Word(format!("u.{column}")));
        }
    }
}
