//! The flags of the settings that libraries name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, PoisonError, RwLock};

use clap::{Arg, Args, Command};

use crate::args::LoadArgs;

/// Settings whose name in the API is not the id of their flag.
///
/// Both a setting and a flag can include a value, as in `send_sni(false)`.
const DIFFERENT_NAMES: &[(&str, &str)] = &[
    // hammer-core
    ("hit_count", "--hits"),
    // hammer-net
    ("client_cert", "--cert"),
    ("client_key", "--key"),
    ("client_key_password", "--pass"),
    ("family", "-4 or -6"),
    ("family(V4)", "-4"),
    ("family(V6)", "-6"),
    ("no_proxy", "--noproxy"),
    ("proxy_tunnel", "--proxytunnel"),
    ("send_sni", "--no-sni"),
    ("send_sni(false)", "--no-sni"),
    ("source", "--interface"),
    ("tls_min", "--tlsv1.2 or --tlsv1.3"),
    ("tls_min(V1_3)", "--tlsv1.3"),
    ("tls_max(V1_2)", "--tls-max 1.2"),
    ("tls_resume(false)", "--no-sessionid"),
    // hammer-http
    ("bearer_token", "--oauth2-bearer"),
    ("body", "--data"),
    ("compress", "--compress-request"),
    ("connection_window", "--h2-connection-window"),
    ("follow_redirects", "--max-redirs"),
    ("form_field", "--form"),
    ("header_line", "--header"),
    ("http_version", "--http"),
    ("http_version(Http1)", "--http 1.1"),
    ("http_version(Http2)", "--http 2"),
    ("keep_cookies", "--cookies"),
    ("keepalive", "--no-keepalive"),
    ("connection_lifetime", "--connection-lifetime"),
    ("keepalive(false)", "--no-keepalive"),
    ("max_body_bytes", "--max-body"),
    ("record", "--once"),
    ("stream_window", "--h2-stream-window"),
    ("streams", "--connections"),
    // hammer-mqtt
    ("clean_start(false)", "--keep-session"),
    ("completion", "--measure"),
    ("payload", "--data"),
    ("share_group", "--share"),
    ("version", "--mqtt"),
    ("version(V3)", "--mqtt 3.1.1"),
    ("version(V5)", "--mqtt 5"),
    ("wait_for_window", "--window-full"),
    // hammer-plan
    ("baseline", "--baseline"),
    // hammer-replay
    ("absolute_targets", "--absolute"),
    ("passes", "--loop"),
];

/// Ids of flags that messages put in backquotes with another meaning: a target is marked `once`.
const NOT_SETTINGS: &[&str] = &["once"];

/// All settings with their flags.
pub(super) static TABLE: LazyLock<SettingTable> = LazyLock::new(SettingTable::from_commands);

/// Flags of hammers that are not of this crate, by the ids of their arguments.
static OWN_FLAGS: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());

/// Adds the flags of a hammer, so that its messages can name them as settings.
pub(crate) fn add_flags(hammer: &Command) {
    let mut own = OWN_FLAGS.write().unwrap_or_else(PoisonError::into_inner);
    for (arg, long) in long_flags_of(hammer) {
        own.insert(arg.get_id().to_string(), format!("--{long}"));
    }
}

/// The flags of all settings.
pub(super) struct SettingTable {
    /// The texts of the flags by setting.
    flags: BTreeMap<String, String>,
    /// Long flags by short flag, without hyphens.
    long_flags: BTreeMap<char, String>,
}

impl SettingTable {
    /// Reads the flags of the commands that show messages of the libraries.
    fn from_commands() -> Self {
        let (mut flags, mut long_flags) = (BTreeMap::new(), BTreeMap::new());
        let mut known = BTreeSet::new();
        for command in commands() {
            for (arg, long) in long_flags_of(&command) {
                let id = arg.get_id().as_str();
                known.insert(format!("--{long}"));
                if !NOT_SETTINGS.contains(&id) {
                    flags.insert(id.to_owned(), format!("--{long}"));
                }
                if let Some(short) = arg.get_short() {
                    long_flags.insert(short, long.to_owned());
                    known.insert(format!("-{short}"));
                }
            }
        }
        for (setting, flag) in DIFFERENT_NAMES {
            // A program without a part of this crate may have a flag of its own with that name.
            if known.contains(flag.split(' ').next().unwrap_or_default()) {
                flags.insert((*setting).to_owned(), (*flag).to_owned());
            }
        }
        Self { flags, long_flags }
    }

