//! Where a scenario's time and memory go: a CPU flame graph, two of the heap, and a page with both.
//!
//! What is profiled is the `hammer` command itself with the scenario's arguments, built as for a
//! release but with the names of what was inlined, on one core, against a target on another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::args::BenchArgs;
use crate::core_pinning::CorePinning;
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::machine;

mod cpu_profile;
mod cpu_shares;
mod flame_graph;
mod folded_stacks;
mod frame_name;
mod heap_profile;
mod page;
mod perf;
mod profile_scenario;
mod sampler;
mod setup;

pub(crate) use profile_scenario::PROFILE_SCENARIOS;

use profile_scenario::ProfileScenario;

use cpu_profile::CpuProfile;
use cpu_shares::CpuShares;
use flame_graph::FlameGraph;
use heap_profile::HeapProfile;
use page::ProfilePage;
use setup::ProfileSetup;

/// cargo's profile for what is profiled: as for a release, with the names of what was inlined.
const CARGO_PROFILE: &str = "profiling";

/// The files of a profile, and what they say in short.
struct ProfileFiles {
    /// The page that shows the graphs, and then the graphs and the raw data.
    files: Vec<PathBuf>,
    /// A few lines for the terminal.
    summary: String,
}

/// Profiles `scenario` and says where the pages are.
///
/// # Errors
///
/// If there is no such scenario, a binary can't be built, the run fails, or a file can't be written.
pub(crate) fn run(scenario: &str, args: &BenchArgs) -> Result<ExitCode, Error> {
    let duration = Duration::from_secs(args.profile_seconds);
    let choice = ProfileScenario::find(scenario, duration, !args.without_perf)
        .ok_or_else(|| Error::usage(format!("there is no scenario {scenario:?} to profile")))?;
    let root = machine::workspace_root();
    let out = root
        .join("target/bench")
        .join(format!("profile-{scenario}"));
    let written = write_profile(&choice, &root, &out)?;
    println!("{}", written.summary);
    for file in written.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Profiles what was chosen and writes the result into the folder `out`.
fn write_profile(choice: &ProfileScenario, root: &Path, out: &Path) -> Result<ProfileFiles, Error> {
    fs::create_dir_all(out).map_err(Error::io("create", out))?;
    let cores = CorePinning::detect();
    let load = ProfileSetup::start(choice, &cores)?;

    let cpu = CpuProfile::record(choice, &load, root, out)?;
    let heap = HeapProfile::record(
        choice,
        &load,
        &BuiltExecutable::build(root, CARGO_PROFILE, "hammer-heap")?,
        out,
    )?;
    let shares = CpuShares::from_stacks(&cpu.stacks);
    let page = ProfilePage {
        choice,
        commit: &machine::git_commit(root).to_string(),
        cpu: &cpu,
        heap: &heap,
        shares: &shares,
    };

    let graph = |what: &str, subtitle: String, unit| FlameGraph {
        title: format!("{}: {what}", choice.name),
        subtitle,
        unit,
    };
    let graphs = [
        (
            "cpu.svg",
            graph("CPU time", cpu.subtitle(), "samples"),
            &cpu.stacks,
        ),
        (
            "heap-bytes.svg",
            graph("bytes allocated", heap.subtitle(), "bytes"),
            &heap.bytes,
        ),
        (
            "heap-blocks.svg",
            graph("allocations", heap.subtitle(), "allocations"),
            &heap.blocks,
        ),
    ];
    let index = out.join("index.html");
    fs::write(&index, page.html()).map_err(Error::io("write", &index))?;
    let mut files = vec![index];
    for (name, graph, stacks) in graphs {
        let path = out.join(name);
        fs::write(&path, graph.to_svg(stacks)?).map_err(Error::io("write", &path))?;
        files.push(path);
    }
    files.push(heap.json.clone());
    Ok(ProfileFiles {
        files,
        summary: page.text(),
    })
}
