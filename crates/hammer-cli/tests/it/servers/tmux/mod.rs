//! Tests of the terminal with tmux, which keeps a screen as a terminal does.

mod bursts;
mod ends;
mod few_files;
mod keys;
mod live_run;
mod log;
mod obstacles;
mod progress_line;
mod secrets;
mod sizes;
mod terminal;
