//! Settings that the libraries name in messages, as flags of the command line or keys of a plan.
//!
//! A library does not know flags. Its messages name a setting as in its API, in backquotes and snake
//! case: "raise `max_in_flight` or lower the rate". [`SettingNames::reword`] replaces each known
//! setting wherever one of these texts is shown.

mod setting_table;

use hammer_core::Report;

use self::setting_table::TABLE;
pub(crate) use self::setting_table::add_flags;

/// The names of settings in texts that people read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum SettingNames {
    /// Flags of the command line, such as `--max-in-flight`.
    #[default]
    Flags,
    /// Keys of a plan, such as `'max_in_flight'`.
    PlanKeys,
}

impl SettingNames {
    /// Replaces the settings that a text of a library names in backquotes.
    ///
    /// Unknown words in backquotes stay as they are, and so does everything after an empty line,
    /// where a message repeats the text that is wrong.
    pub(crate) fn reword(self, text: &str) -> String {
        let message = text.find("\n\n").unwrap_or(text.len());
        let (mut rest, excerpt) = text.split_at(message);
        let mut reworded = String::with_capacity(text.len());
        while let Some((before, after)) = rest.split_once('`') {
            reworded.push_str(before);
            let setting = first_setting(after);
            rest = setting.as_ref().map_or(after, |(_, after)| after);
            match setting {
                Some((flags, _)) => reworded.push_str(&self.name(&flags)),
                None => reworded.push('`'),
            }
        }
        reworded + rest + excerpt
    }

    /// Rewords the reasons of the verdict and the advice for failures.
    pub(crate) fn reword_report(self, report: &mut Report) {
        let advice = report.advice.values_mut();
        for text in report.verdict.reasons.iter_mut().chain(advice) {
            *text = self.reword(text);
        }
    }

    /// The name of a setting, given the text of its flags.
    fn name(self, flags: &str) -> String {
        if self == Self::Flags {
            return flags.to_owned();
        }
        let names = flags.split(" or ").map(|flag| match flag.split_once(' ') {
            Some((flag, value)) => format!("{} = \"{value}\"", TABLE.key(flag)),
            None => format!("'{}'", TABLE.key(flag)),
        });
        names.collect::<Vec<_>>().join(" or ")
    }
}

/// The keys of a plan for the settings that a text names in backquotes, in order.
pub(crate) fn plan_keys(text: &str) -> Vec<String> {
    let named = text.split('`').filter_map(|word| TABLE.flags(word));
    let keys = named.flat_map(|flags| {
        let flags = flags.split(" or ").map(|flag| flag.split(' ').next());
        let keys = flags.map(|flag| TABLE.key(flag.unwrap_or_default()));
        keys.collect::<Vec<_>>()
    });
    keys.collect()
}

/// The flag of the setting that ends at the first backquote, and the text after it.
fn first_setting(text: &str) -> Option<(String, &str)> {
    let (word, after) = text.split_once('`')?;
    Some((TABLE.flags(word)?, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::text::golden;

    #[test]
    fn settings_become_flags_or_keys() {
        for (text, flags, keys) in [
            (
                "Raise `max_in_flight` or lower the rate.",
                "Raise --max-in-flight or lower the rate.",
                "Raise 'max_in_flight' or lower the rate.",
            ),
            (
                "`sni` cannot be combined with `send_sni(false)`",
                "--sni cannot be combined with --no-sni",
                "'sni' cannot be combined with 'no_sni'",
            ),
            (
                "add `http_version(Http1)`",
                "add --http 1.1",
                "add http = \"1.1\"",
            ),
            (
                "`tls_min`",
                "--tlsv1.2 or --tlsv1.3",
                "'tlsv1.2' or 'tlsv1.3'",
            ),
            (
                "`family(V4)`, not `window`",
                "-4, not --window",
                "'ipv4', not 'window'",
            ),
            ("mark it `once`", "mark it `once`", "mark it `once`"),
            (
                "an odd ` and `timeout`",
                "an odd ` and --timeout",
                "an odd ` and 'timeout'",
            ),
            ("`drain", "`drain", "`drain"),
            (
                "`body` is wrong\n\n    {{a}}`body`\n    ^",
                "--data is wrong\n\n    {{a}}`body`\n    ^",
                "'data' is wrong\n\n    {{a}}`body`\n    ^",
            ),
        ] {
            assert_eq!(SettingNames::Flags.reword(text), flags);
            assert_eq!(SettingNames::PlanKeys.reword(text), keys);
        }
    }

    /// Regression: a hammer of another crate could not name its own flags in messages.
    #[test]
    fn flags_of_other_hammers_are_settings() {
        let key_count = clap::Arg::new("key_count").long("redis-keys");
        add_flags(&clap::Command::new("redis").arg(key_count));
        let text = "raise `key_count`";
        assert_eq!(SettingNames::Flags.reword(text), "raise --redis-keys");
        assert_eq!(SettingNames::PlanKeys.reword(text), "raise 'redis_keys'");
    }

    #[test]
    fn keys_of_a_text_are_in_order() {
        let text = "`tls_min` and `nothing` and `send_sni(false)`";
        assert_eq!(plan_keys(text), ["tlsv1.2", "tlsv1.3", "no_sni"]);
    }

    #[test]
    fn reports_are_reworded() {
        let reason = "5 hits waited because `window` was reached. Raise `window`.";
        let changes = [
            (
                "/verdict/reasons",
                json!([reason, "Use a quieter host or fewer `threads`."]),
            ),
            (
                "/advice/connection_reset",
                json!("add `http_version(Http1)`"),
            ),
        ];
        let mut report = golden::report(&changes);
        SettingNames::Flags.reword_report(&mut report);
        assert_eq!(
            report.verdict.reasons,
            [
                "5 hits waited because --window was reached. Raise --window.",
                "Use a quieter host or fewer --threads."
            ]
        );
        assert_eq!(report.advice["connection_reset"], "add --http 1.1");
    }
}
