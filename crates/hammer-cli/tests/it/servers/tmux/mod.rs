//! Tests of the terminal with tmux, which keeps a screen as a terminal does.

mod ends;
mod few_files;
mod keys;
mod live_run;
mod log;
mod obstacles;
mod progress_line;
mod sizes;
mod terminal;
