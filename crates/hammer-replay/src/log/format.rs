//! Log formats: known names, columns and server directives.

use hammer_diagnostic::Diagnostic;

use super::FormatSource;
use super::columns::ColumnMapping;
use super::csv::CsvParser;
use super::json::{JsonFieldMap, KnownJsonFormat};
use super::text::{FormatProgram, KnownTextFormat, compile_directive};
use super::w3c::W3cParser;

/// The format of a log.
#[derive(Debug, Clone)]
pub struct LogFormat {
    name: String,
    pub(super) kind: FormatKind,
}

#[derive(Debug, Clone)]
pub(super) enum FormatKind {
    Text(FormatProgram),
    /// Lines that begin with `{` are JSON objects. Each of the others matches one of the programs.
    Mixed(Vec<FormatProgram>, JsonFieldMap),
    /// JSON objects. If the flag is true, they have no target and it is `/`.
    Json(JsonFieldMap, bool),
    W3c(W3cParser),
    Csv(CsvParser),
    Haproxy,
}

impl LogFormat {
    /// The names of the known formats. Among equal scores, the first one wins the detection.
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

    /// Parses a format: a name of [`NAMES`](Self::NAMES), `json`, `csv` or `tsv`, which need
    /// `columns`, or a directive: `log_format …;`, `nginx:FORMAT`, `LogFormat …` or `apache:FORMAT`.
    ///
    /// # Errors
    ///
    /// If the text is not a format, or its lines would be ambiguous. The text of the error is the
    /// format or the columns.
    pub fn parse(text: &str, columns: Option<&str>) -> Result<Self, Diagnostic> {
        if let Some(program) = compile_directive(text) {
            let program = program.map_err(|error| error.in_input(text));
            let is_nginx = text.trim_start().starts_with(['n', 'l']);
            return Ok(Self {
                name: if is_nginx { "nginx" } else { "apache" }.to_owned(),
                kind: FormatKind::Text(program?),
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
            _ => return Err(unknown_format(text)),
        };
        let columns = columns.ok_or_else(|| {
            let problem = format!("{text} without columns");
            let expected = "columns such as 'time=ts target=request.uri status=code'";
            FormatSource(text)
                .whole_error(problem, expected)
                .in_input(text)
        })?;
        let columns = ColumnMapping::parse(columns).map_err(|error| error.in_input(columns))?;
        let kind = if text == "json" {
            let has_target = columns.has_target();
            let pairs = columns.fields.iter();
            let pairs = pairs.map(|(column, field)| (column.as_str(), field.clone()));
            FormatKind::Json(JsonFieldMap::from_paths(pairs), !has_target)
        } else {
            FormatKind::Csv(CsvParser::new(columns, separator))
        };
        Ok(Self {
            name: text.to_owned(),
            kind,
        })
    }

    /// The name of the format.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns true if a file is a single document whose entries are not lines.
    pub(crate) fn is_document(&self) -> bool {
        self.name == "har"
    }
}

fn unknown_format(text: &str) -> Diagnostic {
    let all = format!(
        "auto, {}, json, csv, tsv or a directive ('log_format …', 'LogFormat …', 'nginx:…' or \
         'apache:…')",
        LogFormat::NAMES.join(", ")
    );
    Diagnostic::unknown(0..text.len(), "format", text, LogFormat::NAMES)
        .or_expected(all)
        .in_input(text)
}

impl FormatKind {
    fn from_name(name: &str) -> Option<Self> {
        let json = |known: KnownJsonFormat| Self::Json(known.field_map(), false);
        Some(match name {
            "common" => Self::Text(KnownTextFormat::Common.program()),
            "combined" => Self::Text(KnownTextFormat::Combined.program()),
            "alb" => Self::Text(KnownTextFormat::Alb.program()),
            "traefik" => {
                let programs = vec![KnownTextFormat::TraefikClf.program()];
                Self::Mixed(programs, KnownJsonFormat::Traefik.field_map())
            }
            "envoy" | "istio" => {
                let programs = vec![
                    KnownTextFormat::EnvoyText.program(),
                    KnownTextFormat::IstioText.program(),
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
