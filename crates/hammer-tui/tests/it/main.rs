//! Tests of the display on a terminal, which the program `script` of util-linux provides.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "a panic fails the test at the right line"
)]

mod script_terminal;
mod terminal;
