//! Texts with names of settings: in backquotes, or flags.

use hammer_diagnostic::printable;
use maud::{Markup, html};

/// Writes what a text has in backquotes as code, and flags too.
pub(crate) fn backquoted(text: &str) -> Markup {
    let text = printable(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backquotes is not markup.
    let is_paired = parts.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (index, part) in parts.iter().enumerate() {
                @if index % 2 == 1 { code { (part) } } @else { (flags(part)) }
            }
        } @else { (flags(&text)) }
    }
}

/// Writes flags as code that does not break after a hyphen.
fn flags(text: &str) -> Markup {
    html! {
        @for word in text.split_inclusive(' ') {
            @let flag = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            @if flag.starts_with("--") {
                code class="flag" { (flag) } (word[flag.len()..])
            } @else { (word) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backquotes_are_code() {
        for (text, html) in [
            (
                "raise `threads` or wait",
                "raise <code>threads</code> or wait",
            ),
            ("a ` b <i>", "a ` b &lt;i&gt;"),
            ("`a` `b", "`a` `b"),
        ] {
            assert_eq!(backquoted(text).into_string(), html);
        }
    }

    #[test]
    fn flags_are_code() {
        let flag = format!("--{}", "threads");
        let html = format!("use fewer <code class=\"flag\">{flag}</code>. Or -- not");
        let text = format!("use fewer {flag}. Or -- not");
        assert_eq!(backquoted(&text).into_string(), html);
    }
}
