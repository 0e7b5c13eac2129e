use std::time::Duration;

use clap::Args;
use hammer_http::{ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus, HttpBuilder};

use super::parse_value;
use crate::{parsers::duration, parsers::size};

/// What an answer must be like to count as ok.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Expectations")]
#[group(skip)]
pub(super) struct ExpectationArgs {
    /// Statuses that are ok: 200,204,3xx [default: all below 400]
    #[arg(long, value_name = "STATUS", value_parser = parse_value::<ExpectedStatus>)]
    expect_status: Option<ExpectedStatus>,
    /// Header that an answer must have: 'Name' or 'Name: value'; repeatable
    #[arg(long, value_name = "HEADER", value_parser = parse_value::<ExpectedHeader>)]
    expect_header: Vec<ExpectedHeader>,
    /// Text that the body must have in it; repeatable
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    expect_body: Vec<String>,
    /// Regular expression that the body must match; repeatable
    #[arg(long, value_name = "REGEX", value_parser = parse_value::<ExpectedPattern>)]
    #[arg(allow_hyphen_values = true)]
    expect_body_regex: Vec<ExpectedPattern>,
    /// JSON value that the body must have: '/items/0/id=7'; repeatable
    #[arg(long, value_name = "POINTER=VALUE", value_parser = parse_value::<ExpectedJson>)]
    expect_json: Vec<ExpectedJson>,
    /// How large a body may be that is looked into [default: 16MiB]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_body: Option<u64>,
    /// How long the target may take to begin its answer
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    first_byte_timeout: Option<Duration>,
}

impl ExpectationArgs {
    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        if let Some(status) = self.expect_status {
            http = http.expect_status(status);
        }
        http = self
            .expect_header
            .into_iter()
            .fold(http, HttpBuilder::expect_header);
        http = self
            .expect_body
            .into_iter()
            .fold(http, HttpBuilder::expect_body);
        let patterns = self.expect_body_regex.into_iter();
        http = patterns.fold(http, HttpBuilder::expect_body_regex);
        http = self
            .expect_json
            .into_iter()
            .fold(http, HttpBuilder::expect_json);
        if let Some(bytes) = self.max_body {
            http = http.max_body_bytes(bytes);
        }
        match self.first_byte_timeout {
            Some(limit) => http.first_byte_timeout(limit),
            None => http,
        }
    }
}
