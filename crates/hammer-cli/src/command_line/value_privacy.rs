//! Secrets that the value of a flag may contain, by the name of the value.

use hammer_diagnostic::is_secret_name;

/// The part of a value that may be a secret. The name of a file in place of it, `@FILE`, is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValuePrivacy {
    /// No part.
    Public,
    /// The whole value.
    Secret,
    /// The text after the first colon of `NAME:SECRET`, or a `NAME` without a colon.
    Login,
    /// The text after the first colon of `FILE:SECRET`.
    FileAndPassword,
    /// The value of `NAME=VALUE`.
    Assigned,
    /// The value of `NAME=VALUE` if the name suggests a secret, or else the secrets in it.
    NamedAssigned,
    /// The value of `Name: value` if the name suggests a secret, or else the secrets in it.
    Header,
    /// The values of a JSON object if their names suggest secrets.
    HeaderObject,
    /// The values of cookies.
    Cookies,
    /// The password and some values of the query of a URL.
    Url,
    /// The values in a form or in JSON whose names suggest secrets; the whole text if it has a word that
    /// does.
    Text,
}

impl ValuePrivacy {
    /// Returns the privacy of a value of this name, such as `USER:PASSWORD`.
    ///
    /// A name that no flag of the `hammer` command has is guessed from its words.
    pub(crate) fn of_value_name(name: &str) -> Self {
        if let Some((_, privacy)) = PRIVATE_NAMES.iter().find(|(known, _)| *known == name) {
            return *privacy;
        }
        if PUBLIC_NAMES.contains(&name) {
            return Self::Public;
        }
        match is_secret_name(name) {
            true if name.contains(':') => Self::Login,
            true => Self::Secret,
            false if name.contains("URL") => Self::Url,
            false => Self::Text,
        }
    }

    /// Returns true if this table has the name, so that nothing is guessed.
    #[cfg(test)]
    pub(super) fn is_known(name: &str) -> bool {
        let is_private = PRIVATE_NAMES.iter().any(|(known, _)| *known == name);
        is_private || PUBLIC_NAMES.contains(&name)
    }

    /// Returns true if an invalid value may be a secret as a whole, since its parts cannot be told
    /// apart.
    ///
    /// Words without a colon may be a header and its value with a typing error between them.
    pub(crate) fn hides_invalid(self, value: &str) -> bool {
        match self {
            Self::Secret | Self::Cookies | Self::Assigned | Self::NamedAssigned => true,
            Self::Login | Self::FileAndPassword | Self::Header | Self::HeaderObject => {
                value.contains([':', ' '])
            }
            _ => false,
        }
    }
}

/// Names of values that may contain a secret.
const PRIVATE_NAMES: [(&str, ValuePrivacy); 19] = [
    ("COMMAND", ValuePrivacy::Secret),
    ("COOKIES", ValuePrivacy::Cookies),
    ("FILE[:PASSWORD]", ValuePrivacy::FileAndPassword),
    ("HEADER", ValuePrivacy::Header),
    ("JSON", ValuePrivacy::HeaderObject),
    ("LOGIN|@FILE", ValuePrivacy::Login),
    ("NAME=@FILE", ValuePrivacy::NamedAssigned),
    ("NAME=VALUE", ValuePrivacy::Assigned),
    ("PASSWORD", ValuePrivacy::Secret),
    ("POINTER=VALUE", ValuePrivacy::NamedAssigned),
    ("PROPERTY", ValuePrivacy::Header),
    ("REGEX=>TEXT", ValuePrivacy::Text),
    ("TEXT", ValuePrivacy::Text),
    ("TEXT|@FILE", ValuePrivacy::Text),
    ("TOKEN", ValuePrivacy::Secret),
    ("TOKEN|@FILE", ValuePrivacy::Secret),
    ("URL", ValuePrivacy::Url),
    ("USER:PASSWORD", ValuePrivacy::Login),
    ("USER[:PASSWORD]", ValuePrivacy::Login),
];

/// Names of values that contain no secret.
const PUBLIC_NAMES: [&str; 64] = [
    "A",
    "ACTION",
    "ADDR",
    "ADDR:PORT",
    "ADDR|NAME",
    "B",
    "BASE",
    "BYTES",
    "CODE",
    "CODING",
    "COUNT",
    "COUNT|TIME",
    "DIR",
    "EVENT",
    "EXPR",
    "FACTOR",
    "FEEDER=FILE",
    "FIELD",
    "FIELD=COLUMN ...",
    "FILE",
    "FILTER",
    "FORMAT",
    "FROM..TO",
    "GROUP",
    "H:P:ADDR",
    "H:P:H:P",
    "HOST",
    "KIND[=PATH]",
    "LAW",
    "LIST",
    "LOG",
    "LOG=TIME",
    "METHOD",
    "MODE",
    "NAME",
    "NEW",
    "NUMBER",
    "ORDER",
    "OUTCOME",
    "PERCENT",
    "PLAN",
    "PORT",
    "POSITION",
    "PROCESS",
    "QOS",
    "RATE",
    "REGEX",
    "RUN",
    "SCOPE",
    "SECONDS",
    "SEED",
    "SHARE",
    "SHELL",
    "SIZE",
    "STATUS",
    "TEMPLATE",
    "TIME",
    "TIME/TIME",
    "TIMESTAMP",
    "TOPIC",
    "UNIT",
    "VARIABLE=SOURCE",
    "VERSION",
    "ZONE",
];