    /// The text of the flags of a setting.
    pub(super) fn flags(&self, setting: &str) -> Option<String> {
        let own = || {
            let own = OWN_FLAGS.read().unwrap_or_else(PoisonError::into_inner);
            own.get(setting)
                .cloned()
                .filter(|_| !NOT_SETTINGS.contains(&setting))
        };
        self.flags.get(setting).cloned().or_else(own)
    }

    /// The key of a plan for a flag.
    pub(super) fn key(&self, flag: &str) -> String {
        let long = match flag.strip_prefix("--") {
            Some(long) => Some(long),
            None => (flag.chars().nth(1)).and_then(|short| Some(&**self.long_flags.get(&short)?)),
        };
        long.unwrap_or(flag).replace('-', "_")
    }
}

fn commands() -> Vec<Command> {
    let load = || LoadArgs::augment_args(Command::new("load"));
    Vec::from([
        #[cfg(feature = "replay")]
        crate::replay::command(),
        #[cfg(feature = "network")]
        crate::NetworkArgs::augment_args(load()),
        #[cfg(feature = "data")]
        crate::DataArgs::augment_args(load()),
        #[cfg(feature = "mqtt")]
        crate::MqttArgs::augment_args(load()),
        #[cfg(feature = "http")]
        crate::HttpArgs::augment_args(load()),
        load(),
    ])
}

fn long_flags_of(command: &Command) -> impl Iterator<Item = (&Arg, &str)> {
    let arguments = command.get_arguments();
    arguments.filter_map(|arg| Some((arg, arg.get_long()?)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The crates whose messages name settings.
    const LIBRARIES: &[&str] = &[
        "hammer-core",
        "hammer-data",
        "hammer-http",
        "hammer-mqtt",
        "hammer-net",
        "hammer-plan",
        "hammer-replay",
    ];

    #[test]
    fn every_flag_of_the_table_exists() {
        let commands = commands();
        let known = |flag: &str| {
            commands.iter().flat_map(long_flags_of).any(|(arg, long)| {
                let short = arg.get_short().map(|short| format!("-{short}"));
                format!("--{long}") == flag || short.as_deref() == Some(flag)
            })
        };
        for (setting, flags) in DIFFERENT_NAMES {
            for flag in flags
                .split(" or ")
                .filter_map(|flag| flag.split(' ').next())
            {
                assert!(known(flag), "`{setting}` is {flag}");
            }
        }
    }

    #[test]
    fn no_id_means_two_flags() {
        let mut flags = BTreeMap::new();
        for command in commands() {
            for (arg, long) in long_flags_of(&command) {
                let id = arg.get_id().to_string();
                let other = flags.insert(id.clone(), long.to_owned());
                assert_eq!(other.unwrap_or(long.to_owned()), long, "{id}");
            }
        }
    }

    /// A limit that a hammer reports with `Hit::waited_for` is named in the verdict.
    #[test]
    fn limits_of_hammers_are_settings() {
        for limit in [
            "clients",
            "connections",
            "streams",
            "window",
            "threads",
            "drain",
            "skip_late",
        ] {
            assert!(TABLE.flags(limit).is_some(), "{limit}");
        }
    }

    /// A library that named a setting which has no flag would show its user a word of the API.
    #[test]
    fn every_setting_that_a_library_names_has_a_flag() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (mut count, mut unknown) = (0, vec![]);
        for library in LIBRARIES {
            for (file, text) in sources(&crates.join(library).join("src")) {
                for word in settings_in(&text) {
                    if TABLE.flags(word).is_none() && !NOT_SETTINGS.contains(&word) {
                        unknown.push(format!("{file}: `{word}`"));
                    }
                    count += 1;
                }
            }
        }
        assert!(
            unknown.is_empty(),
            "unknown settings (try quoting words that are none differently):\n{}",
            unknown.join("\n")
        );
        assert!(count > 60, "found only {count} settings");
    }

    fn sources(folder: &Path) -> Vec<(String, String)> {
        let mut found = vec![];
        for entry in fs::read_dir(folder).expect("the sources are here") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                found.extend(sources(&path));
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                found.push((path.display().to_string(), text));
            }
        }
        found
    }

    /// The words in backquotes that look like settings, outside comments and attributes.
    fn settings_in(source: &str) -> Vec<&str> {
        let is_message = |line: &&str| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with("note =") && !line.starts_with("#[")
        };
        let words = source.lines().filter(is_message);
        let words = words.flat_map(|line| line.split('`').skip(1).step_by(2));
        let is_setting = |word: &&str| {
            let name = word.split('(').next().unwrap_or_default();
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        words.filter(is_setting).collect()
    }
}
