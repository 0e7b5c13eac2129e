//! Flags of `hammer find`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hammer_analysis::SearchSettings;
use hammer_core::Rate;
use hammer_plan::{LoadOutline, Threshold};

use super::search_output;
use crate::args::{OutputSpec, caret, check_reported_name};
use crate::error::Error;
use crate::parsers::{duration, percent};

/// The objective that every search has: the load that the rate asks for was sent.
const ACHIEVED: &str = "achieved >= 99%";

/// The flag of the objectives, as clap shows it.
const SLO_FLAG: &str = "--slo <EXPR>";

/// Flags of a search.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Search")]
pub(crate) struct FindArgs {
    /// Objective that must hold, such as 'p99 < 200ms'; repeatable
    ///
    /// Objectives have the grammar of thresholds. 'achieved >= 99%' is implied.
    #[arg(long, value_name = "EXPR", required = true, value_parser = caret::parse::<Threshold>)]
    #[arg(allow_hyphen_values = true)]
    slo: Vec<Threshold>,
    /// First rate to look at
    #[arg(long, value_name = "RATE", default_value = "100", value_parser = caret::parse::<Rate>)]
    from: Rate,
    /// Highest rate to look at [default: none]
    #[arg(long, value_name = "RATE", value_parser = caret::parse::<Rate>)]
    to: Option<Rate>,
    /// Precision of the answer
    #[arg(long, value_name = "PERCENT", default_value = "2%", value_parser = percent::parse)]
    within: f64,
    /// Length of a look at a rate
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration::parse)]
    look: Duration,
    /// Warm-up of a look, which is not counted
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration::parse_or_zero)]
    settle: Duration,
    /// Pause before a look, longer while the target has not recovered
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration::parse_or_zero)]
    rest: Duration,
    /// Length of the look that confirms the answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration::parse)]
    confirm: Duration,
    /// Maximum length of the search
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration::parse)]
    budget: Duration,
    /// Exit with code 99 if the answer is below this rate
    #[arg(long, value_name = "RATE", value_parser = caret::parse::<Rate>)]
    at_least: Option<Rate>,
    /// Then look at 10, 20 … 110 % of the answer
    #[arg(long)]
    curve: bool,
    /// Then measure how long the target takes to recover from an overload
    ///
    /// Sends one and a half times the answer for 10 s, and then 80 % of it.
    #[arg(long)]
    recovery: bool,
    /// Output: text, json, junit, md, html; repeatable
    ///
    /// Without PATH, or with - as PATH, it goes to stdout. The text goes to stdout unless another output
    /// does.
    #[arg(short, long, value_name = "KIND[=PATH]", value_parser = search_output::parse)]
    #[arg(help_heading = "Output")]
    output: Vec<OutputSpec>,
    /// New or empty folder for the run file of each look
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    keep: Option<PathBuf>,
    /// Do not print progress and warnings
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
}

impl FindArgs {
    /// Checks combinations of flags.
    pub(super) fn check(&self) -> Result<(), Error> {
        let invalid = |flag: &str, value: String, problem: String| {
            Err(Error::invalid_value(flag, &value, problem))
        };
        if let Some(to) = self.to.filter(|to| to.as_f64() < self.from.as_f64()) {
            let from = self.from;
            let problem = format!("expected at least the first rate, {from} (try another --from)");
            return invalid("--to <RATE>", to.to_string(), problem);
        }
        let shown = |time: Duration| humantime::format_duration(time).to_string();
        if self.confirm < self.look {
            let problem = format!(
                "expected at least the length of a look, {} (try a shorter --look)",
                shown(self.look)
            );
            return invalid("--confirm <TIME>", shown(self.confirm), problem);
        }
        let least = self.rest + self.settle + self.look + self.rest + self.settle + self.confirm;
        if self.budget < least {
            let problem = format!(
                "expected time for a look and a confirmation, {} (try a longer budget)",
                shown(least)
            );
            return invalid("--budget <TIME>", shown(self.budget), problem);
        }
        Ok(())
    }

    /// The objectives of a search with a load of this outline, with the implied one.
    pub(super) fn objectives(
        &self,
        load: &LoadOutline,
        names_are_known: bool,
    ) -> Result<Vec<Threshold>, Error> {
        let mut objectives = self.slo.clone();
        for objective in &objectives {
            let valid = objective.validate(std::slice::from_ref(load), false);
            let valid = valid.and_then(|()| match names_are_known {
                true => check_reported_name(objective),
                false => Ok(()),
            });
            let invalid = |error| {
                let shown = objective.to_string();
                Error::invalid_value(SLO_FLAG, &shown, caret::show(&error))
            };
            valid.map_err(invalid)?;
            objective.with_baseline(None).map_err(invalid)?;
        }
        let implied: Threshold = ACHIEVED
            .parse()
            .map_err(|error: hammer_diagnostic::Diagnostic| Error::Run(error.to_string()))?;
        let is_given = |objective: &Threshold| objective.to_string().starts_with("achieved");
        if !objectives.iter().any(is_given) {
            objectives.push(implied);
        }
        Ok(objectives)
    }

    /// The settings of the search.
    pub(super) fn settings(&self) -> SearchSettings {
        SearchSettings {
            from: self.from.as_f64(),
            to: self.to.map(|to| to.as_f64()),
            within: self.within / 100.0,
            look: self.look,
            settle: self.settle,
            rest: self.rest,
            confirm: self.confirm,
            budget: self.budget,
        }
    }

    pub(super) fn at_least(&self) -> Option<Rate> {
        self.at_least
    }

    pub(super) fn curve(&self) -> bool {
        self.curve
    }

    pub(super) fn recovery(&self) -> bool {
        self.recovery
    }

    pub(super) fn outputs(&self) -> &[OutputSpec] {
        &self.output
    }

    pub(super) fn keep(&self) -> Option<&std::path::Path> {
        self.keep.as_deref()
    }

    pub(super) fn quiet(&self) -> bool {
        self.quiet
    }
}
