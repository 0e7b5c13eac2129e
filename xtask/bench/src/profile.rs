//! Where a scenario's time and memory go: a CPU flame graph, two of the heap, and a page with both.
//!
//! What is profiled is the `hammer` command itself with the scenario's arguments, built as for a
//! release but with the names of what was inlined, on one core, against a target on another.

use std::fs;
use std::path::{Path, PathBuf};

mod binary;
mod choice;
mod cores;
mod cpu;
mod error;
mod frame;
mod graph;
mod grouped;
mod heap;
mod load;
mod page;
mod perf;
mod sampler;
mod shares;
mod stacks;

pub(crate) use choice::{Choice, SCENARIOS};
pub(crate) use error::Error;

use binary::Binary;
use cores::Cores;
use cpu::Cpu;
use graph::Graph;
use heap::Heap;
use load::Load;
use page::Page;
use shares::Shares;

/// The files of a profile, and what they say in short.
pub(crate) struct Written {
    /// The page that shows the graphs, and then the graphs and the raw data.
    pub(crate) files: Vec<PathBuf>,
    /// A few lines for the terminal.
    pub(crate) summary: String,
}

/// Profiles what was chosen and writes the result into the folder `out`.
///
/// # Errors
///
/// If a binary can't be built, the run fails, or a file can't be written.
pub(crate) fn run(choice: &Choice, root: &Path, out: &Path) -> Result<Written, Error> {
    fs::create_dir_all(out).map_err(Error::io("create", out))?;
    let cores = Cores::split()?;
    let load = Load::start(choice, &cores)?;

    let cpu = Cpu::take(choice, &load, root, out)?;
    let heap = Heap::take(choice, &load, &Binary::build(root, "hammer-heap")?, out)?;
    let shares = Shares::of(&cpu.stacks);
    let page = Page {
        choice,
        commit: &commit(root),
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

/// The commit that is profiled, and whether the tree differs from it.
fn commit(root: &Path) -> String {
    let git = std::process::Command::new("git")
        .args([
            "describe",
            "--always",
            "--dirty",
            "--abbrev=12",
            "--exclude=*",
        ])
        .current_dir(root)
        .output();
    match git {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        // A source archive has no history.
        _ => "unknown".to_owned(),
    }
}
