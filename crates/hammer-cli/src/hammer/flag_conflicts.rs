//! Names of flags that a hammer and the command both define.

use std::collections::BTreeMap;
use std::{error, fmt};

use clap::{Arg, Args, Command, Id};
use hammer_plan::PlanLoad;

use super::{HammerArgs, with_load_args};
use crate::find::FindArgs;

/// A name that a hammer defines although it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagConflict(String);

impl fmt::Display for FlagConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for FlagConflict {}

/// Names of subcommands that a hammer cannot have.
const RESERVED_HAMMERS: [&str; 3] = ["run", "find", "help"];

/// Flags that clap adds.
const CLAP_FLAGS: [&str; 4] = ["--help", "-h", "--version", "-V"];

/// Checks that all names in the arguments of a hammer are free.
///
/// Clap only checks this in debug builds, with a panic.
pub(crate) fn find_conflict<A: HammerArgs>() -> Result<(), FlagConflict> {
    let conflict = |problem: String| {
        let name = A::NAME;
        Err(FlagConflict(format!(
            "the hammer '{name}' cannot start: {problem}"
        )))
    };
    if RESERVED_HAMMERS.contains(&A::NAME) {
        return conflict("its name is that of a command (try another name)".into());
    }
    let load = with_load_args(Command::new(A::NAME));
    let find = FindArgs::augment_args(Command::new(A::NAME));
    let common = load.get_arguments().chain(find.get_arguments());
    let common: BTreeMap<String, String> = common.flat_map(reserved_names).collect();
    let own = A::augment_args(Command::new(A::NAME));
    let flattened = FlattenedGroups::of(&own);
    let mut seen = BTreeMap::new();
    for arg in own.get_arguments() {
        // The other names of an argument of a group give way.
        let names: Vec<_> = match flattened.group(arg) {
            Some(_) => reserved_names(arg).collect(),
            None => names(arg).collect(),
        };
        for (name, shown) in names {
            let example = format!("--{}-{}", A::NAME, shown.trim_start_matches('-'));
            if CLAP_FLAGS.contains(&&*name) {
                return conflict(format!(
                    "{shown} is a flag of every command (try another name)"
                ));
            }
            if let Some(taken) = common.get(&name) {
                let has_flag = arg.get_long() == taken.strip_prefix("--");
                return conflict(if name.starts_with("--") || has_flag {
                    format!(
                        "{taken} is a flag of every hammer (try another name, such as {example})"
                    )
                } else {
                    format!("the field {name} has the name of the flag {taken} (try another name)")
                });
            }
            let group = flattened.group(arg);
            if let Some(first) = seen.insert(name, group) {
                let group = group.or(first);
                let group = group.map_or_else(String::new, |group| format!(", once by {group}"));
                return conflict(format!(
                    "{shown} is defined twice{group} (try another name, such as {example})"
                ));
            }
        }
    }
    let groups = own.get_groups().map(|group| group.get_id().to_string());
    for group in groups {
        if seen.insert(id_name(&group), None).is_some() {
            return conflict(format!(
                "the argument group '{group}' is defined twice (try #[group(skip)] on its struct)"
            ));
        }
    }
    Ok(())
}

/// Checks that a plan can set each flag of a hammer.
pub(crate) fn find_unreachable<A: HammerArgs>() -> Result<(), FlagConflict> {
    let own = A::augment_args(Command::new(A::NAME));
    let mut longs = own.get_arguments().filter_map(Arg::get_long);
    match longs.find(|long| PlanLoad::NON_FLAG_KEYS.contains(long)) {
        Some(long) => Err(FlagConflict(format!(
            "a plan cannot set --{long} of the hammer '{name}': the key has another meaning (try \
             another name, such as --{name}-{long})",
            name = A::NAME
        ))),
        None => Ok(()),
    }
}

