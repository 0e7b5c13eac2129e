//! The table behind a chart.

use hammer_diagnostic::{format_count, format_decimal};
use maud::{Markup, html};

/// The largest number of rows of a table behind a chart.
const MAX_ROWS: usize = 60;

/// A column of a table of numbers.
pub(crate) struct TableColumn<'a> {
    pub(crate) name: &'a str,
    /// The value of each row.
    pub(crate) value: Box<dyn Fn(usize) -> Option<f64> + 'a>,
}

/// Makes a table of at most 60 rows out of `rows`, evenly chosen. `head` is the heading of the
/// labels.
pub(crate) fn data_table(
    head: &str,
    rows: usize,
    label: impl Fn(usize) -> String,
    columns: &[TableColumn],
) -> Markup {
    let step = rows.div_ceil(MAX_ROWS).max(1);
    html! {
        @if step > 1 {
            p class="note" { "One of every " (format_count(step as u64)) " rows is shown." }
        }
        div class="scroll" {
            table {
                thead {
                    tr {
                        th scope="col" { (head) }
                        @for column in columns { th scope="col" { (column.name) } }
                    }
                }
                tbody {
                    @for row in (0..rows).step_by(step) {
                        tr {
                            th scope="row" { (label(row)) }
                            @for column in columns { td { (cell((column.value)(row))) } }
                        }
                    }
                }
            }
        }
    }
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), format_decimal)
}
