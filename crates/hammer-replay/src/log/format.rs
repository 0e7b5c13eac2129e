use std::{error, fmt};

use super::columns::ColumnMapping;
use super::csv::CsvParser;
use super::json::{JsonFieldMap, KnownJsonFormat};
use super::text::{BuiltinFormat, FormatProgram, compile_directive};
use super::w3c::W3cParser;

/// What the lines of a log look like.
#[derive(Debug, Clone)]
pub struct LogFormat {
    name: String,
    pub(super) kind: FormatKind,
}

#[derive(Debug, Clone)]
pub(super) enum FormatKind {
    Text(FormatProgram),
    /// Lines that begin with `{` are objects, others are of one of the programs.
    Mixed(Vec<FormatProgram>, JsonFieldMap),
    /// Objects; the target of all is `/` if none is said.
    Json(JsonFieldMap, bool),
    W3c(W3cParser),
    Csv(CsvParser),
    Haproxy,
}

/// Why something is no format: what is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFormatError {
    message: String,
}

impl LogFormatError {
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

impl fmt::Display for LogFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for LogFormatError {}

impl LogFormat {
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
    pub fn parse(text: &str, columns: Option<&str>) -> Result<Self, LogFormatError> {
        let failed = LogFormatError::new;
        if let Some(program) = compile_directive(text) {
            let program = program.map_err(|why| failed(format!("refused: {why}")))?;
            let nginx = text.trim_start().starts_with(['n', 'l']);
            return Ok(Self {
                name: if nginx { "nginx" } else { "apache" }.to_owned(),
                kind: FormatKind::Text(program),
            });
        }
        if let Some(kind) = FormatKind::from_name(text) {
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
        let columns = ColumnMapping::parse(columns).map_err(failed)?;
        let kind = if text == "json" {
            let target = columns.has_target();
            let pairs = columns.fields.iter();
            let pairs = pairs.map(|(column, what)| (column.as_str(), what.clone()));
            FormatKind::Json(JsonFieldMap::from_paths(pairs), !target)
        } else {
            FormatKind::Csv(CsvParser::new(columns, separator))
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

impl FormatKind {
    fn from_name(name: &str) -> Option<Self> {
        let json = |known: KnownJsonFormat| Self::Json(known.field_map(), false);
        Some(match name {
            "common" => Self::Text(BuiltinFormat::Common.program()),
            "combined" => Self::Text(BuiltinFormat::Combined.program()),
            "alb" => Self::Text(BuiltinFormat::Alb.program()),
            "traefik" => {
                let programs = vec![BuiltinFormat::TraefikClf.program()];
                Self::Mixed(programs, KnownJsonFormat::Traefik.field_map())
            }
            "envoy" | "istio" => {
                let programs = vec![
                    BuiltinFormat::EnvoyText.program(),
                    BuiltinFormat::IstioText.program(),
                ];
                Self::Mixed(programs, KnownJsonFormat::Envoy.field_map())
            }
            "caddy" => json(KnownJsonFormat::Caddy),
            "google" => json(KnownJsonFormat::GoogleLb),
            "vegeta" => json(KnownJsonFormat::Vegeta),
            "har" => json(KnownJsonFormat::Har),
            "iis" => Self::W3c(W3cParser::iis()),
            "w3c" => Self::W3c(W3cParser::any()),
            "cloudfront" => Self::W3c(W3cParser::cloudfront()),
            "haproxy" => Self::Haproxy,
            _ => return None,
        })
    }
}
