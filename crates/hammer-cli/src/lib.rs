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
mod args;
mod command_exit;
mod commands;
#[cfg(feature = "data")]
mod data_args;
mod dry_run;
mod error;
mod execution;
mod hammer;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "mqtt")]
mod mqtt;
#[cfg(test)]
mod names_page;
#[cfg(feature = "network")]
mod network_args;
mod other_tools;
mod output;
mod parsers;
mod plan;
mod process;
#[cfg(feature = "replay")]
mod replay;
mod report;
mod setting_names;
pub mod testing;
mod text;
#[cfg(feature = "replay")]
mod timeline;

pub use app::App;
pub use args::{EndpointArgs, JsonHeaders, PayloadArg};
#[cfg(feature = "data")]
pub use data_args::DataArgs;
pub use hammer::{HammerArgs, HammerBuildError, HitDescriber, SingleHitRenderer};
#[cfg(feature = "http")]
pub use http::HttpArgs;
#[cfg(feature = "mqtt")]
pub use mqtt::MqttArgs;
#[cfg(feature = "network")]
pub use network_args::NetworkArgs;
