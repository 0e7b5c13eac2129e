//! The rounds of a duel, from the first run to the comparison.

use std::path::Path;

use hammer_analysis::{
    ComparedRounds, ComparisonSide, EarlyEnd, Incomparable, IncomparableReason, MIN_RUNS,
    RunPosition, check_comparability,
};
use hammer_core::RunFile;

use super::DuelArgs;
use super::child_run::{ChildRunner, RunEnd};
use super::duel_progress::DuelProgress;
use super::run_folder::RunFolder;
use crate::command_exit::CommandExit;
use crate::comparison::judge::ComparisonJob;
use crate::comparison::side_names::SideNames;
use crate::output::print_stderr;
use crate::run_file;

/// The state of a duel.
pub(super) struct Duel<'a> {
    args: &'a DuelArgs,
    folder: RunFolder,
    runner: ChildRunner,
    progress: DuelProgress,
    /// The runs so far.
    base: Vec<RunFile>,
    new: Vec<RunFile>,
}

/// The reason why a duel ends before all rounds are complete.
enum DuelEnd {
    /// The runs so far cannot be compared.
    Refused(Incomparable),
    /// A signal came.
    Stopped(u8),
    /// A run failed.
    Failed { run: RunPosition, problem: String },
}

impl<'a> Duel<'a> {
    /// Creates a duel whose plans have been checked.
    pub(super) fn new(
        args: &'a DuelArgs,
        folder: RunFolder,
        runner: ChildRunner,
        progress: DuelProgress,
    ) -> Self {
        Self {
            args,
            folder,
            runner,
            progress,
            base: vec![],
            new: vec![],
        }
    }

    /// Runs all rounds, compares those that are complete, and writes the outputs.
    pub(super) fn run(mut self, job: ComparisonJob) -> CommandExit {
        let (early_end, exit) = match self.run_rounds() {
            Ok(()) => return self.compare(job, None),
            Err(DuelEnd::Refused(refused)) => return job.refuse(&refused, &self.names()),
            Err(DuelEnd::Stopped(number)) => (
                EarlyEnd::Signal {
                    signal: signal_name(number).to_owned(),
                },
                CommandExit::from_signal(number),
            ),
            Err(DuelEnd::Failed { run, problem }) => {
                (EarlyEnd::FailedRun { run, problem }, CommandExit::FAILED)
            }
        };
        self.drop_incomplete_round();
        let complete = self.base.len();
        let needed = MIN_RUNS.min(usize::try_from(self.args.rounds).unwrap_or(MIN_RUNS));
        if complete >= needed {
            let rounds = self.rounds(Some(early_end.clone()));
            print_stderr(&format!("incomplete: {rounds}"));
            self.compare(job, Some(early_end));
            return exit;
        }
        let reason = IncomparableReason::MissingRounds {
            rounds: self.rounds(Some(early_end)),
            needed: needed as u64,
        };
        print_stderr(&format!("not compared: {reason}; {}", self.folder.fate()));
        let refused = Incomparable {
            reasons: vec![reason],
        };
        job.write_refusal(&refused, &self.names(), exit)
    }

    /// Runs all rounds, or those before the duel ends early.
    fn run_rounds(&mut self) -> Result<(), DuelEnd> {
        for round in 1..=self.args.rounds {
            self.run_side(ComparisonSide::Base, round)?;
            self.run_side(ComparisonSide::New, round)?;
            // The plans of all rounds are the same. Some properties are known only after a run.
            if round == 1 {
                check_comparability(&self.base, &self.new).map_err(DuelEnd::Refused)?;
            }
        }
        Ok(())
    }

    /// Runs the plan of a side, after a pause.
    fn run_side(&mut self, side: ComparisonSide, round: u64) -> Result<(), DuelEnd> {
        let is_first = round == 1 && side == ComparisonSide::Base;
        if !is_first && let Some(signal) = self.runner.rest(self.args.rest) {
            return Err(DuelEnd::Stopped(signal));
        }
        let (plan, runs) = match side {
            ComparisonSide::Base => (&self.args.base, &mut self.base),
            ComparisonSide::New => (&self.args.new, &mut self.new),
        };
        let index = runs.len();
        let run = RunPosition { side, index };
        let failed = |problem| DuelEnd::Failed { run, problem };
        let title = format!("round {round} of {}, {side}", self.args.rounds);
        self.progress.started(&title, plan);
        let path = self.folder.run_file(side, round);
        match self.runner.run(plan, &path) {
            RunEnd::Completed => {}
            RunEnd::Stopped(signal) => return Err(DuelEnd::Stopped(signal)),
            RunEnd::Failed(problem) => return Err(failed(problem)),
        }
        let file = run_file::read(&path)
            .map_err(|problem| failed(format!("failed to read its run file: {problem}")))?;
        self.progress.ended(&title, &file);
        let unusable = IncomparableReason::of_run(&file, run);
        runs.push(file);
        match unusable {
            None => Ok(()),
            Some(reason) => Err(DuelEnd::Refused(Incomparable {
                reasons: vec![reason],
            })),
        }
    }

    /// Leaves out the runs of a round that is not complete, and says so if their files are kept.
    fn drop_incomplete_round(&mut self) {
        let complete = self.base.len().min(self.new.len());
        self.base.truncate(complete);
        self.new.truncate(complete);
        match self.folder.drop_round(complete as u64 + 1) {
            Ok(dropped) => {
                for file in dropped {
                    print_stderr(&format!("left out of the comparison: {}", file.display()));
                }
            }
            Err(error) => print_stderr(&format!(
                "error: failed to rename a run file of the incomplete round: {error}"
            )),
        }
    }

    /// Compares the complete rounds.
    fn compare(&self, job: ComparisonJob, early_end: Option<EarlyEnd>) -> CommandExit {
        let job = job.of_rounds(self.rounds(early_end));
        job.finish(&self.base, &self.new, &self.names())
    }

    fn rounds(&self, early_end: Option<EarlyEnd>) -> ComparedRounds {
        ComparedRounds {
            asked: self.args.rounds,
            complete: self.new.len() as u64,
            early_end,
        }
    }

    /// The names of the runs so far.
    fn names(&self) -> SideNames {
        let names = |plan: &Path, side, rounds: usize| {
            let name = |round| self.folder.run_name(plan, side, round);
            (1..=rounds as u64).map(name).collect()
        };
        SideNames {
            base: names(&self.args.base, ComparisonSide::Base, self.base.len()),
            new: names(&self.args.new, ComparisonSide::New, self.new.len()),
        }
    }
}

/// The name of a signal that ends a duel.
fn signal_name(number: u8) -> &'static str {
    match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        _ => "SIGTERM",
    }
}
