//! Pages in headless Chromium, driven through the Chrome DevTools Protocol.
//!
//! `.ci/run` installs Chromium. If it is missing, these tests print that they are skipped.

mod appearance;
mod chromium;
mod console;
mod content_policy;
mod devtools;
mod interaction;
mod page_server;
mod tab;
