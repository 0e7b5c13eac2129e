//! Foreign texts in Markdown, which must not become markup.

use crate::text::lines::SEPARATOR;
use crate::text::sanitize;

/// Writes a text as code, so that nothing in it is markup or mentions a person. Also fits in a cell of
/// a table.
///
/// The code is in more backticks than the text has in a row (CommonMark, section 6.1). Tables end a
/// cell at each `|` that is not escaped, even in code (GitHub Flavored Markdown, section 4.10).
pub(crate) fn code(text: &str) -> String {
    let text = sanitize(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space separates the fence from a backtick of the text.
    let space = match text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        true => " ",
        false => "",
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Writes the items of a line of the text report as a list with commas.
pub(super) fn items(text: &str) -> String {
    prose(&text.replace(SEPARATOR, ", "))
}

/// Escapes all markup in a sentence. Also fits in a cell of a table.
pub(crate) fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        match c {
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!' => {
                escaped.extend(['\\', c]);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_texts_are_not_markup() {
        for (text, shown) in [
            ("http://127.0.0.1/", "`http://127.0.0.1/`"),
            ("a|b", "`a\\|b`"),
            ("a`b", "``a`b``"),
            ("``a", "``` ``a ```"),
            ("", "`  `"),
            ("a\nb\u{1b}", "`a\\nb\\u{1b}`"),
            ("@team <script>", "`@team <script>`"),
        ] {
            assert_eq!(code(text), shown);
        }
        for (text, shown) in [
            ("Raise --max-in-flight.", "Raise --max-in-flight."),
            ("*a* _b_ <c> |", "\\*a\\* \\_b\\_ \\<c\\> \\|"),
            ("@team #7", "&#64;team \\#7"),
            ("a\n# b", "a\\n\\# b"),
        ] {
            assert_eq!(prose(text), shown.replace("a\\n", "a\\\\n"));
        }
    }
}
