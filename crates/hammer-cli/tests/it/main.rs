//! The binary as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod bad_input;
mod broker;
mod command;
mod commands;
mod echo;
mod http;
mod junit;
mod mqtt;
mod outputs;
mod plan_thresholds;
mod plans;
mod replay;
mod servers;
mod thresholds;
mod usage;

#[cfg(target_os = "linux")]
mod throttle;
#[cfg(target_os = "linux")]
mod verdict;

#[cfg(unix)]
mod docs;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
#[cfg(unix)]
mod timeline;
mod tls;
