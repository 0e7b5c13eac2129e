//! Runs the scenarios, and prints and writes the record.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use crate::args::BenchArgs;
use crate::baseline;
use crate::bench_plan::BenchSizes;
use crate::claims;
use crate::context::BenchContext;
use crate::core_pinning::CorePinning;
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::installed_tool::InstalledTool;
use crate::machine;
use crate::peer_selection::PeerSelection;
use crate::pinned_target::TargetServerMode;
use crate::record::{BenchRecord, SCHEMA};
use crate::scenario::BenchScenario;
use crate::scenarios;
use crate::table;

/// Measures the selected scenarios, prints the results, and writes the record.
///
/// # Errors
///
/// If the arguments are invalid, hammer cannot be built, or the record cannot be written. A failed
/// scenario does not prevent the others from being measured.
pub(crate) fn run(args: &BenchArgs) -> Result<ExitCode, Error> {
    let before = args
        .against
        .as_deref()
        .map(baseline::read_record)
        .transpose()?;
    if let Some(before) = before.as_ref().filter(|before| before.quick != args.quick) {
        return Err(Error::usage(if before.quick {
            "the record in --against is from a quick bench (try --quick)"
        } else {
            "the record in --against is not from a quick bench (try without --quick)"
        }));
    }
    let selected = BenchScenario::select(&args.scenarios, args.tls, args.quick)?;
    let peer_selection = PeerSelection::new(args.peers.as_deref())?;
    let cores = CorePinning::detect();
    let root = machine::workspace_root();
    let hammer = BuiltExecutable::build(&root, "release", "hammer")?.path;
    let (peers, missing) = InstalledTool::find_peers();
    let bench = BenchContext {
        plan: BenchSizes::new(args.quick, args.rounds),
        cores,
        hammer: InstalledTool::hammer(hammer.clone()),
        spinning_hammer: InstalledTool::spinning_hammer(hammer),
        peers,
        peer_selection,
        target_limits: RefCell::default(),
        problems: RefCell::default(),
        hammer_failed: Cell::default(),
    };
    let mut record = BenchRecord {
        schema: SCHEMA.to_owned(),
        date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        commit: machine::git_commit(&root),
        quick: args.quick,
        rounds: args.rounds,
        machine: machine::machine_info(&bench.cores),
        versions: tool_versions(&bench),
        not_on_path: missing.into_iter().map(str::to_owned).collect(),
        ..BenchRecord::default()
    };
    print!("{}", table::machine_heading(&record));

    let start = Instant::now();
    let mut failures = Vec::new();
    for scenario in selected {
        if let Err(error) = measure_scenario(&bench, scenario, &mut record) {
            eprintln!("error: {error}");
            failures.push(error.to_string());
        }
    }

    record.claims = claims::check_claims(&record, before.as_ref());
    println!("\nclaims: {}", claims::summary(&record.claims));
    println!("{}", table::claims_table(&record.claims));
    record.problems = [failures.clone(), bench.problems.take()].concat();
    for problem in &record.problems {
        println!("problem   {problem}");
    }
    let path = write_record(&record, &root)?;
    println!("measured  in {:.0} s", start.elapsed().as_secs_f64());
    println!("written   {}", path.display());

    let mut regressed = false;
    if let Some(before) = before {
        let changes = baseline::compare_records(&before, &record);
        println!("\ncompared with {} of {}", before.commit.id, before.date);
        if let Some(caution) = baseline::polling_caution(&before, &record) {
            println!("{caution}");
        }
        print!("{}", baseline::changes_table(&changes));
        regressed = baseline::has_regression(&changes);
    }
    if regressed || bench.hammer_failed.get() || !failures.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures one scenario, and the limit of its target if unknown, and prints the table.
fn measure_scenario(
    bench: &BenchContext,
    scenario: BenchScenario,
    record: &mut BenchRecord,
) -> Result<(), Error> {
    if let Some(mode) = scenarios::target_mode(scenario.kind) {
        bench.ensure_limit(mode, scenario.tls)?;
    }
    let report = scenarios::run(bench, scenario)?;
    let limits = bench.target_limits.borrow();
    let limits = limits.iter().map(|(k, v)| ((*k).to_owned(), v.clone()));
    record.target_limit = limits.collect();
    let titled = report.figures.into_figures();
    let figures = titled.iter().map(|(_, figure)| figure.clone());
    record.figures.extend(figures);
    record.compute_ratios();
    println!("\n{}: {}", scenario.name(), report.heading);
    print!("{}", table::figures_table(&titled, &record.ratios));
    Ok(())
}

/// The versions of the tools in this bench, by name.
fn tool_versions(bench: &BenchContext) -> BTreeMap<String, String> {
    let is_selected = |peer: &&InstalledTool| bench.peer_selection.includes(peer.name());
    let peers = bench.peers.iter().filter(is_selected);
    let saturating = [TargetServerMode::Raw, TargetServerMode::RawHttp2]
        .into_iter()
        .filter_map(|mode| bench.saturating_peer(mode));
    let tools = peers.chain(saturating).chain([&bench.hammer]);
    let mut versions: BTreeMap<String, String> = tools
        .map(|tool| (tool.name().to_owned(), tool.version.clone()))
        .collect();
    versions.insert("rustc".to_owned(), machine::rustc_version());
    versions
}

fn write_record(record: &BenchRecord, root: &Path) -> Result<PathBuf, Error> {
    let folder = root.join("target").join("bench");
    // Some systems do not allow colons in file names.
    let path = folder.join(format!("{}.json", record.date.replace(':', "-")));
    let failed =
        |error: String| Error::failed(format!("failed to write {}: {error}", path.display()));
    let text = serde_json::to_string_pretty(record).map_err(|error| failed(error.to_string()))?;
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&path, text + "\n"))
        .map_err(|error| failed(error.to_string()))?;
    Ok(path)
}
