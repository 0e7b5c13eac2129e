//! The two kinds of help: `-h` fits on a screen, and `--help` has all flags.

use clap::{Arg, ArgAction, Command};

/// Flags of loads, outputs and thresholds that `-h` shows.
const COMMON_FLAGS: [&str; 7] = [
    "rate", "duration", "hits", "output", "live", "dry_run", "assert",
];

/// The heading of `--help`, if the command has it: a heading of its own would take three lines.
const HELP_HEADING: &str = "Output";

/// The heading of the examples.
const EXAMPLES_HEADING: &str = "Examples:";

/// Hides arguments from `-h` that are neither in `shown`, given by their ids, nor common to all loads,
/// and adds `examples`, one per line, to both kinds of help. `notes` follow in `--help`.
pub(crate) fn with_short_help(
    command: Command,
    shown: &[&str],
    examples: &str,
    notes: &str,
) -> Command {
    let examples: String = examples.lines().map(|line| format!("\n  {line}")).collect();
    let examples = format!("{EXAMPLES_HEADING}{examples}");
    let flags = command.get_arguments().filter(|arg| !arg.is_positional());
    let total = flags.count();
    let is_in_heading = |arg: &Arg| arg.get_help_heading() == Some(HELP_HEADING);
    let has_heading = command.get_arguments().any(is_in_heading);
    let help = match has_heading {
        true => help_flag(total).help_heading(HELP_HEADING),
        false => help_flag(total),
    };
    let command = command.mut_args(|arg| {
        let id = arg.get_id().as_str();
        let is_shown = shown.contains(&id) || COMMON_FLAGS.contains(&id);
        arg.hide_short_help(!is_shown)
    });
    let long = format!("{examples}\n\n{notes}");
    command
        .disable_help_flag(true)
        .arg(help)
        .after_help(examples)
        .after_long_help(long.trim_end().to_owned())
}

/// The flag for both kinds of help.
fn help_flag(total: usize) -> Arg {
    Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(format!("Print help; --help shows all {total} flags"))
        .long_help("Print help; -h shows the most common flags")
        .display_order(1000)
}
