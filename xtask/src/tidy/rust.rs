//! Splits Rust sources into code, comments and literals.
//!
//! It lexes just enough to distinguish a doc comment from a string that contains one.

use std::ops::Range;

/// The kind of a [`RustSourcePiece`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RustSourcePieceKind {
    /// Everything else.
    Code,
    /// A comment that is not documentation.
    Comment,
    /// `///`, `/** */` or the text of `#[doc = "…"]`.
    OuterDoc,
    /// `//!` or `/*! */`.
    InnerDoc,
    /// A string literal of any kind, without its quotes.
    Text,
    /// A character or byte literal, without its quotes.
    Character,
}

/// A part of a source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RustSourcePiece<'a> {
    pub(crate) kind: RustSourcePieceKind,
    /// The line of its first character; the first line of a file is 1.
    pub(crate) line: usize,
    /// The text without comment marks and quotes.
    pub(crate) text: &'a str,
}

/// A block of comment lines, or a string literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RustProseBlock<'a> {
    pub(crate) kind: RustSourcePieceKind,
    /// Its lines with their numbers.
    pub(crate) lines: Vec<(usize, &'a str)>,
}

/// Splits a source into pieces, in order.
pub(crate) fn pieces(source: &str) -> Vec<RustSourcePiece<'_>> {
    let mut pieces = Vec::new();
    let mut counted = (0, 1);
    let mut push = |kind, range: Range<usize>| {
        let (from, line) = counted;
        let line = line + source[from..range.start].matches('\n').count();
        counted = (range.start, line);
        if !range.is_empty() || kind != RustSourcePieceKind::Code {
            pieces.push(RustSourcePiece {
                kind,
                line,
                text: &source[range],
            });
        }
    };
    let (mut code, mut at) = (0, 0);
    while let Some(character) = source[at..].chars().next() {
        match token(source, at) {
            Some((kind, range, end)) => {
                push(RustSourcePieceKind::Code, code..at);
                push(kind, range);
                (code, at) = (end, end);
            }
            None => at += character.len_utf8(),
        }
    }
    push(RustSourcePieceKind::Code, code..source.len());
    pieces
}

/// The comments and strings of a source. Consecutive comment lines are one passage.
pub(crate) fn passages(source: &str) -> Vec<RustProseBlock<'_>> {
    let mut passages: Vec<RustProseBlock<'_>> = Vec::new();
    let mut code = "";
    for RustSourcePiece { kind, line, text } in pieces(source) {
        let kind = match kind {
            RustSourcePieceKind::Code => {
                code = text;
                continue;
            }
            RustSourcePieceKind::Character => continue,
            RustSourcePieceKind::Text if code.trim_end().ends_with("[doc =") => {
                RustSourcePieceKind::OuterDoc
            }
            other => other,
        };
        // Not `lines`: an empty text is one empty line here.
        let lines = (line..).zip(text.split('\n'));
        let continues = code.trim().is_empty() && code.matches('\n').count() == 1;
        match passages.last_mut() {
            Some(last) if last.kind == kind && kind != RustSourcePieceKind::Text && continues => {
                last.lines.extend(lines);
            }
            _ => passages.push(RustProseBlock {
                kind,
                lines: lines.collect(),
            }),
        }
        code = "";
    }
    passages
}

/// The words and punctuation of the code in a source, each with its line.
pub(crate) fn tokens(source: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for piece in pieces(source) {
        if piece.kind != RustSourcePieceKind::Code {
            continue;
        }
        for (text, line) in piece.text.lines().zip(piece.line..) {
            let mut rest = text.trim_start();
            while let Some(first) = rest.chars().next() {
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                let length = if is_word(first) {
                    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
                } else {
                    first.len_utf8()
                };
                tokens.push((line, &rest[..length]));
                rest = rest[length..].trim_start();
            }
        }
    }
    tokens
}

/// The names of the functions that a source defines, each with its line.
pub(crate) fn function_names(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let tokens = tokens(source);
    let follows_fn: Vec<bool> = tokens.iter().map(|(_, word)| *word == "fn").collect();
    let is_name = |word: &str| word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let names = tokens.into_iter().skip(1).zip(follows_fn);
    names.filter_map(move |((line, word), follows)| {
        (follows && is_name(word)).then_some((line, word))
    })
}

/// The comment or literal that starts at `at`: its kind, its inner text, and its end.
fn token(source: &str, at: usize) -> Option<(RustSourcePieceKind, Range<usize>, usize)> {
    let rest = &source[at..];
    if rest.starts_with("//") {
        let end = at + rest.find('\n').unwrap_or(rest.len());
        let (kind, mark) = comment(rest, "///", "////", "//!");
        return Some((kind, at + mark..end, end));
    }
    if rest.starts_with("/*") {
        let end = at + block_end(rest);
        let (kind, mark) = comment(rest, "/**", "/***", "/*!");
        let (kind, mark) = if rest.starts_with("/**/") {
            (RustSourcePieceKind::Comment, 2)
        } else {
            (kind, mark)
        };
        return Some((kind, at + mark..(end - 2).max(at + mark), end));
    }
    if let Some(text) = rest.strip_prefix('"') {
        let length = closing(text, '"');
        let end = (at + 1 + length + 1).min(source.len());
        return Some((RustSourcePieceKind::Text, at + 1..at + 1 + length, end));
    }
    if let Some(text) = rest.strip_prefix('\'') {
        let mut characters = text.chars();
        let first = characters.next()?;
        // A lifetime has neither an escape nor a closing quote.
        if first != '\\' && characters.next() != Some('\'') {
            return None;
        }
        let length = closing(text, '\'');
        let end = (at + 1 + length + 1).min(source.len());
        return Some((RustSourcePieceKind::Character, at + 1..at + 1 + length, end));
    }
    let before = source[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let raw = ["r", "br", "cr"]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))?;
    let text = raw.trim_start_matches('#');
    let hashes = &raw[..raw.len() - text.len()];
    let text = text.strip_prefix('"')?;
    let from = source.len() - text.len();
    let close = format!("\"{hashes}");
    let length = text.find(&close).unwrap_or(text.len());
    let end = (from + length + close.len()).min(source.len());
    Some((RustSourcePieceKind::Text, from..from + length, end))
}

