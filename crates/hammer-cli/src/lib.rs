//! The `hammer` command, and the same command for your own hammer.
//!
//! To make a program for your own hammer, implement [`HammerArgs`] for a struct of clap arguments
//! and pass it to [`App`]:
//!
//! ```no_run
//! # #[derive(clap::Args)]
//! # struct EchoArgs {}
//! # impl hammer_cli::HammerArgs for EchoArgs {
//! #     const NAME: &'static str = "echo";
//! #     const ABOUT: &'static str = "Hit an echo server";
//! #     type Hammer = hammer_http::Http;
//! #     fn target(&self) -> String { String::new() }
//! #     fn build(self, _: u64) -> Result<Self::Hammer, hammer_cli::HammerBuildError> { Err("none".into()) }
//! # }
//! fn main() -> std::process::ExitCode {
//!     hammer_cli::App::new().hammer::<EchoArgs>().main()
//! }
//! ```
//!
//! The app provides load flags, output flags, progress, reports, signal handling and exit codes. If
//! the program is called `hammer-echo` and is on PATH, `hammer echo …` runs it. See
//! `docs/WRITING-A-HAMMER.md` for a complete example.

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
mod setting_names;
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
pub use hammer_args::{HammerArgs, HammerBuildError, SingleHitRenderer};
pub use http::HttpArgs;
pub use mqtt::MqttArgs;
pub use network_args::NetworkArgs;
pub use payload_arg::PayloadArg;
