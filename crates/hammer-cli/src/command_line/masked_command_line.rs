//! The arguments of a run as they were understood, without secrets.

use clap::{Arg, ArgMatches, Command};
use hammer_diagnostic::is_secret_name;

use super::ValuePrivacy;
use super::mask_value::mask_value;

/// The command line of a run, with its secrets masked.
///
/// Flags have their long names and stand in the order in which they were given. Values of defaults are
/// left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MaskedCommandLine(Vec<String>);

impl MaskedCommandLine {
    /// Writes down the arguments of `command` that were given, after the names that select it, such as
    /// `hammer http`.
    pub(crate) fn new(names: &[&str], command: &Command, matches: &ArgMatches) -> Self {
        let mut given: Vec<(usize, Vec<String>)> = command
            .get_arguments()
            .flat_map(|arg| given_words(arg, matches))
            .collect();
        given.sort_by_key(|(index, _)| *index);
        let names = names.iter().map(|name| (*name).to_owned());
        let words = given.into_iter().flat_map(|(_, words)| words);
        Self(names.chain(words).collect())
    }

    /// The words, beginning with the name of the program.
    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }
}

/// The words of each use of an argument, with its place in the command line.
fn given_words(arg: &Arg, matches: &ArgMatches) -> Vec<(usize, Vec<String>)> {
    let id = arg.get_id().as_str();
    let is_given = matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    let Some(indices) = matches.indices_of(id).filter(|_| is_given) else {
        return vec![];
    };
    let flag = flag(arg);
    if !arg.get_action().takes_values() {
        return indices
            .map(|index| (index, flag.iter().cloned().collect()))
            .collect();
    }
    let (name, privacy) = (value_name(arg), value_privacy(arg));
    let values = matches.get_raw(id).into_iter().flatten();
    let masked = values.map(|value| mask_value(&name, privacy, &value.to_string_lossy()));
    indices
        .zip(masked)
        .map(|(index, value)| (index, words(flag.clone(), value)))
        .collect()
}

/// The words for a value. One that looks like a flag is in the same word as its own flag.
fn words(flag: Option<String>, value: String) -> Vec<String> {
    match flag {
        Some(flag) if value.starts_with('-') && value.len() > 1 => vec![format!("{flag}={value}")],
        Some(flag) => vec![flag, value],
        None => vec![value],
    }
}

/// The flag as written, or `None` for a positional argument.
fn flag(arg: &Arg) -> Option<String> {
    let short = || arg.get_short().map(|short| format!("-{short}"));
    (arg.get_long().map(|long| format!("--{long}"))).or_else(short)
}

/// The privacy of the values of an argument.
fn value_privacy(arg: &Arg) -> ValuePrivacy {
    match ValuePrivacy::of_value_name(&value_name(arg)) {
        // The name of a flag of another program may say more than that of its value.
        ValuePrivacy::Text if arg.get_long().is_some_and(is_secret_name) => ValuePrivacy::Secret,
        privacy => privacy,
    }
}

