//! Profiles a scenario: flame graphs of CPU time and of the heap, and a page that shows them.
//!
//! It profiles the `hammer` command with the arguments of the scenario. The build is that of a
//! release, with the names of inlined functions. Hammer and the target each have one core.

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

/// The cargo profile: a release with the names of inlined functions.
const CARGO_PROFILE: &str = "profiling";

/// The files of a profile, and a summary.
struct ProfileFiles {
    /// The page, the graphs and the raw data, in this order.
    files: Vec<PathBuf>,
    /// A few lines for the terminal.
    summary: String,
}

/// Profiles the scenario `name`, and prints a summary and the paths of the files.
///
/// # Errors
///
/// If the scenario is unknown, a build or the run fails, or a file cannot be written.
pub(crate) fn run(name: &str, args: &BenchArgs) -> Result<ExitCode, Error> {
    let duration = Duration::from_secs(args.profile_seconds);
    let scenario = ProfileScenario::find(name, duration, !args.without_perf)
        .ok_or_else(|| Error::usage(format!("cannot profile scenario {name:?}")))?;
    let root = machine::workspace_root();
    let out = root.join("target/bench").join(format!("profile-{name}"));
    let written = write_profile(&scenario, &root, &out)?;
    println!("{}", written.summary);
    for file in written.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Profiles `scenario` and writes the files into the folder `out`.
fn write_profile(
    scenario: &ProfileScenario,
    root: &Path,
    out: &Path,
) -> Result<ProfileFiles, Error> {
    fs::create_dir_all(out).map_err(Error::io("create", out))?;
    let cores = CorePinning::detect();
    let load = ProfileSetup::start(scenario, &cores)?;

    let cpu = CpuProfile::record(scenario, &load, root, out)?;
    let heap = HeapProfile::record(
        scenario,
        &load,
        &BuiltExecutable::build(root, CARGO_PROFILE, "hammer-heap")?,
        out,
    )?;
    let shares = CpuShares::from_stacks(&cpu.stacks);
    let page = ProfilePage {
        scenario,
        commit: &machine::git_commit(root).to_string(),
        cpu: &cpu,
        heap: &heap,
        shares: &shares,
    };

    let graph = |measure: &str, subtitle: String, unit| FlameGraph {
        title: format!("{}: {measure}", scenario.name),
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
