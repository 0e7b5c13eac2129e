//! The `hammer` command, and the same command for your own hammer.
//!
//! A program with a hammer of its own is a struct of clap arguments that implements [`HammerArgs`],
//! and one line:
//!
//! ```no_run
//! # #[derive(clap::Args)]
//! # struct EchoArgs {}
//! # impl hammer_cli::HammerArgs for EchoArgs {
//! #     const NAME: &'static str = "echo";
//! #     const ABOUT: &'static str = "Hits an echo server";
//! #     type Hammer = hammer_http::Http;
//! #     fn target(&self) -> String { String::new() }
//! #     fn build(self, _: u64) -> Result<Self::Hammer, hammer_cli::BuildError> { Err("none".into()) }
//! # }
//! fn main() -> std::process::ExitCode {
//!     hammer_cli::App::new().hammer::<EchoArgs>().main()
//! }
//! ```
//!
//! Load flags, output flags, progress, reports, signals and exit codes are all there. Called
//! `hammer-echo` and on PATH, the program is also what `hammer echo …` runs.
//! `docs/WRITING-A-HAMMER.md` walks through the whole of it.

mod app;
mod body;
mod caret;
mod completions;
mod count;
mod data_args;
mod demo;
mod dry_run;
mod endpoint;
mod entry;
mod error;
mod exit;
mod external;
mod hammer_args;
mod hits_log;
mod http;
mod instant;
mod job;
mod junit;
mod limits;
mod load;
mod log;
mod mqtt;
mod network_args;
mod once;
mod output;
mod outputs;
mod plan;
mod progress;
mod replay;
mod run;
mod runner;
mod signals;
mod size;
mod span;
mod status_line;
mod target;
mod text;
mod threshold_args;
mod timeline;
mod tls_args;

pub use app::App;
pub use body::Body;
pub use data_args::DataArgs;
pub use endpoint::{Endpoint, Headers};
pub use hammer_args::{BuildError, HammerArgs, Once};
pub use http::HttpArgs;
pub use mqtt::MqttArgs;
pub use network_args::NetworkArgs;
