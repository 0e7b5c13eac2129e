//! What all scenarios share: the tools, the cores, the rounds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use hammer_target::TargetBehavior;

use crate::bench_plan::BenchPlan;
use crate::core_pinning::CorePinning;
use crate::error::Error;
use crate::installed_tool::InstalledTool;
use crate::number_format::format_number;
use crate::peers::{RunExtent, ToolLoad, ToolReport};
use crate::pinned_target::{PinnedTarget, TargetMode};
use crate::record::TargetLimit;
use crate::scenario::{BenchScenario, ScenarioKind};
use crate::spread::RoundSpread;

/// Connections of every tool in every scenario.
pub(crate) const CONNECTIONS: u32 = 64;
/// Connections and the streams of each over HTTP/2, of the tools that know it.
pub(crate) const HTTP2_CONNECTIONS_STREAMS: (u32, u32) = (8, 16);
/// How far a tool's own count may be from the target's before somebody is told.
const MAX_MISCOUNT_SHARE: f64 = 0.02;
/// Which share of the hits may fail before the bench says so.
const MAX_FAILED_SHARE: f64 = 0.001;

/// A bench that is under way.
pub(crate) struct BenchContext {
    pub(crate) plan: BenchPlan,
    pub(crate) cores: CorePinning,
    pub(crate) hammer: InstalledTool,
    /// The peers that are on PATH.
    pub(crate) peers: Vec<InstalledTool>,
    /// Whether they take part.
    pub(crate) with_peers: bool,
    pub(crate) target_limits: RefCell<BTreeMap<&'static str, TargetLimit>>,
    /// What went wrong without being fatal.
    pub(crate) problems: RefCell<Vec<String>>,
    /// Whether some of that concerns ours.
    pub(crate) hammer_failed: Cell<bool>,
}

/// A run of a tool against a target that counted along.
#[derive(Debug)]
pub(crate) struct MeasuredRun {
    pub(crate) tool_report: ToolReport,
    /// The tool's processor time for each hit that the target answered.
    pub(crate) cpu_us_per_hit: Option<f64>,
    /// The share of the run in which the target was on its core.
    pub(crate) target_busy: Option<f64>,
    /// What the target would answer in a second on its core at the price of this run.
    pub(crate) answers_per_target_cpu_s: Option<f64>,
}

impl BenchContext {
    /// What keeps a target busy to find out its limit, where it is on PATH.
    pub(crate) fn wrk(&self) -> Option<&InstalledTool> {
        self.peers.iter().find(|peer| peer.name() == "wrk")
    }

    /// Starts a target on its core.
    ///
    /// # Errors
    ///
    /// As [`PinnedTarget::start`].
    pub(crate) fn start_target(
        &self,
        mode: TargetMode,
        tls: bool,
        knobs: TargetBehavior,
    ) -> Result<PinnedTarget, Error> {
        PinnedTarget::start(&self.cores, mode, tls, knobs)
    }

