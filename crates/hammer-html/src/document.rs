//! The document around the sections of a page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = concat!(include_str!("style.css"), include_str!("script.css"));
const SCRIPT: &str = include_str!("script.js");

/// The parts of a document that differ between pages.
pub(crate) struct DocumentParts<'a> {
    pub(crate) title: &'a str,
    pub(crate) body: Markup,
}

/// Makes a document. `data` follows the content.
pub(crate) fn document(parts: &DocumentParts, data: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (parts.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (parts.body) }
                (data)
                script type="module" { (PreEscaped(SCRIPT)) }
            }
        }
    }
}
