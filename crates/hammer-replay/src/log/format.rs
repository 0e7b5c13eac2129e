use std::{error, fmt};

use super::columns::Columns;
use super::csv::Csv;
use super::json::{Known, Map};
use super::text::{Builtin, Program, directive};
use super::w3c::W3c;

/// What the lines of a log look like.
#[derive(Debug, Clone)]
pub struct Format {
    name: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(Program),
    /// Lines that begin with `{` are objects, others are of one of the programs.
    Mixed(Vec<Program>, Map),
    /// Objects; the target of all is `/` if none is said.
    Json(Map, bool),
    W3c(W3c),
    Csv(Csv),
    Haproxy,
}

/// Why something is no format: what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    message: String,
}

impl FormatError {
    /// What is repeated of a text that somebody wrote is one line all the same.
    fn new(message: String) -> Self {
        let shown = |letter: char| match letter {
            letter if letter.is_control() => ' ',
            letter => letter,
        };
        Self {
            message: message.chars().take(1_000).map(shown).collect(),
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for FormatError {}

impl Format {
    /// The names of formats, in the order in which the better of two that fit alike comes first.
    pub const NAMES: [&'static str; 13] = [
        "traefik",
        "combined",
        "common",
        "envoy",
        "alb",
        "cloudfront",
        "iis",
        "haproxy",
        "caddy",
        "google",
        "vegeta",
        "har",
        "w3c",
    ];

    /// Reads a format: one of [`NAMES`](Self::NAMES), `json` or `csv`, which need `columns`, or a
    /// directive: `log_format …;`, `nginx:FORMAT`, `LogFormat …` or `apache:FORMAT`.
    ///
    /// # Errors
    ///
    /// If it is none, or lines of it could be read in more than one way.
    pub fn parse(text: &str, columns: Option<&str>) -> Result<Self, FormatError> {
        let failed = FormatError::new;
        if let Some(program) = directive(text) {
            let program = program.map_err(|why| failed(format!("refused: {why}")))?;
            let nginx = text.trim_start().starts_with(['n', 'l']);
            return Ok(Self {
                name: if nginx { "nginx" } else { "apache" }.to_owned(),
                kind: Kind::Text(program),
            });
        }
        if let Some(kind) = Kind::of(text) {
            return Ok(Self {
                name: text.to_owned(),
                kind,
            });
        }
        let separator = match text {
            "json" | "csv" => b',',
            "tsv" => b'\t',
            _ => {
                let names = Self::NAMES.join(", ");
                return Err(failed(format!(
                    "no format {:?}; right would be auto, {names}, json, csv, tsv, or a \
                     directive: 'log_format …', 'LogFormat …', 'nginx:…' or 'apache:…'",
                    text.chars().take(40).collect::<String>()
                )));
            }
        };
        let columns = columns.ok_or_else(|| {
            failed(format!(
                "{text} needs to be told its columns; right would be like \"time=ts \
                 target=request.uri status=code\""
            ))
        })?;
        let columns = Columns::parse(columns).map_err(failed)?;
        let kind = if text == "json" {
            let target = columns.has_target();
            let pairs = columns.meanings.iter();
            let pairs = pairs.map(|(column, what)| (column.as_str(), what.clone()));
            Kind::Json(Map::of(pairs), !target)
        } else {
            Kind::Csv(Csv::new(columns, separator))
        };
        Ok(Self {
            name: text.to_owned(),
            kind,
        })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a file of it is one document, whose entries are no lines.
    pub(crate) fn is_document(&self) -> bool {
        self.name == "har"
    }
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let json = |known: Known| Self::Json(known.map(), false);
        Some(match name {
            "common" => Self::Text(Builtin::Common.program()),
            "combined" => Self::Text(Builtin::Combined.program()),
            "alb" => Self::Text(Builtin::Alb.program()),
            "traefik" => {
                let programs = vec![Builtin::TraefikClf.program()];
                Self::Mixed(programs, Known::Traefik.map())
            }
            "envoy" | "istio" => {
                let programs = vec![Builtin::EnvoyText.program(), Builtin::IstioText.program()];
                Self::Mixed(programs, Known::Envoy.map())
            }
            "caddy" => json(Known::Caddy),
            "google" => json(Known::GoogleLb),
            "vegeta" => json(Known::Vegeta),
            "har" => json(Known::Har),
            "iis" => Self::W3c(W3c::iis()),
            "w3c" => Self::W3c(W3c::any()),
            "cloudfront" => Self::W3c(W3c::cloudfront()),
            "haproxy" => Self::Haproxy,
            _ => return None,
        })
    }
}
