//! Measures the size and the time of the page of an hour: 600 slices of 6 s.
//!
//! `cargo run --release -p hammer-html --example render_hour [FOLDER]` also writes sample pages.

#[path = "../tests/it/synthetic_run.rs"]
mod synthetic_run;

use std::io::Write as _;
use std::time::Instant;
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
    let run = single_run(&hour);
    let json = run.to_json().map_err(io::Error::other)?;
    let start = Instant::now();
    let page = report_page(&run);
    let took = start.elapsed();
    let (kb, run_kb) = (page.len() / 1000, json.len() / 1000);
    writeln!(
        io::stdout(),
        "an hour: {kb} kB in {took:?}, run file {run_kb} kB"
    )?;
    let Some(folder) = env::args_os().nth(1) else {
        return Ok(());
    };
    let folder = std::path::PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("hour.html"), page)?;
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
