//! Tests of the `hammer` binary.

#![expect(
    clippy::unwrap_used,
    reason = "a panic fails the test at the right line"
)]

mod addresses;
mod arrivals;
mod bad_input;
mod baselines;
mod broker;
mod captures;
mod command;
mod commands;
mod compare;
mod confidence;
mod dead_targets;
mod dry_runs;
mod echo;
mod find;
#[cfg(target_os = "linux")]
mod full_disk;
mod hostile_names;
mod http;
mod junit;
mod limits;
mod log_formats;
mod messages;
mod mqtt;
mod other_tools;
mod outputs;
mod own_hammers;
mod plan_errors;
mod plan_thresholds;
mod plans;
mod recorded_runs;
mod replay;
mod replay_fidelity;
mod replay_plan;
mod replay_safety;
mod replay_wire;
mod run_files;
mod servers;
mod setting_names;
mod silent_target;
mod silent_targets;
#[cfg(unix)]
mod single_hits;
mod single_loads;
mod spin;
mod thresholds;
#[cfg(unix)]
mod tokens;
mod usage;
mod values;

#[cfg(target_os = "linux")]
mod terminals;
#[cfg(target_os = "linux")]
mod throttle;
#[cfg(target_os = "linux")]
mod verdict;

#[cfg(unix)]
mod docs;
#[cfg(unix)]
mod duel;
#[cfg(unix)]
mod duel_early_end;
#[cfg(unix)]
mod help;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod spinning_target;
mod stalled_generator;
#[cfg(unix)]
mod target_queue;
#[cfg(unix)]
mod timeline;
mod tls;
