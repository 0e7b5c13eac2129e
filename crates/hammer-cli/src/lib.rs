//! The `hammer` command, and the same command for your own hammer.
//!
//! To make a program for your own hammer, implement [`HammerArgs`] for a struct of clap arguments
//! and pass it to [`App`]:
//!
//! ```no_run
//! use hammer_cli::{HammerArgs, HammerBuildError};
//! # use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};
//! # struct EchoHammer { addr: String }
//! # impl Hammer for EchoHammer {
//! #     type Session = ();
//! #     async fn open(&self, _: &Slot) -> Result<(), Failure> { Ok(()) }
//! #     async fn hit(&self, _: &mut (), _: &mut Hit) -> Result<Outcome, Failure> { Ok(Outcome::ok("echo")) }
//! # }
//!
//! #[derive(clap::Args)]
//! struct EchoArgs {
//!     /// Address of the server: HOST:PORT
//!     addr: String,
//! }
//!
//! impl HammerArgs for EchoArgs {
//!     const NAME: &'static str = "echo";
//!     const ABOUT: &'static str = "Hit a TCP echo server";
//!     type Hammer = EchoHammer;
//!     fn target(&self) -> String {
//!         self.addr.clone()
//!     }
//!     fn build(self, _seed: u64) -> Result<EchoHammer, HammerBuildError> {
//!         Ok(EchoHammer { addr: self.addr })
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     hammer_cli::App::new().hammer::<EchoArgs>().main()
//! }
//! ```
//!
//! The app provides load flags, output flags, progress, reports, signal handling and exit codes. If
//! the program is called `hammer-echo` and is on PATH, `hammer echo …` runs it. See
//! `docs/WRITING-A-HAMMER.md` for a complete example.
//!
//! # Cargo features
//!
//! All are on by default, for the command `hammer`. A program with a hammer of its own builds fewer crates
//! with `default-features = false`:
//!
//! | feature | adds |
//! |---|---|
//! | `data` | `DataArgs`: feeders and tokens |
//! | `network` | `NetworkArgs`: addresses, proxies and TLS |
//! | `http` | `HttpArgs`, with `data` and `network` |
//! | `aws` | AWS signatures for `HttpArgs` |
//! | `mqtt` | `MqttArgs`, with `data` and `network` |
//! | `replay` | the commands `replay` and `timeline` |
//! | `compare` | the commands `compare` and `duel` |
//! | `demo` | the commands `demo` and `target` |
//! | `live` | the live display on the terminal |
//! | `mimalloc` | the allocator of the program `hammer` |

mod app;
mod args;
mod baseline;
mod command_exit;
mod command_line;
mod commands;
#[cfg(feature = "compare")]
mod comparison;
#[cfg(feature = "data")]
mod data_args;
mod dry_run;
mod error;
mod execution;
#[cfg_attr(not(test), expect(dead_code, reason = "the command comes next"))]
mod find;
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
mod run_file;
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
