//! Log formats: known names, columns and server directives.

use hammer_diagnostic::Diagnostic;

use super::FormatSource;
use super::columns::ColumnMapping;
use super::csv::CsvParser;
use super::json::{JsonFieldMap, KnownJsonFormat};
use super::ltsv::LtsvParser;
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
    /// Lines that begin with `{` are JSON objects, and each matches one of the maps. Each of the others
    /// matches one of the programs.
    Mixed(Vec<FormatProgram>, Vec<JsonFieldMap>),
    /// JSON objects. If the flag is true, they have no target and it is `/`.
    Json(JsonFieldMap, bool),
    W3c(W3cParser),
    Csv(CsvParser),
    Ltsv(LtsvParser),
    Haproxy,
    Squid,
    Uvicorn,
}

impl LogFormat {
    /// The names of the known formats. Among equal scores, the first one wins the detection.
    pub const NAMES: [&'static str; 22] = [
        "traefik",
        "ingress-nginx",
        "vhost_combined",
        "common",
        "combined",
        "varnish",
        "envoy",
        "alb",
        "elb",
        "s3",
        "cloudfront",
        "cloudflare",
        "iis",
        "haproxy",
        "caddy",
        "google",
        "squid",
        "uvicorn",
        "ltsv",
        "vegeta",
        "har",
        "w3c",
    ];

    /// Parses a format: a name of [`NAMES`](Self::NAMES), `json`, `csv` or `tsv`, which need
    /// `columns`, `ltsv`, which can have them, or a directive: `log_format …;`, `nginx:FORMAT`,
    /// `LogFormat …` or `apache:FORMAT`.
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
        let has_columns = text == "ltsv" && columns.is_some();
        if let Some(kind) = FormatKind::from_name(text).filter(|_| !has_columns) {
            return Ok(Self {
                name: text.to_owned(),
                kind,
            });
        }
        let separator = match text {
            "json" | "csv" => b',',
            "tsv" | "ltsv" => b'\t',
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
        } else if text == "ltsv" {
            FormatKind::Ltsv(LtsvParser::new(&columns))
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
        use {KnownJsonFormat as Json, KnownTextFormat as Text};
        let mixed = |text: &[Text], json: &[Json]| {
            let programs = text.iter().map(|known| known.program()).collect();
            Self::Mixed(
                programs,
                json.iter().map(|known| known.field_map()).collect(),
            )
        };
        Some(match name {
            "common" => Self::Text(Text::Common.program()),
            // Some servers leave out the last fields if the client sent no such headers.
            "combined" => mixed(&[Text::Combined, Text::Common], &[]),
            "vhost_combined" => Self::Text(Text::VhostCombined.program()),
            "varnish" => Self::Text(Text::Varnish.program()),
            "ingress-nginx" => Self::Text(Text::IngressNginx.program()),
            "alb" => Self::Text(Text::Alb.program()),
            "elb" => mixed(&[Text::Elb, Text::OldElb], &[]),
            "s3" => mixed(&[Text::S3, Text::OldS3, Text::S3WithoutRequest], &[]),
            "traefik" => mixed(&[Text::TraefikClf], &[Json::Traefik]),
            "envoy" | "istio" => mixed(&[Text::EnvoyText, Text::IstioText], &[Json::Envoy]),
            "caddy" => mixed(&[], &[Json::Caddy]),
            "cloudflare" => mixed(&[], &[Json::Cloudflare]),
            "google" => mixed(&[], &[Json::GoogleLb]),
            "vegeta" => mixed(&[], &[Json::VegetaResults, Json::VegetaTargets]),
            "har" => mixed(&[], &[Json::Har]),
            "iis" => Self::W3c(W3cParser::iis()),
            "w3c" => Self::W3c(W3cParser::draft()),
            "cloudfront" => Self::W3c(W3cParser::cloudfront()),
            "ltsv" => Self::Ltsv(LtsvParser::recommended()),
            "haproxy" => Self::Haproxy,
            "squid" => Self::Squid,
            "uvicorn" => Self::Uvicorn,
            _ => return None,
        })
    }
}
