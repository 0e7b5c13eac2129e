//! Tests of the display on a terminal, which the program `script` of util-linux provides.

#![cfg(unix)]

mod script_terminal;
mod terminal;
