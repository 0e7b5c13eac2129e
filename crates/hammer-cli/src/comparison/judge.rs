//! The end of all commands that compare: the comparison, its outputs and the exit code.

use std::path::Path;

use hammer_analysis::{
    CompareOptions, ComparedRounds, Comparison, Incomparable, RunPairing, compare,
};
use hammer_core::RunFile;

use super::comparison_args::ComparisonArgs;
use super::comparison_output::ComparisonWriter;
use super::fail_on::FailOn;
use super::side_names::SideNames;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stderr;

/// A comparison that will be made, with its outputs, whose places have been checked.
pub(super) struct ComparisonJob {
    options: CompareOptions,
    fail_on: FailOn,
    writer: ComparisonWriter,
    /// The rounds, if the runs are made for the comparison.
    rounds: Option<ComparedRounds>,
}

impl ComparisonJob {
    /// Checks the places of the outputs, which must differ from those of the `inputs`.
    pub(super) fn new<'a>(
        args: &ComparisonArgs,
        pairing: RunPairing,
        inputs: impl IntoIterator<Item = &'a Path>,
    ) -> Result<Self, Error> {
        Ok(Self {
            options: args.options(pairing),
            fail_on: args.fail_on(),
            writer: ComparisonWriter::open(args.outputs(), inputs)?,
            rounds: None,
        })
    }

    /// Sets the rounds of the runs.
    pub(super) fn of_rounds(self, rounds: ComparedRounds) -> Self {
        Self {
            rounds: Some(rounds),
            ..self
        }
    }

    /// Compares the runs, and writes the outputs.
    pub(super) fn finish(
        self,
        base: &[RunFile],
        new: &[RunFile],
        names: &SideNames,
    ) -> CommandExit {
        let mut comparison = match compare(base, new, &self.options) {
            Ok(comparison) => comparison,
            Err(refused) => return self.refuse(&refused, names),
        };
        comparison.name_runs(&names.base, &names.new);
        comparison.rounds = self.rounds;
        let errors = self.writer.finish(&ComparedRuns {
            comparison: &comparison,
            fail_on: self.fail_on,
            base,
            new,
        });
        exit(
            &errors,
            match self.fail_on.fails(comparison.outcome) {
                true => CommandExit::THRESHOLD,
                false => CommandExit::OK,
            },
        )
    }

    /// Reports why the runs cannot be compared, also in the outputs that have a place for it.
    pub(super) fn refuse(self, refused: &Incomparable, names: &SideNames) -> CommandExit {
        print_refusal(refused, names);
        self.write_refusal(refused, names, CommandExit::INVALID)
    }

    /// Writes why there is no comparison to the outputs that have a place for it. `outcome` is the exit
    /// code unless one of them fails.
    pub(super) fn write_refusal(
        self,
        refused: &Incomparable,
        names: &SideNames,
        outcome: CommandExit,
    ) -> CommandExit {
        let errors = self.writer.finish_refused(refused, names);
        exit(&errors, outcome)
    }
}

/// A comparison with the runs that it was made of.
pub(super) struct ComparedRuns<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) fail_on: FailOn,
    pub(super) base: &'a [RunFile],
    pub(super) new: &'a [RunFile],
}

/// Prints the errors of outputs. They have priority over the outcome.
fn exit(errors: &[String], outcome: CommandExit) -> CommandExit {
    for error in errors {
        print_stderr(&format!("error: {error}"));
    }
    match errors.is_empty() {
        true => outcome,
        false => CommandExit::FAILED,
    }
}

/// Prints why the runs were not compared, and the runs behind the places in the reasons.
fn print_refusal(refused: &Incomparable, names: &SideNames) {
    print_stderr("error: the runs cannot be compared:");
    for reason in &refused.reasons {
        print_stderr(&format!("  {reason}"));
    }
    print_stderr("");
    for (position, name) in names.placed() {
        print_stderr(&format!("  {position}: {name}"));
    }
}
