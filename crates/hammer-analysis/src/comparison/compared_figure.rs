//! The figures that are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure of a run, or of a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ComparedFigure {
    /// The median of response.
    ResponseP50,
    /// The 90th percentile of response.
    ResponseP90,
    /// The 99th percentile of response.
    ResponseP99,
    /// The 99.9th percentile of response.
    #[serde(rename = "response_p99_9")]
    ResponseP999,
    /// The share of hits that did not end ok.
    Errors,
    /// The achieved rate.
    AchievedRate,
    /// The median of service.
    ServiceP50,
    /// The 90th percentile of service.
    ServiceP90,
    /// The 99th percentile of service.
    ServiceP99,
    /// The 99.9th percentile of service.
    #[serde(rename = "service_p99_9")]
    ServiceP999,
    /// The processor time of the generator, divided by the hits that were scheduled.
    CpuPerHit,
}

impl ComparedFigure {
    /// All figures, in the order of tables.
    pub const ALL: [Self; 11] = [
        Self::ResponseP50,
        Self::ResponseP90,
        Self::ResponseP99,
        Self::ResponseP999,
        Self::Errors,
        Self::AchievedRate,
        Self::ServiceP50,
        Self::ServiceP90,
        Self::ServiceP99,
        Self::ServiceP999,
        Self::CpuPerHit,
    ];

    /// The unit of its values.
    #[must_use]
    pub fn unit(self) -> ComparedUnit {
        match self {
            Self::Errors => ComparedUnit::Percent,
            Self::AchievedRate => ComparedUnit::PerSecond,
            _ => ComparedUnit::Microseconds,
        }
    }

    /// The direction of better values.
    #[must_use]
    pub fn better(self) -> BetterDirection {
        match self {
            Self::AchievedRate => BetterDirection::Higher,
            _ => BetterDirection::Lower,
        }
    }

    /// True if the figure counts towards the outcome of the whole comparison.
    ///
    /// Service explains response, and processor time is the generator's: both are only shown.
    #[must_use]
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::ResponseP50
                | Self::ResponseP90
                | Self::ResponseP99
                | Self::ResponseP999
                | Self::Errors
                | Self::AchievedRate
        )
    }

    /// The time and the quantile from 0 to 1, if the figure is a percentile.
    #[must_use]
    pub(crate) fn quantile(self) -> Option<(QuantileTime, f64)> {
        use QuantileTime::{Response, Service};
        Some(match self {
            Self::ResponseP50 => (Response, 0.5),
            Self::ResponseP90 => (Response, 0.9),
            Self::ResponseP99 => (Response, 0.99),
            Self::ResponseP999 => (Response, 0.999),
            Self::ServiceP50 => (Service, 0.5),
            Self::ServiceP90 => (Service, 0.9),
            Self::ServiceP99 => (Service, 0.99),
            Self::ServiceP999 => (Service, 0.999),
            Self::Errors | Self::AchievedRate | Self::CpuPerHit => return None,
        })
    }
}

/// The time of a percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuantileTime {
    Response,
    Service,
}

impl fmt::Display for ComparedFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ResponseP50 => "p50",
            Self::ResponseP90 => "p90",
            Self::ResponseP99 => "p99",
            Self::ResponseP999 => "p99.9",
            Self::Errors => "errors",
            Self::AchievedRate => "achieved rate",
            Self::ServiceP50 => "service p50",
            Self::ServiceP90 => "service p90",
            Self::ServiceP99 => "service p99",
            Self::ServiceP999 => "service p99.9",
            Self::CpuPerHit => "cpu per hit",
        })
    }
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ComparedUnit {
    /// Microseconds.
    #[serde(rename = "us")]
    Microseconds,
    /// Percent, from 0 to 100.
    #[serde(rename = "%")]
    Percent,
    /// Hits per second.
    #[serde(rename = "/s")]
    PerSecond,
}

/// The direction of better values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BetterDirection {
    /// Lower values are better.
    Lower,
    /// Higher values are better.
    Higher,
}
