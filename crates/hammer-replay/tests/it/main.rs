//! Behaviour of what makes and reads timelines.

mod bad_logs;
mod build;
mod built;
mod formats;
mod input;
mod order;
mod play;
mod privacy;
mod timeline;
