//! What all scenarios share: the tools, the cores, the rounds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use hammer_target::Knobs;

use crate::cores::Cores;
use crate::error::Error;
use crate::host::{Host, Mode};
use crate::number::shown;
use crate::peers::{Account, Extent, Load};
use crate::plan::Plan;
use crate::program::Program;
use crate::record::Limit;
use crate::scenario::{Kind, Scenario};
use crate::spread::Spread;

/// Connections of every tool in every scenario.
pub(crate) const CONNECTIONS: u32 = 64;
/// Connections and the streams of each over HTTP/2, of the tools that know it.
pub(crate) const HTTP2: (u32, u32) = (8, 16);
/// How far a tool's own count may be from the target's before somebody is told.
const MISCOUNT: f64 = 0.02;
/// Which share of the hits may fail before the bench says so.
const FAILED: f64 = 0.001;

/// A bench that is under way.
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) cores: Cores,
    pub(crate) hammer: Program,
    /// The peers that are on PATH.
    pub(crate) peers: Vec<Program>,
    /// Whether they take part.
    pub(crate) with_peers: bool,
    pub(crate) limits: RefCell<BTreeMap<&'static str, Limit>>,
    /// What went wrong without being fatal.
    pub(crate) problems: RefCell<Vec<String>>,
    /// Whether some of that concerns ours.
    pub(crate) failed: Cell<bool>,
}

/// A run of a tool against a target that counted along.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) account: Account,
    /// The tool's processor time for each hit that the target answered.
    pub(crate) cpu_us_per_hit: Option<f64>,
    /// The share of the run in which the target was on its core.
    pub(crate) target_busy: Option<f64>,
    /// What the target would answer in a second on its core at the price of this run.
    pub(crate) answers_per_target_cpu_s: Option<f64>,
}

impl Bench {
    /// What keeps a target busy to find out its limit, where it is on PATH.
    pub(crate) fn wrk(&self) -> Option<&Program> {
        self.peers.iter().find(|peer| peer.name() == "wrk")
    }

    /// Starts a target on its core.
    ///
    /// # Errors
    ///
    /// As [`Host::start`].
    pub(crate) fn host(&self, mode: Mode, tls: bool, knobs: Knobs) -> Result<Host, Error> {
        Host::start(&self.cores, mode, tls, knobs)
    }