    /// A load without end or rate.
    pub(crate) fn closed_loop_load<'a>(&self, url: &'a str, duration: Duration) -> ToolLoad<'a> {
        ToolLoad {
            url,
            connections: CONNECTIONS,
            streams: None,
            rate: None,
            extent: RunExtent::Duration(duration),
            needs_percentiles: false,
        }
    }

    /// Calls `measure` for each round with each tool that can make `load`: ours, then each peer,
    /// then the next round.
    ///
    /// A round of a tool that goes wrong is kept as a problem, and leaves a gap.
    pub(crate) fn run_rounds(
        &self,
        scenario: BenchScenario,
        load: &ToolLoad<'_>,
        mut measure: impl FnMut(usize, &InstalledTool) -> Result<(), Error>,
    ) {
        // A minute is too short for the peers, but in the scenario that is the shortest.
        let invited = self.with_peers
            && (!self.plan.quick || (scenario.kind == ScenarioKind::Closed && !scenario.tls));
        let peers = self
            .peers
            .iter()
            .filter(|peer| invited && peer.supports(load));
        let tools: Vec<&InstalledTool> = std::iter::once(&self.hammer).chain(peers).collect();
        for round in 0..self.plan.rounds {
            for tool in &tools {
                self.print_progress(scenario.name(), round, tool.name());
                if let Err(error) = measure(round, tool) {
                    self.add_problem(format!("{}: {}: {error}", scenario.name(), tool.name()));
                    if tool.name() == self.hammer.name() {
                        self.hammer_failed.set(true);
                    }
                }
            }
        }
    }

    /// Tells on stderr what happens now: a bench takes minutes.
    pub(crate) fn print_progress(&self, scenario: &str, round: usize, tool: &str) {
        let rounds = self.plan.rounds;
        eprintln!("… {scenario}, round {} of {rounds}: {tool}", round + 1);
    }

    /// Keeps what went wrong without being fatal; once, however often it happens.
    pub(crate) fn add_problem(&self, text: String) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&text) {
            problems.push(text);
        }
    }

    /// Keeps what is wrong with a run whose figures stand all the same; ours fails the bench.
    fn add_tool_problem(&self, tool: &InstalledTool, what: String) {
        self.add_problem(format!("{}: {what}", tool.name()));
        if tool.name() == self.hammer.name() {
            self.hammer_failed.set(true);
        }
    }

    /// Runs a tool against a target, and compares what both counted.
    ///
    /// # Errors
    ///
    /// As [`InstalledTool::shoot`].
    pub(crate) fn measure_run(
        &self,
        tool: &InstalledTool,
        host: &PinnedTarget,
        load: &ToolLoad<'_>,
        calibrated: bool,
    ) -> Result<MeasuredRun, Error> {
        let before = (host.answered_hits(), host.cpu_time());
        let shot = tool.run_load(load, calibrated, &self.cores)?;
        let answered = (host.answered_hits() - before.0) as f64;
        let target_cpu = host
            .cpu_time()
            .zip(before.1)
            .map(|(end, start)| end - start);
        let counted = shot.report.hits as f64;
        let in_flight = f64::from(load.max_in_flight());
        if (counted - answered).abs() > MAX_MISCOUNT_SHARE * answered + in_flight {
            self.add_tool_problem(
                tool,
                format!(
                    "it says {} hits, but the target answered {}",
                    format_number(counted),
                    format_number(answered)
                ),
            );
        }
        if shot.report.errors as f64 > MAX_FAILED_SHARE * answered + in_flight {
            let errors = format_number(shot.report.errors as f64);
            self.add_tool_problem(tool, format!("{errors} of its hits failed"));
        }
        let cpu_us_per_hit = shot.cpu_time.map(|cpu| cpu.as_secs_f64() * 1e6 / answered);
        Ok(MeasuredRun {
            answers_per_target_cpu_s: target_cpu
                .map(|cpu| answered / cpu.as_secs_f64())
                .filter(|limit| limit.is_finite()),
            target_busy: target_cpu.map(|cpu| cpu.as_secs_f64() / shot.report.seconds),
            tool_report: shot.report,
            cpu_us_per_hit: cpu_us_per_hit.filter(|cost| cost.is_finite()),
        })
    }

    /// Finds out what a kind of target can do at most, unless that is known.
    ///
    /// # Errors
    ///
    /// If there is no target, or the tool fails that keeps it busy.
    pub(crate) fn ensure_limit(&self, mode: TargetMode, tls: bool) -> Result<(), Error> {
        if self.target_limits.borrow().contains_key(mode.name(tls)) {
            return Ok(());
        }
        let host = self.start_target(mode, tls, TargetBehavior::default())?;
        let url = host.url();
        let load = self.closed_loop_load(&url, self.plan.limit_duration);
        if let Some(wrk) = self.wrk() {
            match self.saturate_target(mode, tls, wrk, &host, &load) {
                Ok(()) => return Ok(()),
                // Whatever is on PATH under that name, ours can do it too.
                Err(error) => self.add_problem(format!("{}: {error}", wrk.name())),
            }
        }
        self.saturate_target(mode, tls, &self.hammer, &host, &load)
    }

    /// The rounds of [`ensure_limit`](Self::ensure_limit) with one tool.
    fn saturate_target(
        &self,
        mode: TargetMode,
        tls: bool,
        tool: &InstalledTool,
        host: &PinnedTarget,
        load: &ToolLoad<'_>,
    ) -> Result<(), Error> {
        for round in 0..self.plan.rounds {
            self.print_progress("the target's own limit", round, tool.name());
            let measured = self.measure_run(tool, host, load, false);
            let measured =
                measured.map_err(|error| Error::failed(format!("{}: {error}", tool.name())))?;
            self.record_limit(mode, tls, tool, &measured);
        }
        Ok(())
    }

    /// Learns more about the limit of a target from a closed loop of the tool that measures it.
    pub(crate) fn refine_limit(
        &self,
        mode: TargetMode,
        tls: bool,
        tool: &InstalledTool,
        run: &MeasuredRun,
    ) {
        let known = self
            .target_limits
            .borrow()
            .get(mode.name(tls))
            .map(|limit| limit.by.clone());
        if known.is_some_and(|by| by == tool.name()) {
            self.record_limit(mode, tls, tool, run);
        }
    }

    fn record_limit(&self, mode: TargetMode, tls: bool, tool: &InstalledTool, run: &MeasuredRun) {
        let Some(seen) = run.answers_per_target_cpu_s else {
            return;
        };
        let mut limits = self.target_limits.borrow_mut();
        let known = limits.remove(mode.name(tls));
        let mut per_second = known.map_or_else(Vec::new, |limit| limit.per_second);
        per_second.push(seen);
        if let Some(spread) = RoundSpread::from_values(per_second.iter().copied()) {
            let by = tool.name().to_owned();
            let limit = TargetLimit {
                by,
                per_second,
                spread,
            };
            limits.insert(mode.name(tls), limit);
        }
    }

    /// A kind of target and its own limit, for the line above a table.
    pub(crate) fn limit_text(&self, mode: TargetMode, tls: bool) -> String {
        let name = mode.name(tls);
        match self.target_limits.borrow().get(name) {
            Some(limit) => format!(
                "{name} target, limit {}/s ({})",
                format_number(limit.spread.median),
                limit.by
            ),
            None => format!("{name} target, limit unknown here"),
        }
    }
}
