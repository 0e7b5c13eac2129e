use clap::Args;
use hammer_http::{Http, HttpBuilder, TargetOrder, Targets};

use super::parsed;
use crate::error::chain;

/// Several targets from a file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct TargetsArgs {
    /// Targets to hit, in vegeta's formats; a path in it is at the URL
    #[arg(long, value_name = "FILE", value_parser = targets)]
    #[arg(conflicts_with_all = ["method", "data", "json", "form", "data_lines"])]
    targets: Option<TargetFile>,
    /// Order of the targets: turn, random or slot [default: turn]
    #[arg(long, value_name = "HOW", value_parser = parsed::<TargetOrder>, requires = "targets")]
    target_order: Option<TargetOrder>,
}

/// Targets, and the file that they come from.
#[derive(Debug, Clone)]
struct TargetFile {
    path: String,
    targets: Targets,
}

impl TargetsArgs {
    /// The file, if there is one.
    pub(super) fn path(&self) -> Option<&str> {
        self.targets.as_ref().map(|file| &*file.path)
    }

    /// What one hit is, if there are several targets.
    pub(super) fn hit(&self) -> Option<String> {
        let file = self.targets.as_ref()?;
        let order = match self.target_order.unwrap_or_default() {
            TargetOrder::Turn => "in turn",
            TargetOrder::Random => "drawn by the seed",
            TargetOrder::Slot => "in turn within each slot",
        };
        let (count, path) = (file.targets.len(), &file.path);
        let s = if count == 1 { "" } else { "s" };
        Some(format!("{count} target{s} of {path}, {order}"))
    }

    /// A builder for the targets, or for `url` alone.
    pub(super) fn builder(self, url: Option<&str>) -> HttpBuilder {
        let targets = self.targets.map(|file| file.targets);
        let http = match (url, targets) {
            (Some(url), Some(targets)) => Http::builder(url).targets(targets),
            (None, Some(targets)) => Http::builder_for(targets),
            (url, None) => Http::builder(url.unwrap_or_default()),
        };
        http.target_order(self.target_order.unwrap_or_default())
    }
}

fn targets(path: &str) -> Result<TargetFile, String> {
    let targets = Targets::read(path).map_err(|error| chain(&error))?;
    Ok(TargetFile {
        path: path.to_owned(),
        targets,
    })
}
