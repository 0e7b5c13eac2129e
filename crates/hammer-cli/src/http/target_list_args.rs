use clap::Args;
use hammer_diagnostic::chain;
use hammer_http::{Http, HttpBuilder, TargetList, TargetOrder};

use super::parse_value;

/// Several targets from a file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct TargetListArgs {
    /// Targets to hit, in vegeta's formats; a path in it is at the URL
    #[arg(long, value_name = "FILE", value_parser = read_targets)]
    #[arg(conflicts_with_all = ["method", "data", "json", "form", "data_lines"])]
    targets: Option<TargetListFile>,
    /// Order of the targets: turn, random or slot [default: turn]
    #[arg(long, value_name = "HOW", value_parser = parse_value::<TargetOrder>, requires = "targets")]
    target_order: Option<TargetOrder>,
}

/// Targets, and the file that they come from.
#[derive(Debug, Clone)]
struct TargetListFile {
    path: String,
    targets: TargetList,
}

impl TargetListArgs {
    /// The file, if there is one.
    pub(super) fn path(&self) -> Option<&str> {
        self.targets.as_ref().map(|file| &*file.path)
    }

    /// What one hit is, if there are several targets.
    pub(super) fn describe_hit(&self) -> Option<String> {
        let file = self.targets.as_ref()?;
        let order = match self.target_order.unwrap_or_default() {
            TargetOrder::RoundRobin => "in turn",
            TargetOrder::Random => "drawn by the seed",
            TargetOrder::PerSlot => "in turn within each slot",
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
            (None, Some(targets)) => Http::builder_for_targets(targets),
            (url, None) => Http::builder(url.unwrap_or_default()),
        };
        http.target_order(self.target_order.unwrap_or_default())
    }
}

fn read_targets(path: &str) -> Result<TargetListFile, String> {
    let targets = TargetList::read(path).map_err(|error| chain(&error))?;
    Ok(TargetListFile {
        path: path.to_owned(),
        targets,
    })
}
