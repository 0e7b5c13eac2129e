//! Where a scenario's time and memory go: a CPU flame graph, two of the heap, and a page with both.
//!
//! What is profiled is the `hammer` command itself with the scenario's arguments, built as for a
//! release but with the names of what was inlined, on one core, against a target on another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::args::Args;
use crate::cores::Cores;
use crate::error::Error;
use crate::executable::Executable;
use crate::machine;

mod choice;
mod cpu;
mod frame;
mod graph;
mod heap;
mod load;
mod page;
mod perf;
mod sampler;
mod shares;
mod stacks;

pub(crate) use choice::SCENARIOS;

use choice::Choice;

use cpu::Cpu;
use graph::Graph;
use heap::Heap;
use load::Load;
use page::Page;
use shares::Shares;

/// cargo's profile for what is profiled: as for a release, with the names of what was inlined.
const PROFILE: &str = "profiling";

/// The files of a profile, and what they say in short.
struct Written {
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
pub(crate) fn run(scenario: &str, args: &Args) -> Result<ExitCode, Error> {
    let duration = Duration::from_secs(args.profile_seconds);
    let choice = Choice::of(scenario, duration, !args.without_perf)
        .ok_or_else(|| Error::usage(format!("there is no scenario {scenario:?} to profile")))?;
    let root = machine::root();
    let out = root
        .join("target/bench")
        .join(format!("profile-{scenario}"));
    let written = draw(&choice, &root, &out)?;
    println!("{}", written.summary);
    for file in written.files {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Profiles what was chosen and writes the result into the folder `out`.
fn draw(choice: &Choice, root: &Path, out: &Path) -> Result<Written, Error> {
    fs::create_dir_all(out).map_err(Error::io("create", out))?;
    let cores = Cores::find();
    let load = Load::start(choice, &cores)?;

    let cpu = Cpu::take(choice, &load, root, out)?;
    let heap = Heap::take(
        choice,
        &load,
        &Executable::build(root, PROFILE, "hammer-heap")?,
        out,
    )?;
    let shares = Shares::of(&cpu.stacks);
    let page = Page {
        choice,
        commit: &machine::commit(root).to_string(),
        cpu: &cpu,
        heap: &heap,
        shares: &shares,
    };

    let graph = |what: &str, subtitle: String, unit| Graph {
        title: format!("{}: {what}", choice.scenario),
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
        fs::write(&path, graph.draw(stacks)?).map_err(Error::io("write", &path))?;
        files.push(path);
    }
    files.push(heap.json.clone());
    Ok(Written {
        files,
        summary: page.text(),
    })
}
