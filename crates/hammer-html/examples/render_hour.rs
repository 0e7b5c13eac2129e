//! Measures the size and the time of the page of an hour, 600 slices of 6 s, plain and with many parts.
//!
//! It fails if a page takes more than 400 kB, or more than a second of processor time.
//! `cargo run --release -p hammer-html --example render_hour [FOLDER]` also writes sample pages.

#[path = "../tests/it/synthetic_run.rs"]
mod synthetic_run;

use std::io::Write as _;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use hammer_analysis::{CompareOptions, compare};
use hammer_html::{comparison_page, report_page};
use serde_json::json;
use synthetic_run::{SyntheticLoad, plan_run, single_run};

fn main() -> io::Result<()> {
    let hour = SyntheticLoad {
        slices: 600,
        width_s: 6,
        hits: 6_000,
        overloads: true,
        ..SyntheticLoad::default()
    };
    let with_parts = SyntheticLoad {
        stages: 64,
        groups: 50,
        ..hour.clone()
    };
    let page = measured_page("an hour", &hour)?;
    let parts_page = measured_page("an hour with 64 stages and 50 groups", &with_parts)?;
    let Some(folder) = env::args_os().nth(1) else {
        return Ok(());
    };
    let folder = std::path::PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("hour.html"), page)?;
    fs::write(folder.join("parts.html"), parts_page)?;
    let threshold = |expression: &str, us: f64, passed: bool| {
        json!({"expression": expression, "value": us, "infinite": false, "unit": "us",
               "passed": passed, "judged": true})
    };
    let thresholds = json!([
        threshold("p99 < 250ms", 8_900.0, true),
        threshold("p50 < 3ms", 3_100.0, false),
    ]);
    let load = |name: &str, overloads, slices| SyntheticLoad {
        name: name.to_owned(),
        slices,
        overloads,
        stages: if overloads { 4 } else { 0 },
        groups: if overloads { 5 } else { 0 },
        thresholds: thresholds.clone(),
        ..SyntheticLoad::default()
    };
    let pages = [
        ("steady", single_run(&load("", false, 60))),
        ("overload", single_run(&load("", true, 60))),
        ("short", single_run(&load("", false, 2))),
        (
            "plan",
            plan_run(&[load("browse", false, 60), load("order", true, 40)]),
        ),
    ];
    for (name, run) in pages {
        let json = run.to_json().map_err(io::Error::other)?;
        fs::write(folder.join(format!("{name}.run")), json)?;
        fs::write(folder.join(format!("{name}.html")), report_page(&run))?;
    }
    let side = |overloads, id: &str| {
        let mut run = single_run(&SyntheticLoad {
            overloads,
            ..SyntheticLoad::default()
        });
        run.id = id.repeat(16);
        [run]
    };
    let (base, new) = (side(false, "0a"), side(true, "0b"));
    let comparison = compare(&base, &new, &CompareOptions::default()).map_err(io::Error::other)?;
    fs::write(
        folder.join("comparison.html"),
        comparison_page(&comparison, &base, &new),
    )
}

/// Renders the page of a load, prints what it took, and fails if that is too much.
fn measured_page(name: &str, load: &SyntheticLoad) -> io::Result<String> {
    let run = single_run(load);
    let json = run.to_json().map_err(io::Error::other)?;
    let (start, cpu_before) = (Instant::now(), cpu_time());
    let page = report_page(&run);
    let (took, cpu) = (start.elapsed(), cpu_time() - cpu_before);
    let (kb, run_kb) = (page.len() / 1000, json.len() / 1000);
    writeln!(
        io::stdout(),
        "{name}: {kb} kB in {took:?}, of which processor time {cpu:?}; run file {run_kb} kB"
    )?;
    if page.len() > 400_000 || cpu > Duration::from_secs(1) {
        return Err(io::Error::other(format!(
            "{name}: expected at most 400 kB in a second"
        )));
    }
    Ok(page)
}

/// The processor time of this thread, or zero where the system does not tell.
fn cpu_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