    /// A load without end or rate.
    pub(crate) fn load<'a>(&self, url: &'a str, lasting: Duration) -> Load<'a> {
        Load {
            url,
            connections: CONNECTIONS,
            streams: None,
            rate: None,
            extent: Extent::Lasting(lasting),
            percentiles: false,
        }
    }

    /// Calls `measure` for each round with each tool that can make `load`: ours, then each peer,
    /// then the next round.
    ///
    /// A round of a tool that goes wrong is kept as a problem, and leaves a gap.
    pub(crate) fn rounds(
        &self,
        scenario: Scenario,
        load: &Load<'_>,
        mut measure: impl FnMut(usize, &Program) -> Result<(), Error>,
    ) {
        // A minute is too short for the peers, but in the scenario that is the shortest.
        let invited = self.with_peers
            && (!self.plan.quick || (scenario.kind == Kind::Closed && !scenario.tls));
        let peers = self.peers.iter().filter(|peer| invited && peer.can(load));
        let tools: Vec<&Program> = std::iter::once(&self.hammer).chain(peers).collect();
        for round in 0..self.plan.rounds {
            for tool in &tools {
                self.progress(scenario.name(), round, tool.name());
                if let Err(error) = measure(round, tool) {
                    self.problem(format!("{}: {}: {error}", scenario.name(), tool.name()));
                    if tool.name() == self.hammer.name() {
                        self.failed.set(true);
                    }
                }
            }
        }
    }

    /// Tells on stderr what happens now: a bench takes minutes.
    pub(crate) fn progress(&self, scenario: &str, round: usize, tool: &str) {
        let rounds = self.plan.rounds;
        eprintln!("… {scenario}, round {} of {rounds}: {tool}", round + 1);
    }

    /// Keeps what went wrong without being fatal; once, however often it happens.
    pub(crate) fn problem(&self, text: String) {
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&text) {
            problems.push(text);
        }
    }

    /// Keeps what is wrong with a run whose figures stand all the same; ours fails the bench.
    fn wrong(&self, tool: &Program, what: String) {
        self.problem(format!("{}: {what}", tool.name()));
        if tool.name() == self.hammer.name() {
            self.failed.set(true);
        }
    }

    /// Runs a tool against a target, and compares what both counted.
    ///
    /// # Errors
    ///
    /// As [`Program::shoot`].
    pub(crate) fn shoot(
        &self,
        tool: &Program,
        host: &Host,
        load: &Load<'_>,
        calibrated: bool,
    ) -> Result<Measured, Error> {
        let before = (host.answered(), host.cpu());
        let shot = tool.shoot(load, calibrated, &self.cores)?;
        let answered = (host.answered() - before.0) as f64;
        let target_cpu = host.cpu().zip(before.1).map(|(end, start)| end - start);
        let counted = shot.account.hits as f64;
        let in_flight = f64::from(load.in_flight());
        if (counted - answered).abs() > MISCOUNT * answered + in_flight {
            self.wrong(
                tool,
                format!(
                    "it says {} hits, but the target answered {}",
                    shown(counted),
                    shown(answered)
                ),
            );
        }
        if shot.account.errors as f64 > FAILED * answered + in_flight {
            let errors = shown(shot.account.errors as f64);
            self.wrong(tool, format!("{errors} of its hits failed"));
        }
        let cpu_us_per_hit = shot.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / answered);
        Ok(Measured {
            answers_per_target_cpu_s: target_cpu
                .map(|cpu| answered / cpu.as_secs_f64())
                .filter(|limit| limit.is_finite()),
            target_busy: target_cpu.map(|cpu| cpu.as_secs_f64() / shot.account.seconds),
            account: shot.account,
            cpu_us_per_hit: cpu_us_per_hit.filter(|cost| cost.is_finite()),
        })
    }

    /// Finds out what a kind of target can do at most, unless that is known.
    ///
    /// # Errors
    ///
    /// If there is no target, or the tool fails that keeps it busy.
    pub(crate) fn learn_limit(&self, mode: Mode, tls: bool) -> Result<(), Error> {
        if self.limits.borrow().contains_key(mode.name(tls)) {
            return Ok(());
        }
        let host = self.host(mode, tls, Knobs::default())?;
        let url = host.url();
        let load = self.load(&url, self.plan.limit);
        if let Some(wrk) = self.wrk() {
            match self.keep_busy(mode, tls, wrk, &host, &load) {
                Ok(()) => return Ok(()),
                // Whatever is on PATH under that name, ours can do it too.
                Err(error) => self.problem(format!("{}: {error}", wrk.name())),
            }
        }
        self.keep_busy(mode, tls, &self.hammer, &host, &load)
    }

    /// The rounds of [`learn_limit`](Self::learn_limit) with one tool.
    fn keep_busy(
        &self,
        mode: Mode,
        tls: bool,
        tool: &Program,
        host: &Host,
        load: &Load<'_>,
    ) -> Result<(), Error> {
        for round in 0..self.plan.rounds {
            self.progress("the target's own limit", round, tool.name());
            let measured = self.shoot(tool, host, load, false);
            let measured =
                measured.map_err(|error| Error::failed(format!("{}: {error}", tool.name())))?;
            self.note_limit(mode, tls, tool, &measured);
        }
        Ok(())
    }

    /// Learns more about the limit of a target from a closed loop of the tool that measures it.
    pub(crate) fn add_to_limit(&self, mode: Mode, tls: bool, tool: &Program, run: &Measured) {
        let known = self
            .limits
            .borrow()
            .get(mode.name(tls))
            .map(|limit| limit.by.clone());
        if known.is_some_and(|by| by == tool.name()) {
            self.note_limit(mode, tls, tool, run);
        }
    }

    fn note_limit(&self, mode: Mode, tls: bool, tool: &Program, run: &Measured) {
        let Some(seen) = run.answers_per_target_cpu_s else {
            return;
        };
        let mut limits = self.limits.borrow_mut();
        let known = limits.remove(mode.name(tls));
        let mut per_second = known.map_or_else(Vec::new, |limit| limit.per_second);
        per_second.push(seen);
        if let Some(spread) = Spread::of(per_second.iter().copied()) {
            let by = tool.name().to_owned();
            let limit = Limit {
                by,
                per_second,
                spread,
            };
            limits.insert(mode.name(tls), limit);
        }
    }

    /// A kind of target and its own limit, for the line above a table.
    pub(crate) fn limit_text(&self, mode: Mode, tls: bool) -> String {
        let name = mode.name(tls);
        match self.limits.borrow().get(name) {
            Some(limit) => format!(
                "{name} target, limit {}/s ({})",
                shown(limit.spread.median),
                limit.by
            ),
            None => format!("{name} target, limit unknown here"),
        }
    }
}
