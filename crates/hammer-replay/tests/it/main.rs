//! Behaviour of what makes and reads timelines.

mod play;
mod timeline;
