//! Tools, cores and rounds that all scenarios share.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use hammer_target::TargetBehavior;

use crate::bench_plan::BenchSizes;
use crate::core_pinning::CorePinning;
use crate::cpu_time::CpuTime;
use crate::error::Error;
use crate::installed_tool::InstalledTool;
use crate::number_format::format_number;
use crate::peer_selection::PeerSelection;
use crate::peers::{RunExtent, ToolLoad, ToolReport};
use crate::pinned_target::{PinnedTargetServer, TargetServerMode};
use crate::record::TargetServerLimit;
use crate::scenario::{BenchScenario, ScenarioKind};
use crate::spread::RoundSpread;

/// Connections of every tool in every scenario.
pub(crate) const CONNECTIONS: u32 = 64;
/// Connections, and streams per connection, over HTTP/2.
pub(crate) const HTTP2_CONNECTIONS_STREAMS: (u32, u32) = (8, 16);
/// Tolerated difference between the counts of a tool and of the target.
const MAX_MISCOUNT_SHARE: f64 = 0.02;
/// Share of hits that may fail without being reported.
const MAX_FAILED_SHARE: f64 = 0.001;

/// Returns the load over HTTP/2.
pub(crate) fn over_http2(load: ToolLoad<'_>) -> ToolLoad<'_> {
    let (connections, streams) = HTTP2_CONNECTIONS_STREAMS;
    ToolLoad {
        connections,
        streams: Some(streams),
        ..load
    }
}

/// A running bench.
pub(crate) struct BenchContext {
    pub(crate) plan: BenchSizes,
    pub(crate) cores: CorePinning,
    pub(crate) hammer: InstalledTool,
    /// Hammer with `--spin`.
    pub(crate) spinning_hammer: InstalledTool,
    /// The peers that are on PATH.
    pub(crate) peers: Vec<InstalledTool>,
    /// The peers to measure as well.
    pub(crate) peer_selection: PeerSelection,
    pub(crate) target_limits: RefCell<BTreeMap<&'static str, TargetServerLimit>>,
    /// Problems that did not stop the bench.
    pub(crate) problems: RefCell<Vec<String>>,
    /// True if one of the problems is in a run of hammer.
    pub(crate) hammer_failed: Cell<bool>,
}

/// A run of a tool against a target that counts its answers.
#[derive(Debug)]
pub(crate) struct MeasuredRun {
    pub(crate) tool_report: ToolReport,
    /// CPU time of the tool per hit that the target answered.
    pub(crate) cpu_us_per_hit: Option<f64>,
    /// The part of this time that the tool spent in user mode.
    pub(crate) user_us_per_hit: Option<f64>,
    /// Share of the run during which the target was busy.
    pub(crate) target_busy: Option<f64>,
    /// Answers per second in which the target was busy.
    pub(crate) answers_per_busy_s: Option<f64>,
}

impl BenchContext {
    /// The peer that saturates a target to find its limit, if it is on PATH.
    pub(crate) fn saturating_peer(&self, mode: TargetServerMode) -> Option<&InstalledTool> {
        let name = match mode {
            TargetServerMode::RawHttp2 => "h2load",
            _ => "wrk",
        };
        self.peers.iter().find(|peer| peer.name() == name)
    }

    /// Starts a target on its core.
    ///
    /// # Errors
    ///
    /// As [`PinnedTargetServer::start`].
    pub(crate) fn start_target(
        &self,
        mode: TargetServerMode,
        tls: bool,
        behavior: TargetBehavior,
    ) -> Result<PinnedTargetServer, Error> {
        PinnedTargetServer::start(&self.cores, mode, tls, behavior)
    }

    /// A closed loop of the given duration.
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

    /// Calls `measure` in each round for hammer, then for each peer that supports `load`.
    ///
    /// A failed measurement becomes a problem and leaves a gap in the figures.
    pub(crate) fn run_rounds(
        &self,
        scenario: BenchScenario,
        load: &ToolLoad<'_>,
        measure: impl FnMut(usize, &InstalledTool) -> Result<(), Error>,
    ) {
        self.run_tools(scenario.name(), &self.tools_for(scenario, load), measure);
    }

    /// Hammer, and the peers that support `load` if peers are measured in this scenario.
    pub(crate) fn tools_for(
        &self,
        scenario: BenchScenario,
        load: &ToolLoad<'_>,
    ) -> Vec<&InstalledTool> {
        // A quick bench has time for the peers in the shortest scenario only.
        let has_time = !self.plan.quick
            || self.peer_selection.is_by_name()
            || (scenario.kind == ScenarioKind::Closed && !scenario.tls);
        let is_measured = |peer: &&InstalledTool| {
            has_time && self.peer_selection.includes(peer.name()) && peer.supports(load)
        };
        let peers = self.peers.iter().filter(is_measured);
        std::iter::once(&self.hammer).chain(peers).collect()
    }

    /// Calls `measure` in each round for each of `tools`, like [`run_rounds`](Self::run_rounds).
    ///
    /// Progress and problems begin with `label`.
    pub(crate) fn run_tools(
        &self,
        label: &str,
        tools: &[&InstalledTool],
        mut measure: impl FnMut(usize, &InstalledTool) -> Result<(), Error>,
    ) {
        for round in 0..self.plan.rounds {
            for tool in tools {
                self.print_progress(label, round, tool.name());
                self.note_failure(label, tool, measure(round, tool));
            }
        }
    }

    /// Makes a failed measurement a problem, which begins with `label`. A failure of hammer also fails
    /// the bench.
    pub(crate) fn note_failure(
        &self,
        label: &str,
        tool: &InstalledTool,
        measured: Result<(), Error>,
    ) {
        if let Err(error) = measured {
            self.add_problem(format!("{label}: {}: {error}", tool.name()));
            if tool.name() == self.hammer.name() {
                self.hammer_failed.set(true);
            }
        }
    }

    /// Prints progress to stderr: a bench takes minutes.
    pub(crate) fn print_progress(&self, scenario: &str, round: usize, tool: &str) {
        let rounds = self.plan.rounds;
        eprintln!("… {scenario}, round {} of {rounds}: {tool}", round + 1);
    }

    /// Adds a problem that does not stop the bench, unless it is already known.
    pub(crate) fn add_problem(&self, text: String) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&text) {
            problems.push(text);
        }
    }

    /// Adds a problem of a run whose figures are kept. A problem of hammer fails the bench.
    fn add_tool_problem(&self, tool: &InstalledTool, what: String) {
        self.add_problem(format!("{}: {what}", tool.name()));
        if tool.name() == self.hammer.name() {
            self.hammer_failed.set(true);
        }
    }

    /// Runs a tool against a target, and compares their counts.
    ///
    /// # Errors
    ///
    /// As [`InstalledTool::run_load`].
    pub(crate) fn measure_run(
        &self,
        tool: &InstalledTool,
        target: &PinnedTargetServer,
        load: &ToolLoad<'_>,
        calibrated: bool,
    ) -> Result<MeasuredRun, Error> {
        let before = (target.answered_hits(), target.busy_time());
        let run = tool.run_load(load, calibrated, &self.cores)?;
        let answered = (target.answered_hits() - before.0) as f64;
        let target_busy = target
            .busy_time()
            .zip(before.1)
            .map(|(end, start)| end.saturating_sub(start).as_secs_f64());
        let counted = run.report.hits as f64;
        let in_flight = f64::from(load.max_in_flight());
        if (counted - answered).abs() > MAX_MISCOUNT_SHARE * answered + in_flight {
            self.add_tool_problem(
                tool,
                format!(
                    "it counted {} hits, but the target answered {}",
                    format_number(counted),
                    format_number(answered)
                ),
            );
        }
        if run.report.errors as f64 > MAX_FAILED_SHARE * answered + in_flight {
            let errors = format_number(run.report.errors as f64);
            self.add_tool_problem(tool, format!("{errors} of its hits failed"));
        }
        let us_per_hit = |time: Option<Duration>| {
            let cost = time.map(|time| time.as_secs_f64() * 1e6 / answered);
            cost.filter(|cost| cost.is_finite())
        };
        Ok(MeasuredRun {
            answers_per_busy_s: target_busy
                .map(|seconds| answered / seconds)
                .filter(|limit| limit.is_finite()),
            target_busy: target_busy.map(|seconds| seconds / run.report.seconds),
            tool_report: run.report,
            cpu_us_per_hit: us_per_hit(run.cpu_time.map(CpuTime::total)),
            user_us_per_hit: us_per_hit(run.cpu_time.map(|cpu| cpu.user)),
        })
    }

    /// Measures the limit of a kind of target, unless it is known.
    ///
    /// # Errors
    ///
    /// If the target does not start, or the tool that saturates it fails.
    pub(crate) fn ensure_limit(&self, mode: TargetServerMode, tls: bool) -> Result<(), Error> {
        if self.target_limits.borrow().contains_key(mode.name(tls)) {
            return Ok(());
        }
        let target = self.start_target(mode, tls, TargetBehavior::default())?;
        let url = target.url();
        let mut load = self.closed_loop_load(&url, self.plan.limit_duration);
        if mode == TargetServerMode::RawHttp2 {
            load = over_http2(load);
        }
        if let Some(peer) = self.saturating_peer(mode) {
            match self.saturate_target(mode, tls, peer, &target, &load) {
                Ok(()) => return Ok(()),
                // The program on PATH may be another one; hammer can saturate the target as well.
                Err(error) => self.add_problem(format!("{}: {error}", peer.name())),
            }
        }
        self.saturate_target(mode, tls, &self.hammer, &target, &load)
    }

    /// The rounds of [`ensure_limit`](Self::ensure_limit) with one tool.
    fn saturate_target(
        &self,
        mode: TargetServerMode,
        tls: bool,
        tool: &InstalledTool,
        target: &PinnedTargetServer,
        load: &ToolLoad<'_>,
    ) -> Result<(), Error> {
        for round in 0..self.plan.rounds {
            self.print_progress("the limit of the target", round, tool.name());
            let measured = self.measure_run(tool, target, load, false);
            let measured =
                measured.map_err(|error| Error::failed(format!("{}: {error}", tool.name())))?;
            self.record_limit(mode, tls, tool, &measured);
        }
        Ok(())
    }

    /// Adds a closed loop to the limit of a target, if the same tool measured that limit.
    pub(crate) fn refine_limit(
        &self,
        mode: TargetServerMode,
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

    fn record_limit(
        &self,
        mode: TargetServerMode,
        tls: bool,
        tool: &InstalledTool,
        run: &MeasuredRun,
    ) {
        let Some(seen) = run.answers_per_busy_s else {
            return;
        };
        let mut limits = self.target_limits.borrow_mut();
        let known = limits.remove(mode.name(tls));
        let mut per_second = known.map_or_else(Vec::new, |limit| limit.per_second);
        per_second.push(seen);
        if let Some(spread) = RoundSpread::from_values(per_second.iter().copied()) {
            let by = tool.name().to_owned();
            let limit = TargetServerLimit {
                by,
                per_second,
                spread,
            };
            limits.insert(mode.name(tls), limit);
        }
    }

    /// Describes a kind of target and its limit, for the line above a table.
    pub(crate) fn limit_text(&self, mode: TargetServerMode, tls: bool) -> String {
        let name = mode.name(tls);
        match self.target_limits.borrow().get(name) {
            Some(limit) => format!(
                "{name} target, limit {}/s ({})",
                format_number(limit.spread.median),
                limit.by
            ),
            None => format!("{name} target, limit unknown"),
        }
    }
}
