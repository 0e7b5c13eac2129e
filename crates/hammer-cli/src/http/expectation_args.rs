//! Flags for expectations on responses.

use std::time::Duration;

use clap::Args;
use hammer_http::{ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus, HttpBuilder};

use super::parse_value;
use crate::{parsers::duration, parsers::size};

/// Flags for expectations on responses.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Expectations")]
#[group(skip)]
pub(super) struct ExpectationArgs {
    /// Accepted statuses: 200,204,3xx [default: all below 400]
    #[arg(long, value_name = "STATUS", value_parser = parse_value::<ExpectedStatus>)]
    expect_status: Option<ExpectedStatus>,
    /// Required response header: 'Name' or 'Name: value'; repeatable
    #[arg(long, value_name = "HEADER", value_parser = parse_value::<ExpectedHeader>)]
    expect_header: Vec<ExpectedHeader>,
    /// Text that the body must contain; repeatable
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    expect_body: Vec<String>,
    /// Regular expression that the body must match; repeatable
    #[arg(long, value_name = "REGEX", value_parser = parse_value::<ExpectedPattern>)]
    #[arg(allow_hyphen_values = true)]
    expect_body_regex: Vec<ExpectedPattern>,
    /// Required JSON value in the body: '/items/0/id=7'; repeatable
    #[arg(long, value_name = "POINTER=VALUE", value_parser = parse_value::<ExpectedJson>)]
    expect_json: Vec<ExpectedJson>,
    /// Largest response body to inspect [default: 16MiB]
    ///
    /// All bodies that a thread inspects at a time use at most 256 MiB, so a body of more than 128 MiB
    /// is never inspected.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_body: Option<u64>,
    /// Maximum time until the response begins
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
