//! Behaviour of what makes and reads timelines.

mod timeline;
