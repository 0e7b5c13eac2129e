//! Building, reading and playing timelines.

mod bad_logs;
mod fixture;
mod formats;
mod header_and_trailer;
mod input;
mod order;
mod play;
mod privacy;
mod timeline;
