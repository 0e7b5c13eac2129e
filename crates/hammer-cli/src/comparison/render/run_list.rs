//! Names of the compared runs.

use hammer_analysis::{ComparedRun, Comparison};

/// The sides with the names of their runs, in the order in which they were given: `base run 2` in a warning
/// is the second one.
pub(super) fn run_list(comparison: &Comparison) -> [(&'static str, Vec<String>); 2] {
    let names = |runs: &[ComparedRun]| {
        let mut runs: Vec<&ComparedRun> = runs.iter().collect();
        runs.sort_by_key(|run| run.index);
        runs.into_iter().map(|run| run.name.clone()).collect()
    };
    [
        ("base", names(&comparison.base)),
        ("new", names(&comparison.new)),
    ]
}
