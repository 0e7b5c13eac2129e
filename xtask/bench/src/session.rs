//! A bench from its arguments to its exit code.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use crate::against;
use crate::args::Args;
use crate::bench::Bench;
use crate::claims;
use crate::cores::Cores;
use crate::error::Error;
use crate::executable::Executable;
use crate::machine;
use crate::plan::Plan;
use crate::program::Program;
use crate::record::{Record, SCHEMA};
use crate::scenario::Scenario;
use crate::scenarios;
use crate::table;

/// Measures what `args` ask for, prints it and writes it down.
///
/// # Errors
///
/// If the arguments make no sense, or something that is needed can't be had. A scenario that fails
/// does not keep the others from being measured.
pub(crate) fn run(args: &Args) -> Result<ExitCode, Error> {
    let then = args.against.as_deref().map(against::read).transpose()?;
    if let Some(then) = then.as_ref().filter(|then| then.quick != args.quick) {
        let (this, that) = if then.quick {
            ("is no quick one", "was")
        } else {
            ("is a quick one", "was not")
        };
        return Err(Error::usage(format!(
            "this bench {this}, and that of --against {that}: their figures do not compare"
        )));
    }
    let selected = Scenario::select(&args.scenarios, args.tls, args.quick)?;
    let root = machine::root();
    let hammer = Program::hammer(Executable::build(&root, "release", "hammer")?.path);
    let (peers, missing) = Program::peers();
    let bench = Bench {
        plan: Plan::new(args.quick, args.rounds),
        cores: Cores::find(),
        hammer,
        peers,
        with_peers: args.peers,
        limits: RefCell::default(),
        problems: RefCell::default(),
        failed: Cell::default(),
    };
    let mut record = Record {
        schema: SCHEMA.to_owned(),
        date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        commit: machine::commit(&root),
        quick: args.quick,
        rounds: args.rounds,
        machine: machine::describe(&bench.cores),
        versions: versions(&bench),
        not_on_path: missing.into_iter().map(str::to_owned).collect(),
        ..Record::default()
    };
    print!("{}", table::heading(&record));

    let start = Instant::now();
    let mut failures = Vec::new();
    for scenario in selected {
        if let Err(error) = measure(&bench, scenario, &mut record) {
            eprintln!("error: {error}");
            failures.push(error.to_string());
        }
    }

    record.claims = claims::judge(&record);
    println!("\nclaims: {}", claims::summary(&record.claims));
    println!("{}", table::claims(&record.claims));
    record.problems = [failures.clone(), bench.problems.take()].concat();
    for problem in &record.problems {
        println!("problem   {problem}");
    }
    let path = write(&record, &root)?;
    println!("measured  in {:.0} s", start.elapsed().as_secs_f64());
    println!("written   {}", path.display());

    let mut worse = false;
    if let Some(then) = then {
        let changes = against::compare(&then, &record);
        println!("\nagainst {} of {}", then.commit.id, then.date);
        print!("{}", against::table(&changes));
        worse = against::any_regression(&changes);
    }
    if worse || bench.failed.get() || !failures.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// One scenario: its target's limit, its rounds, its table.
fn measure(bench: &Bench, scenario: Scenario, record: &mut Record) -> Result<(), Error> {
    if let Some(mode) = scenarios::mode(scenario.kind) {
        bench.learn_limit(mode, scenario.tls)?;
    }
    let found = scenarios::run(bench, scenario)?;
    let limits = bench.limits.borrow();
    let limits = limits.iter().map(|(k, v)| ((*k).to_owned(), v.clone()));
    record.target_limit = limits.collect();
    let titled = found.sheet.figures();
    let figures = titled.iter().map(|(_, figure)| figure.clone());
    record.figures.extend(figures);
    record.pair_up();
    println!("\n{}: {}", scenario.name(), found.heading);
    print!("{}", table::figures(&titled, &record.ratios));
    Ok(())
}

/// Tools that have a part in this bench, by name.
fn versions(bench: &Bench) -> BTreeMap<String, String> {
    let peers = bench.peers.iter().filter(|_| bench.with_peers);
    let tools = peers.chain(bench.wrk()).chain([&bench.hammer]);
    let mut versions: BTreeMap<String, String> = tools
        .map(|tool| (tool.name().to_owned(), tool.version.clone()))
        .collect();
    versions.insert("rustc".to_owned(), machine::rustc());
    versions
}

fn write(record: &Record, root: &Path) -> Result<PathBuf, Error> {
    let folder = root.join("target").join("bench");
    // Colons are no part of a file's name everywhere.
    let path = folder.join(format!("{}.json", record.date.replace(':', "-")));
    let failed =
        |error: String| Error::failed(format!("failed to write {}: {error}", path.display()));
    let text = serde_json::to_string_pretty(record).map_err(|error| failed(error.to_string()))?;
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, text + "\n"))
        .map_err(|error| failed(error.to_string()))?;
    Ok(path)
}
