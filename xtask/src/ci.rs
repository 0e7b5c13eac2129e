//! The gate: every step that must pass before a change is merged, in the order of their cost.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::{cargo, tidy};

/// A step that is one call of cargo.
struct Step {
    title: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const STEPS: &[Step] = &[
    Step {
        title: "format",
        arguments: &["fmt", "--all", "--check"],
        environment: &[],
    },
    Step {
        title: "lints",
        arguments: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
    },
    Step {
        title: "docs",
        arguments: &["doc", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    Step {
        title: "tests",
        arguments: &["test", "--workspace"],
        environment: &[],
    },
];

const DENY: Step = Step {
    title: "licenses, bans and sources",
    arguments: &["deny", "check", "licenses", "bans", "sources"],
    environment: &[],
};

/// Runs the gate and stops at the first step that fails.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let start = Instant::now();
    for step in STEPS {
        timed(step.title, || call(root, step))?;
    }
    timed("tidy", || tidy::run(root, &[]))?;
    if has_deny(root) {
        timed(DENY.title, || call(root, &DENY))?;
        println!(
            "\nThe gate is open, after {:.0} s.",
            start.elapsed().as_secs_f64()
        );
    } else {
        println!(
            "\nThe gate is open, after {:.0} s, but without a check of licenses:\n\
             cargo-deny is missing (try `cargo install cargo-deny --locked`).",
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

fn timed(title: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    println!("\n== {title}");
    let start = Instant::now();
    work()?;
    println!("-- {title}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn call(root: &Path, step: &Step) -> Result<(), String> {
    let line = format!("cargo {}", step.arguments.join(" "));
    let status = cargo::command()
        .args(step.arguments)
        .envs(step.environment.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start `{line}`: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` ended with {status}"))
    }
}

fn has_deny(root: &Path) -> bool {
    cargo::command()
        .args(["deny", "--version"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
