//! The results of a run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::report::address_report::AddressReport;
use crate::report::duration_summary::DurationSummary;
use crate::report::generator_report::GeneratorReport;
use crate::report::group_report::GroupReport;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::load_settings::LoadSettings;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;
use crate::report::proxy_report::ProxyReport;
use crate::report::rate_summary::RateSummary;
use crate::report::stage_report::StageReport;
use crate::report::threshold_check::{AbortReason, CheckedThreshold};
use crate::report::timeline::TimelineSlice;
use crate::report::verdict::Verdict;
use crate::schedule::arrival_process::ArrivalProcess;

/// The value of [`Report::schema`].
pub const REPORT_SCHEMA: &str = "hammer.report/1";

/// The results of a run.
///
/// Serialized, it is the JSON report that `docs/REPORT.md` describes key by key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The name and version of the format: [`REPORT_SCHEMA`].
    pub schema: String,
    /// The hammer's name.
    pub hammer: String,
    /// The target, as the user of the hammer would write it.
    pub target: String,
    /// The seed of random numbers.
    pub seed: u64,
    /// The shape, as an expression.
    #[serde(default)]
    pub shape: String,
    /// The arrival process.
    #[serde(default)]
    pub arrivals: ArrivalProcess,
    /// The length of the warm-up, in seconds.
    #[serde(default)]
    pub warmup_s: f64,
    /// The generator's verdict on itself.
    pub verdict: Verdict,
    /// `"open"` if hits were due by a schedule, `"closed"` if slots hit as fast as they could.
    #[serde(rename = "loop")]
    pub loop_kind: OpenOrClosedLoop,
    /// The requested and the achieved rate.
    pub rate: RateSummary,
    /// The length of the schedule, in seconds; if it has none or was stopped, the time until the
    /// last hit ended.
    pub duration_s: f64,
    /// The time from the start until the last hit ended, in seconds.
    pub elapsed_s: f64,
    /// True if the run was stopped before its schedule ended.
    pub stopped: bool,
    /// True if the run ended because its hammer had no data for more hits, such as rows used once.
    #[serde(default)]
    pub exhausted: bool,
    /// Scheduled hits by result.
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
    /// done − started of the hits that were answered.
    pub service_us: DurationSummary,
    /// started − due of the hits that were started.
    pub lateness_us: DurationSummary,
    /// Phases by name, each over the hits and openings that had it.
    pub phases_us: BTreeMap<String, DurationSummary>,
    /// Answers by label.
    pub labels: BTreeMap<String, u64>,
    /// The rejected ones of these answers, by label.
    #[serde(default)]
    pub rejections: BTreeMap<String, u64>,
    /// Hits that failed or timed out, by the name of the failure.
    pub failures: BTreeMap<String, u64>,
    /// Advice by the name of the failure. Failures without advice are absent.
    pub advice: BTreeMap<String, String>,
    /// Payload sent and received by answered hits.
    pub bytes: ByteCounts,
    /// Counters of the hammer.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// Facts that the hammer recorded, with the number of occurrences of each value.
    #[serde(default)]
    pub facts: BTreeMap<String, BTreeMap<String, u64>>,
    /// The resources that the generator used, and its problems.
    pub generator: GeneratorReport,
    /// The stages of the shape in order; empty if there is only one.
    #[serde(default)]
    pub stages: Vec<StageReport>,
    /// The groups of hits; empty if the hammer has none.
    #[serde(default)]
    pub groups: Vec<GroupReport>,
    /// The proxies that hits went through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<ProxyReport>,
    /// Hits by the address that their connection went to, which behind a proxy is that of the proxy.
    /// Empty if the hammer names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<AddressReport>,
    /// The run by the second, or in wider slices if it was long.
    pub timeline: Vec<TimelineSlice>,
    /// The thresholds that were checked after the run.
    #[serde(default)]
    pub thresholds: Vec<CheckedThreshold>,
    /// The threshold that ended the run early, if one did.
    #[serde(default)]
    pub aborted: Option<AbortReason>,
    /// All measurements, with histograms, or `None` in a report read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<IntervalStats>>,
    /// The settings that shape the numbers, or `None` in a report read from JSON.
    #[serde(skip)]
    pub settings: Option<LoadSettings>,
    /// The wall-clock time of the start; `None` in a report that was read.
    #[serde(skip)]
    pub started_at: Option<SystemTime>,
}

/// Bytes sent and received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Sent by answered hits.
    pub sent: u64,
    /// Received by answered hits.
    pub received: u64,
}
