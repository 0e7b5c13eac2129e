//! Flags for a list of targets in a file.

use clap::Args;
use hammer_diagnostic::chain;
use hammer_http::{Http, HttpBuilder, TargetList, TargetOrder};

use super::parse_value;

/// Flags for a list of targets in a file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct TargetListArgs {
    /// File of targets in one of vegeta's formats
    ///
    /// Targets that are only a path are requested from URL. Maximum size: 256 MiB, and as much for all
    /// body files together. With '[NAME] STATUS', --expect-status replaces the common statuses for the
    /// targets of that name. Other expectations can be bound to a target in the same way.
    #[arg(long, value_name = "FILE", value_parser = read_targets)]
    #[arg(conflicts_with_all = ["method", "data", "json", "form", "data_lines"])]
    targets: Option<TargetListFile>,
    /// Order of the targets: turn, random or slot [default: turn]
    ///
    /// turn: one after another. random: drawn with the seed. slot: in order, separately in each
    /// slot.
    #[arg(long, value_name = "ORDER", value_parser = parse_value::<TargetOrder>, requires = "targets")]
    target_order: Option<TargetOrder>,
}

/// Targets and the path of their file.
#[derive(Debug, Clone)]
struct TargetListFile {
    path: String,
    targets: TargetList,
}

impl TargetListArgs {
    /// The path of the file, if given.
    pub(super) fn path(&self) -> Option<&str> {
        self.targets.as_ref().map(|file| &*file.path)
    }

    /// The names of the targets that have one.
    pub(super) fn names(&self) -> Vec<String> {
        let targets = self.targets.iter().flat_map(|file| file.targets.names());
        targets.map(str::to_owned).collect()
    }

    /// Warnings about lines of the file.
    pub(super) fn warnings(&self) -> Vec<String> {
        let file = self.targets.as_ref();
        file.map_or(vec![], |file| file.targets.warnings().to_vec())
    }

    /// Describes a hit if there is a list of targets.
    pub(super) fn describe_hit(&self) -> Option<String> {
        let file = self.targets.as_ref()?;
        let order = match self.target_order.unwrap_or_default() {
            TargetOrder::RoundRobin => "in turn",
            TargetOrder::Random => "drawn with the seed",
            TargetOrder::PerSlot => "in order within each slot",
        };
        let (count, path) = (file.targets.len(), &file.path);
        let s = if count == 1 { "" } else { "s" };
        Some(format!("{count} target{s} from {path}, {order}"))
    }

    /// Creates a builder for the targets, or for `url` alone.
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
