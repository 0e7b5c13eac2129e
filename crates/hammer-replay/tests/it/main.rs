//! Building, reading and playing timelines.

mod bad_logs;
mod detection;
mod fixture;
mod formats;
mod header_and_trailer;
mod input;
mod order;
mod play;
mod privacy;
mod published_examples;
mod request_fields;
mod timeline;
