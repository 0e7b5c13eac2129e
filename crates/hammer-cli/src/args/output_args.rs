//! Flags for outputs and their values.

use clap::Args;
use hammer_plan::ParsedPlanFile;

use super::{OutputSpec, ProgressMode, ThresholdArgs};
use crate::command_line::MaskedCommandLine;

/// Flags for outputs.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Output: text, json, junit, md, html, run, hlog, hgrm, hits; repeatable
    ///
    /// md is Markdown. html is a page with charts. run has all histograms: 'hammer report' makes the
    /// other outputs from it later. hlog and hgrm are for the tools of HdrHistogram. hits is a line of
    /// CSV per hit.
    ///
    /// Without PATH, or with - as PATH, text, json, junit and md go to stdout; the others need a PATH.
    /// The text report goes to stdout unless another output does. A file that ends in .zst is compressed.
    /// A report file appears when it is complete; hits are written as they end. Only the owner can read a
    /// new file, except junit; an existing one keeps its permissions.
    #[arg(short, long, value_name = "KIND[=PATH]")]
    output: Vec<OutputSpec>,
    /// Do not print progress and warnings
    #[arg(short, long)]
    quiet: bool,
    /// Progress on stderr
    ///
    /// A display needs a terminal of 60 columns and 16 lines; elsewhere, 'live' prints lines.
    #[arg(long, value_name = "MODE", value_enum, conflicts_with = "quiet")]
    progress: Option<ProgressMode>,
    /// Show a live display: short for --progress live
    #[cfg(feature = "live")]
    #[arg(long, conflicts_with_all = ["progress", "quiet"])]
    live: bool,
    /// Add confidence intervals of the percentiles to text and Markdown
    ///
    /// For each percentile of the response, shows an interval of 95 % and the number of independent hits
    /// that the hits are worth. The run needs ten seconds with hits. The JSON report always has the
    /// intervals.
    #[arg(long)]
    confidence: bool,
    /// Exit with code 98 if the verdict is invalid, even without thresholds
    #[arg(long)]
    require_valid: bool,
    /// Describe the load without sending anything
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    thresholds: ThresholdArgs,
    #[arg(skip)]
    command_line: MaskedCommandLine,
}

impl OutputArgs {
    /// Gives priority to `other`: its outputs replace these, and its flags and thresholds are added.
    pub(crate) fn override_with(&mut self, other: Self) {
        self.quiet |= other.quiet;
        if let Some(progress) = other.progress() {
            self.quiet = false;
            self.clear_progress();
            self.progress = Some(progress);
        }
        if !other.output.is_empty() {
            self.output = other.output;
        }
        self.confidence |= other.confidence;
        self.require_valid |= other.require_valid;
        self.dry_run |= other.dry_run;
        self.thresholds.merge(other.thresholds);
        self.command_line = other.command_line;
    }

    /// Forgets the way to show progress, which another command chooses.
    pub(crate) fn clear_progress(&mut self) {
        self.progress = None;
        #[cfg(feature = "live")]
        {
            self.live = false;
        }
    }

    /// Sets the command line, for the run file.
    pub(crate) fn with_command_line(mut self, command_line: &MaskedCommandLine) -> Self {
        self.command_line = command_line.clone();
        self
    }

    /// The command line, with secrets masked.
    pub(crate) fn command_line(&self) -> &MaskedCommandLine {
        &self.command_line
    }

    /// Sets the location of each output in a plan.
    pub(crate) fn with_plan_locations(mut self, plan_location: impl Fn(usize) -> String) -> Self {
        for (index, output) in self.output.iter_mut().enumerate() {
            output.plan_location = Some(plan_location(index));
        }
        self
    }

    /// Sets the plan that the thresholds are from.
    pub(crate) fn with_plan_thresholds(mut self, file: &ParsedPlanFile) -> Self {
        self.thresholds = self.thresholds.with_plan(file);
        self
    }

    /// Returns true if nothing is to be sent.
    pub(crate) fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// The outputs to write, with the text report on stdout unless one of them is text or on stdout.
    pub(crate) fn outputs(&self) -> Vec<OutputSpec> {
        OutputSpec::with_text(&self.output)
    }

    /// Returns true if progress and warnings are off.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// The way to show progress.
    pub(crate) fn progress_mode(&self) -> ProgressMode {
        match self.quiet {
            true => ProgressMode::None,
            false => self.progress().unwrap_or_default(),
        }
    }

    /// The way to show progress that the flags name, if they do.
    fn progress(&self) -> Option<ProgressMode> {
        #[cfg(feature = "live")]
        if self.live {
            return Some(ProgressMode::Live);
        }
        self.progress
    }

    /// The thresholds.
    pub(crate) fn thresholds(&self) -> &ThresholdArgs {
        &self.thresholds
    }

    /// Returns true if text and Markdown have the confidence of the percentiles.
    pub(crate) fn confidence(&self) -> bool {
        self.confidence
    }

    /// Returns true if an invalid verdict is an error.
    pub(crate) fn require_valid(&self) -> bool {
        self.require_valid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_to_stdout_unless_another_output_does() {
        for (given, all) in [
            ("", "text"),
            ("json", "json"),
            ("json=a", "json=a text"),
            ("hits=a json=b", "hits=a json=b text"),
            ("text=a", "text=a"),
            ("junit", "junit"),
            ("junit=a", "junit=a text"),
        ] {
            let output = given
                .split_whitespace()
                .map(|o| o.parse().expect(o))
                .collect();
            let args = OutputArgs {
                output,
                ..OutputArgs::default()
            };
            let shown: Vec<_> = args.outputs().iter().map(OutputSpec::to_string).collect();
            assert_eq!(shown.join(" "), all, "{given}");
        }
    }
}
