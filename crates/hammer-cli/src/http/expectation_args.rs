//! Flags for expectations on responses.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use hammer_http::{
    Error, ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus, HttpBuilder,
    ResponseRules,
};

use super::parse_value;
use super::target_bound::TargetBound;
use crate::{parsers::duration, parsers::size};

/// Flags for expectations on responses.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Expectations")]
#[group(skip)]
pub(super) struct ExpectationArgs {
    /// Accepted statuses: 200,204,3xx [default: all below 400]
    #[arg(long, value_name = "STATUS", value_parser = parse_rule::<ExpectedStatus>)]
    expect_status: Vec<TargetBound<ExpectedStatus>>,
    /// Required response header: 'Name' or 'Name: value'; repeatable
    #[arg(long, value_name = "HEADER", value_parser = parse_rule::<ExpectedHeader>)]
    expect_header: Vec<TargetBound<ExpectedHeader>>,
    /// Text that the body must contain; repeatable
    #[arg(long, value_name = "TEXT", value_parser = parse_text, allow_hyphen_values = true)]
    expect_body: Vec<TargetBound<String>>,
    /// Regular expression that the body must match; repeatable
    #[arg(long, value_name = "REGEX", value_parser = parse_rule::<ExpectedPattern>)]
    #[arg(allow_hyphen_values = true)]
    expect_body_regex: Vec<TargetBound<ExpectedPattern>>,
    /// Required JSON value in the body: '/items/0/id=7'; repeatable
    #[arg(long, value_name = "POINTER=VALUE", value_parser = parse_rule::<ExpectedJson>)]
    expect_json: Vec<TargetBound<ExpectedJson>>,
    /// Largest response body to inspect [default: 16MiB]
    ///
    /// The bodies that a thread inspects at a time use at most 256 MiB, so a body of more than 128 MiB is
    /// never inspected.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_body: Option<u64>,
    /// Maximum time until the response begins
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    first_byte_timeout: Option<Duration>,
}

impl ExpectationArgs {
    /// Adds the expectations; `targets` are the names of the targets.
    pub(super) fn apply(self, http: HttpBuilder, targets: &[String]) -> HttpBuilder {
        let http = add_rules(
            http,
            targets,
            self.expect_status,
            ResponseRules::expect_status,
        );
        let http = add_rules(
            http,
            targets,
            self.expect_header,
            ResponseRules::expect_header,
        );
        let http = add_rules(http, targets, self.expect_body, ResponseRules::expect_body);
        let patterns = self.expect_body_regex;
        let http = add_rules(http, targets, patterns, ResponseRules::expect_body_regex);
        let mut http = add_rules(http, targets, self.expect_json, ResponseRules::expect_json);
        if let Some(bytes) = self.max_body {
            http = http.max_body_bytes(bytes);
        }
        match self.first_byte_timeout {
            Some(limit) => http.first_byte_timeout(limit),
            None => http,
        }
    }
}

/// Adds a rule for each value.
fn add_rules<T>(
    http: HttpBuilder,
    targets: &[String],
    values: Vec<TargetBound<T>>,
    rule: fn(ResponseRules, T) -> ResponseRules,
) -> HttpBuilder {
    let add = |http, value: TargetBound<T>| value.apply(http, targets, rule);
    values.into_iter().fold(http, add)
}

fn parse_rule<T: FromStr<Err = Error>>(text: &str) -> Result<TargetBound<T>, String> {
    TargetBound::parse(text, parse_value)
}

fn parse_text(text: &str) -> Result<TargetBound<String>, String> {
    TargetBound::parse(text, |text| Ok(text.to_owned()))
}