/// Removes short flags and aliases that the hammer has itself from the arguments of the command and of
/// flattened groups.
///
/// A new one of this crate does then not break an existing hammer.
pub(crate) fn give_way<A: HammerArgs>(command: Command) -> Command {
    let own = A::augment_args(Command::new(A::NAME));
    let flattened = FlattenedGroups::of(&own);
    let own = own
        .get_arguments()
        .filter(|arg| flattened.group(arg).is_none());
    let own: BTreeMap<String, String> = own.flat_map(names).collect();
    let is_free = |name: &str| !own.contains_key(name);
    command.mut_args(|arg| {
        if own.contains_key(&id_name(arg.get_id().as_str())) {
            return arg;
        }
        let short = arg
            .get_short()
            .filter(|short| is_free(&format!("-{short}")));
        let visible: Vec<String> = owned(arg.get_visible_aliases());
        let aliases: Vec<String> = owned(arg.get_all_aliases());
        let arg = arg.short(short).alias(None);
        let free = aliases
            .into_iter()
            .filter(|alias| is_free(&format!("--{alias}")));
        free.fold(arg, |arg, alias| match visible.contains(&alias) {
            true => arg.visible_alias(alias),
            false => arg.alias(alias),
        })
    })
}

fn owned(aliases: Option<Vec<&str>>) -> Vec<String> {
    let aliases = aliases.unwrap_or_default().into_iter();
    aliases.map(str::to_owned).collect()
}

/// The names of an argument of the command that no hammer can have: its id and its long flag.
fn reserved_names(arg: &Arg) -> impl Iterator<Item = (String, String)> {
    let long = arg.get_long().map(|long| format!("--{long}"));
    let id = id_name(arg.get_id().as_str());
    let shown = long.clone().unwrap_or_else(|| id.clone());
    let names = [Some(id), long].into_iter().flatten();
    names.map(move |name| (name, shown.clone()))
}

/// All names of an argument, each with the name that a message shows: its id, flags and aliases.
fn names(arg: &Arg) -> impl Iterator<Item = (String, String)> {
    let longs = arg.get_long().into_iter();
    let longs = longs.chain(arg.get_all_aliases().unwrap_or_default());
    let longs: Vec<_> = longs.map(|long| format!("--{long}")).collect();
    let shorts = arg.get_short().into_iter();
    let shorts = shorts.chain(arg.get_all_short_aliases().unwrap_or_default());
    let shorts: Vec<_> = shorts.map(|short| format!("-{short}")).collect();
    let id = arg.get_id().as_str();
    let shown = longs
        .first()
        .map_or_else(|| format!("'{id}'"), String::clone);
    let id = (id_name(id), shown);
    let flags = longs.into_iter().chain(shorts);
    std::iter::once(id).chain(flags.map(|flag| (flag.clone(), flag)))
}

/// The name of an id, which differs from that of any flag.
fn id_name(id: &str) -> String {
    format!("'{id}'")
}

/// The groups of arguments of this crate that a hammer flattens.
struct FlattenedGroups(Vec<(&'static str, Command)>);

impl FlattenedGroups {
    /// Finds the groups whose arguments are all there.
    fn of(own: &Command) -> Self {
        let groups: Vec<(&str, Command)> = Vec::from([
            #[cfg(feature = "network")]
            (
                "NetworkArgs",
                <crate::NetworkArgs as clap::Args>::augment_args(Command::new("")),
            ),
            #[cfg(feature = "data")]
            (
                "DataArgs",
                <crate::DataArgs as clap::Args>::augment_args(Command::new("")),
            ),
        ]);
        let has = |id: &Id| own.get_arguments().any(|arg| arg.get_id() == id);
        let groups = groups.into_iter();
        Self(
            groups
                .filter(|(_, group)| group.get_arguments().all(|arg| has(arg.get_id())))
                .collect(),
        )
    }

    /// The group that an argument is of: one with the same id and the same help.
    fn group(&self, arg: &Arg) -> Option<&'static str> {
        let is_same = |known: &Arg| {
            known.get_id() == arg.get_id()
                && known.get_help().map(ToString::to_string)
                    == arg.get_help().map(ToString::to_string)
        };
        let found = self
            .0
            .iter()
            .find(|(_, group)| group.get_arguments().any(is_same));
        found.map(|(name, _)| *name)
    }
}