/// The name of the value in the help.
fn value_name(arg: &Arg) -> String {
    let named = arg.get_value_names().and_then(<[_]>::first);
    named.map_or_else(|| arg.get_id().as_str().to_uppercase(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, HttpArgs, MqttArgs};

    fn app() -> Command {
        App::new()
            .hammer::<HttpArgs>()
            .hammer::<MqttArgs>()
            .definition()
    }

    /// The masked words of a command line.
    fn masked(line: &[&str]) -> String {
        let app = app();
        let matches = app.clone().try_get_matches_from(line).expect("valid");
        let (name, matches) = matches.subcommand().expect("a command");
        let command = app.find_subcommand(name).expect("the same command");
        let line = MaskedCommandLine::new(&["hammer", name], command, matches);
        line.words().join(" ")
    }

    /// Calls `check` with each flag and positional argument of each command.
    fn for_each_argument(command: &Command, check: &mut impl FnMut(&str, &Arg)) {
        for arg in command.get_arguments() {
            check(command.get_name(), arg);
        }
        for inner in command.get_subcommands() {
            for_each_argument(inner, check);
        }
    }

    /// A new flag makes this test fail until the name of its value is in one of the two tables.
    #[test]
    fn the_values_of_all_flags_are_public_or_have_a_mask() {
        let mut unknown = vec![];
        for_each_argument(&app(), &mut |command, arg| {
            let name = value_name(arg);
            if arg.get_action().takes_values() && !ValuePrivacy::is_known(&name) {
                unknown.push(format!("{command} {}: {name}", arg.get_id()));
            }
        });
        assert!(
            unknown.is_empty(),
            "add to command_line/value_privacy.rs whether these values may be secrets:\n{}",
            unknown.join("\n")
        );
    }

    /// A flag whose name suggests a secret cannot be public by the name of its value, such as NAME.
    #[test]
    fn no_flag_with_the_name_of_a_secret_is_public() {
        let mut public = vec![];
        for_each_argument(&app(), &mut |_, arg| {
            let long = arg.get_long().unwrap_or_default();
            let takes_values = arg.get_action().takes_values();
            if takes_values && is_secret_name(long) && value_privacy(arg) == ValuePrivacy::Public {
                public.push(long.to_owned());
            }
        });
        public.sort();
        public.dedup();
        // Files, times and scopes are not secret.
        let expected = [
            "oauth-scope",
            "session-expiry",
            "token-file",
            "token-lifetime",
            "token-timeout",
            "tokens",
        ];
        assert!(
            public.iter().all(|flag| expected.contains(&flag.as_str())),
            "{public:?}"
        );
    }

    /// Each secret is in a spelling that a parser of its own would have missed.
    #[test]
    fn secrets_are_masked_in_each_spelling() {
        let http = [
            "hammer",
            "http",
            "http://ann:s3cret@127.0.0.1/?token=s3cret",
        ];
        for (flags, shown) in [
            (&["-uann:s3cret"][..], "--user ann:***"),
            (&["-ku", "ann:s3cret"], "--insecure --user ann:***"),
            (&["--user=ann:s3cret"], "--user ann:***"),
            (&["--user", "-:s3cret"], "--user=-:***"),
            (
                &["-HAuthorization: Bearer s3cret"],
                "--header Authorization: Bearer ***",
            ),
            (&["-H", "Cookie: id=s3cret"], "--header Cookie: id=***"),
            (&["-b", "id=s3cret"], "--cookie id=***"),
            (&["--oauth2-bearer", "s3cret"], "--oauth2-bearer ***"),
            (
                &["-x", "http://ann:s3cret@127.0.0.1:3128"],
                "--proxy http://ann:***@127.0.0.1:3128",
            ),
            (
                &["-x", "http://127.0.0.1:1", "-U", "ann:s3cret"],
                "--proxy http://127.0.0.1:1 --proxy-user ann:***",
            ),
            (&["-E", "a.pem:s3cret"], "--cert a.pem:***"),
            (
                &["-E", "a.pem", "--pass", "s3cret"],
                "--cert a.pem --pass ***",
            ),
            (
                &["-d", "name=ann&password=s3cret"],
                "--data name=ann&password=***",
            ),
            (
                &["--payload", "{\"token\":\"s3cret\"}"],
                "--data {\"token\":\"***\"}",
            ),
            (
                &["--json", "{\"token\":\"s3cret\"}"],
                "--json {\"token\":\"***\"}",
            ),
            (&["-F", "password=s3cret"], "--form password=***"),
            (
                &["-F", "password=@Cargo.toml"],
                "--form password=@Cargo.toml",
            ),
            (&["-u", "@s3:cret"], "--user @s3:***"),
            (&["--token-cmd", "echo s3cret"], "--token-cmd ***"),
            (
                &[
                    "--oauth-url",
                    "http://127.0.0.1/",
                    "--oauth-client",
                    "id:s3cret",
                    "--oauth-user",
                    "ann:s3cret",
                ],
                "--oauth-url http://127.0.0.1/ --oauth-client id:*** --oauth-user ann:***",
            ),
            (
                &[
                    "--oauth-url",
                    "http://127.0.0.1/?key=s3cret",
                    "--oauth-client",
                    "id:s3cret",
                    "--oauth-param",
                    "a=s3cret",
                ],
                "--oauth-url http://127.0.0.1/?key=*** --oauth-client id:*** --oauth-param a=***",
            ),
        ] {
            let line = masked(&[&http[..], flags].concat());
            let url = "hammer http http://ann:***@127.0.0.1/?token=***";
            assert_eq!(line, format!("{url} {shown}"), "{flags:?}");
        }
        for (line, shown) in [
            (
                &[
                    "hammer",
                    "mqtt",
                    "mqtt://ann:s3cret@127.0.0.1",
                    "-u",
                    "ann:s3cret",
                ][..],
                "hammer mqtt mqtt://ann:***@127.0.0.1 --user ann:***",
            ),
            (
                &[
                    "hammer",
                    "mqtt",
                    "mqtt://127.0.0.1",
                    "--user-property",
                    "token: s3cret",
                    "-d",
                    "{\"password\":\"s3cret\"}",
                ],
                "hammer mqtt mqtt://127.0.0.1 --user-property token: *** --data {\"password\":\"***\"}",
            ),
            (
                &[
                    "hammer",
                    "run",
                    "--endpoint",
                    "http://s3cret@127.0.0.1/",
                    "--headers",
                    "{\"X-Api-Key\":\"s3cret\"}",
                ],
                "hammer run --endpoint http://***@127.0.0.1/ --headers {\"X-Api-Key\":\"***\"}",
            ),
            (
                &[
                    "hammer",
                    "replay",
                    "a.log",
                    "--endpoint",
                    "http://127.0.0.1",
                    "-H",
                    "X-Token: s3cret",
                ],
                "hammer replay a.log --endpoint http://127.0.0.1 --header X-Token: ***",
            ),
        ] {
            assert_eq!(masked(line), shown);
        }
    }

    #[test]
    fn other_values_are_as_given_in_their_order() {
        let line = [
            "hammer",
            "http",
            "-r",
            "0..500/1m",
            "http://127.0.0.1/a?page=2",
            "-z",
            "30s",
            "-d",
            "@Cargo.toml",
            "--assert",
            "p99 < 1s",
            "-H",
            "Accept: */*",
            "--assert",
            "errors < 1%",
            "-qk",
        ];
        assert_eq!(
            masked(&line),
            "hammer http --rate 0..500/1m http://127.0.0.1/a?page=2 --duration 30s --data @Cargo.toml \
             --assert p99 < 1s --header Accept: */* --assert errors < 1% --quiet --insecure"
        );
    }
}
