//! Flags for request bodies.

use std::path::Path;

use clap::Args;
use hammer_http::{ContentCoding, FormField, HttpBuilder};

use super::parse_value;
use crate::PayloadArg;

/// Flags for request bodies.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct HttpBodyArgs {
    /// Body of each request
    ///
    /// Maximum file size: 256 MiB.
    #[arg(
        short = 'd',
        long,
        visible_alias = "payload",
        value_name = "TEXT|@FILE"
    )]
    #[arg(allow_hyphen_values = true, conflicts_with_all = ["json", "form", "data_lines"])]
    pub(super) data: Option<PayloadArg>,
    /// JSON body; sets Content-Type and Accept
    ///
    /// Maximum file size: 256 MiB.
    #[arg(long, value_name = "TEXT|@FILE", allow_hyphen_values = true)]
    #[arg(conflicts_with_all = ["form", "data_lines"])]
    pub(super) json: Option<PayloadArg>,
    /// Form field: name=text, name=@FILE or name=<FILE; repeatable
    ///
    /// Maximum file size: 256 MiB.
    #[arg(short = 'F', long, value_name = "NAME=@FILE", value_parser = parse_value::<FormField>)]
    #[arg(allow_hyphen_values = true, conflicts_with = "data_lines")]
    pub(super) form: Vec<FormField>,
    /// File with one body per line, used in turn
    ///
    /// Maximum file size: 256 MiB.
    #[arg(long, value_name = "FILE", value_parser = body_from_file)]
    pub(super) data_lines: Option<PayloadArg>,
    /// Compress bodies with gzip, deflate, br or zstd
    #[arg(long, value_name = "CODING", value_parser = parse_value::<ContentCoding>)]
    pub(super) compress_request: Option<ContentCoding>,
}

impl HttpBodyArgs {
    /// Returns true if a body is sent.
    pub(super) fn is_given(&self) -> bool {
        let bodies = [&self.data, &self.json, &self.data_lines];
        bodies.into_iter().any(Option::is_some) || !self.form.is_empty()
    }

    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        if let Some(data) = self.data {
            http = http.body(data.into_bytes());
        }
        if let Some(json) = self.json {
            http = http.json(json.into_bytes());
        }
        http = self.form.into_iter().fold(http, HttpBuilder::form_field);
        if let Some(lines) = self.data_lines {
            http = http.data_lines(lines.into_bytes());
        }
        match self.compress_request {
            Some(coding) => http.compress(coding),
            None => http,
        }
    }
}

fn body_from_file(path: &str) -> Result<PayloadArg, String> {
    PayloadArg::from_file(Path::new(path))
}
