//! The checks that must pass before a change is merged, cheapest first.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::{cargo, features, tidy};

/// A step that is one cargo command.
struct CiStep {
    title: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const CI_STEPS: &[CiStep] = &[
    CiStep {
        title: "format",
        arguments: &["fmt", "--all", "--check"],
        environment: &[],
    },
    CiStep {
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
    CiStep {
        title: "docs",
        arguments: &["doc", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    CiStep {
        title: "tests",
        arguments: &["test", "--workspace"],
        environment: &[],
    },
];

const DENY_STEP: CiStep = CiStep {
    title: "licenses, bans and sources",
    arguments: &["deny", "check", "licenses", "bans", "sources"],
    environment: &[],
};

/// Runs all steps and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let start = Instant::now();
    for step in CI_STEPS {
        run_timed(step.title, || run_step(root, step))?;
    }
    run_timed("features", || features::run(root))?;
    run_timed("tidy", || tidy::run(root, &[]))?;
    if has_cargo_deny(root) {
        run_timed(DENY_STEP.title, || run_step(root, &DENY_STEP))?;
        println!(
            "\nAll checks passed in {:.0} s.",
            start.elapsed().as_secs_f64()
        );
    } else {
        println!(
            "\nAll checks passed in {:.0} s, except that licenses were not checked:\n\
             cargo-deny is missing (try `cargo install cargo-deny --locked`).",
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

fn run_timed(title: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    println!("\n== {title}");
    let start = Instant::now();
    work()?;
    println!("-- {title}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn run_step(root: &Path, step: &CiStep) -> Result<(), String> {
    let line = format!("cargo {}", step.arguments.join(" "));
    let status = cargo::cargo_command()
        .args(step.arguments)
        .envs(step.environment.iter().copied())
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start `{line}`: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` failed with {status}"))
    }
}

fn has_cargo_deny(root: &Path) -> bool {
    cargo::cargo_command()
        .args(["deny", "--version"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
