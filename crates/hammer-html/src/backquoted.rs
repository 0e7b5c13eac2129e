//! Texts with names in backquotes.

use hammer_diagnostic::printable;
use maud::{Markup, html};

/// Writes what a text has in backquotes as code.
pub(crate) fn backquoted(text: &str) -> Markup {
    let text = printable(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backquotes is not markup.
    let is_paired = parts.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (index, part) in parts.iter().enumerate() {
                @if index % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else { (text) }
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
}
