//! Flags of all commands that compare.

use clap::Args;
use hammer_analysis::{CompareOptions, RunPairing};

use super::comparison_output;
use super::fail_on::FailOn;
use crate::args::OutputSpec;
use crate::parsers::percent;

/// Flags of all commands that compare.
#[derive(Debug, Args)]
#[group(skip)]
#[command(next_help_heading = "Comparison")]
pub(super) struct ComparisonArgs {
    /// Change that matters, as a share of the base value
    ///
    /// Smaller changes count as the same. Larger ones are better or worse.
    #[arg(long, value_name = "PERCENT", value_parser = percent::parse, default_value = "5%")]
    margin: f64,
    /// Change of the error share that matters, in percentage points
    #[arg(long, value_name = "PERCENT", value_parser = percent::parse, default_value = "0.1%")]
    error_margin: f64,
    /// Outcome that exits with code 99
    #[arg(long, value_enum, value_name = "OUTCOME", default_value = "worse")]
    fail_on: FailOn,
    /// Output to write: text, json, junit, md or html; repeatable
    ///
    /// Without PATH, or with - as PATH, it goes to stdout. The text goes to stdout unless another output
    /// does.
    #[arg(short, long, value_name = "KIND[=PATH]", value_parser = comparison_output::parse)]
    output: Vec<OutputSpec>,
}

impl ComparisonArgs {
    /// The options of the comparison, with this pairing of runs.
    pub(super) fn options(&self, pairing: RunPairing) -> CompareOptions {
        CompareOptions {
            margin: self.margin / 100.0,
            error_margin_points: self.error_margin,
            pairing,
            ..CompareOptions::default()
        }
    }

    /// The outcomes that fail.
    pub(super) fn fail_on(&self) -> FailOn {
        self.fail_on
    }

    /// The outputs to write.
    pub(super) fn outputs(&self) -> &[OutputSpec] {
        &self.output
    }
}
