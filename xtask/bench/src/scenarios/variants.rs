//! Two kinds of requests that hammer sends in turn, to see what the second costs.

use std::path::Path;

use crate::context::{BenchContext, MeasuredRun};
use crate::error::Error;
use crate::installed_tool::InstalledTool;
use crate::pairs::pair_order;
use crate::peers::{HammerPlan, HammerTool, ToolLoad};
use crate::pinned_target::PinnedTargetServer;

/// A kind of requests.
pub(super) struct RequestVariant {
    /// Its name in progress lines.
    pub(super) name: &'static str,
    /// The end of the URL, after the address of the target.
    pub(super) path: String,
    /// Arguments of `hammer http`, or of `hammer run` with a plan.
    pub(super) arguments: Vec<String>,
}

/// Two kinds of requests: those that others are compared with, and the others.
pub(super) struct VariantPair {
    variants: [RequestVariant; 2],
    tools: [InstalledTool; 2],
}

impl VariantPair {
    pub(super) fn new(bench: &BenchContext, variants: [RequestVariant; 2]) -> Self {
        let tools = variants.each_ref().map(|variant| {
            bench
                .hammer
                .hammer_with_arguments(variant.arguments.clone())
        });
        Self { variants, tools }
    }

    /// Two kinds of requests that are both sent from a terminal, as the plan at this path says if there is
    /// one.
    ///
    /// # Errors
    ///
    /// If there is no shell.
    pub(super) fn on_terminal(
        bench: &BenchContext,
        variants: [RequestVariant; 2],
        plan: Option<&Path>,
    ) -> Result<Self, Error> {
        let tool = |variant: &RequestVariant| {
            let arguments = variant.arguments.clone();
            bench.hammer.hammer_on_terminal(match plan {
                Some(plan) => Box::new(HammerPlan {
                    plan: plan.to_owned(),
                    arguments,
                }),
                None => Box::new(HammerTool {
                    arguments,
                    ..HammerTool::default()
                }),
            })
        };
        let tools = [tool(&variants[0])?, tool(&variants[1])?];
        Ok(Self { variants, tools })
    }

    /// Measures `load` with both kinds, one after the other, `count` times, and calls `record` with each
    /// pair: its number and its two runs. The order changes from pair to pair.
    ///
    /// A failed measurement becomes a problem and leaves a gap.
    pub(super) fn measure(
        &self,
        bench: &BenchContext,
        label: &str,
        target: &PinnedTargetServer,
        load: &ToolLoad<'_>,
        count: usize,
        mut record: impl FnMut(usize, [MeasuredRun; 2]),
    ) {
        for pair in 0..count {
            let [first, second] = pair_order(pair);
            let run = |index: usize| {
                bench.print_pair_progress(label, pair, count, self.variants[index].name);
                self.run(index, bench, target, load)
            };
            let measured = run(first).and_then(|one| {
                let other = run(second)?;
                Ok(if first == 0 {
                    [one, other]
                } else {
                    [other, one]
                })
            });
            let noted = measured.map(|runs| record(pair, runs));
            bench.note_failure(label, &bench.hammer, noted);
        }
    }

    fn run(
        &self,
        index: usize,
        bench: &BenchContext,
        target: &PinnedTargetServer,
        load: &ToolLoad<'_>,
    ) -> Result<MeasuredRun, Error> {
        let url = format!("{}{}", load.url, self.variants[index].path);
        let load = ToolLoad {
            url: &url,
            ..load.clone()
        };
        let measured = bench.measure_run(&self.tools[index], target, &load, false)?;
        match measured.tool_report.errors {
            0 => Ok(measured),
            errors => Err(Error::failed(format!("{errors} hits failed"))),
        }
    }
}

/// The rate of the second kind divided by that of the first.
pub(super) fn rate_ratio([first, second]: &[MeasuredRun; 2]) -> f64 {
    second.tool_report.rate() / first.tool_report.rate()
}
