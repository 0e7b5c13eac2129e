//! The rows of long tables.

use maud::{Markup, html};

/// The largest number of rows of a table.
pub(crate) const MAX_ROWS: usize = 200;

/// Says how many rows a table left out of `all`; nothing if none.
pub(crate) fn omitted_rows(all: usize) -> Markup {
    html! {
        @if all > MAX_ROWS {
            p class="note" { (all - MAX_ROWS) " more rows are in the JSON output." }
        }
    }
}
