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
//! #     const ABOUT: &'static str = "HitCounts an echo server";
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
mod caret;
mod command_exit;
mod completions;
mod data_args;
mod demo;
mod dry_run;
mod endpoint_args;
mod error;
mod external;
mod hammer_args;
mod hammer_command;
mod http;
mod limits;
mod load_args;
mod log;
mod mqtt;
mod network_args;
mod once;
mod output;
mod parsers;
mod payload_arg;
mod plan;
mod replay;
mod run;
mod runner;
mod signal_watcher;
mod target;
mod target_tls_args;
mod text;
mod threshold_args;
mod timeline;
mod typed_load;

pub use app::App;
pub use data_args::DataArgs;
pub use endpoint_args::{EndpointArgs, JsonHeaders};
pub use hammer_args::{BuildError, HammerArgs, OnceRenderer};
pub use http::HttpArgs;
pub use mqtt::MqttArgs;
pub use network_args::NetworkArgs;
pub use payload_arg::PayloadArg;
