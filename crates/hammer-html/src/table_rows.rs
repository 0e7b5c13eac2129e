//! The rows of long tables.

use hammer_diagnostic::format_counted;
use maud::{Markup, html};

/// The largest number of rows of a table.
pub(crate) const MAX_ROWS: usize = 200;

/// Says how many rows a table left out of `all`, if it has the first 200; nothing if none.
pub(crate) fn omitted_rows(all: usize) -> Markup {
    rows_beyond(all, MAX_ROWS)
}

/// Says how many rows a table left out of `all`, if it has the first `shown`; nothing if none.
pub(crate) fn rows_beyond(all: usize, shown: usize) -> Markup {
    html! {
        @if all > shown {
            @let omitted = (all - shown) as u64;
            @let verb = if omitted == 1 { "is" } else { "are" };
            p class="note" { (format_counted(omitted, "more row")) " " (verb) " in the JSON output." }
        }
    }
}