/// The kind of the comment at the start of `rest`, and the length of its mark.
fn comment(rest: &str, outer: &str, plain: &str, inner: &str) -> (RustSourcePieceKind, usize) {
    if rest.starts_with(inner) {
        (RustSourcePieceKind::InnerDoc, 3)
    } else if rest.starts_with(outer) && !rest.starts_with(plain) {
        (RustSourcePieceKind::OuterDoc, 3)
    } else {
        (RustSourcePieceKind::Comment, 2)
    }
}

/// The length of the block comment at the start of `rest`, including nested ones.
fn block_end(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let bytes = &rest.as_bytes()[at..];
        if bytes.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of `text` up to its closing `quote`, which a backslash escapes.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            other if other == quote => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{RustSourcePieceKind, function_names, passages, pieces};

    #[test]
    fn distinguishes_kinds() {
        let table: [(&str, &[(RustSourcePieceKind, &str)]); 15] = [
            (
                "a // b",
                &[
                    (RustSourcePieceKind::Code, "a "),
                    (RustSourcePieceKind::Comment, " b"),
                ],
            ),
            ("/// b", &[(RustSourcePieceKind::OuterDoc, " b")]),
            ("//// b", &[(RustSourcePieceKind::Comment, "// b")]),
            ("//! b", &[(RustSourcePieceKind::InnerDoc, " b")]),
            (
                "/* a /* b */ */c",
                &[
                    (RustSourcePieceKind::Comment, " a /* b */ "),
                    (RustSourcePieceKind::Code, "c"),
                ],
            ),
            ("/** a */", &[(RustSourcePieceKind::OuterDoc, " a ")]),
            ("/**/", &[(RustSourcePieceKind::Comment, "")]),
            ("\"// a\"", &[(RustSourcePieceKind::Text, "// a")]),
            (r#""a\"b""#, &[(RustSourcePieceKind::Text, r#"a\"b"#)]),
            ("r#\"a\"b\"#", &[(RustSourcePieceKind::Text, "a\"b")]),
            ("br\"a\\\"", &[(RustSourcePieceKind::Text, "a\\")]),
            ("r#type", &[(RustSourcePieceKind::Code, "r#type")]),
            ("'\"'", &[(RustSourcePieceKind::Character, "\"")]),
            (r"'\''", &[(RustSourcePieceKind::Character, r"\'")]),
            ("<'a>'", &[(RustSourcePieceKind::Code, "<'a>'")]),
        ];
        for (source, expected) in table {
            let found: Vec<_> = pieces(source).iter().map(|p| (p.kind, p.text)).collect();
            assert_eq!(found, expected, "{source}");
        }
    }

    #[test]
    fn counts_lines() {
        let source = "a\n\"b\nc\"\n// d\ne // f";
        let lines: Vec<_> = pieces(source).iter().map(|p| (p.line, p.kind)).collect();
        let expected = [
            (1, RustSourcePieceKind::Code),
            (2, RustSourcePieceKind::Text),
            (3, RustSourcePieceKind::Code),
            (4, RustSourcePieceKind::Comment),
            (4, RustSourcePieceKind::Code),
            (5, RustSourcePieceKind::Comment),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn joins_comment_lines() {
        let source = "/// a\n/// b\n\n/// c\nx\n/// d\n// e\n#[doc = \"f\"]\n\"g\";\n\"h\"";
        let found: Vec<_> = passages(source)
            .into_iter()
            .map(|passage| (passage.kind, passage.lines))
            .collect();
        let expected = [
            (RustSourcePieceKind::OuterDoc, vec![(1, " a"), (2, " b")]),
            (RustSourcePieceKind::OuterDoc, vec![(4, " c")]),
            (RustSourcePieceKind::OuterDoc, vec![(6, " d")]),
            (RustSourcePieceKind::Comment, vec![(7, " e")]),
            (RustSourcePieceKind::OuterDoc, vec![(8, "f")]),
            (RustSourcePieceKind::Text, vec![(9, "g")]),
            (RustSourcePieceKind::Text, vec![(10, "h")]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn finds_names_of_functions() {
        let source = "fn a(b: fn(u8)) {}\n// fn c\npub async fn d_e() { fn $f() {} \"fn g\" }";
        let found: Vec<_> = function_names(source).collect();
        assert_eq!(found, [(1, "a"), (3, "d_e")]);
    }
}
