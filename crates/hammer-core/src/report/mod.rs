//! Measurements, the report made of them, and the verdict on the generator.

pub(crate) mod address_report;
pub(crate) mod baseline_comparison;
pub(crate) mod duration_summary;
pub(crate) mod event;
pub(crate) mod frequent_first_map;
pub(crate) mod generator_report;
pub(crate) mod group_report;
pub(crate) mod hit_counts;
pub(crate) mod interval_names;
pub(crate) mod interval_stats;
pub(crate) mod load_settings;
pub(crate) mod note_fold;
pub(crate) mod open_or_closed_loop;
pub(crate) mod plan_report;
pub(crate) mod proxy_report;
pub(crate) mod rate_summary;
pub(crate) mod replay_comparison;
pub(crate) mod report_confidence;
pub(crate) mod response_distribution;
pub(crate) mod run_file;
pub(crate) mod run_measurements;
pub(crate) mod run_so_far;
pub(crate) mod run_tick;
pub(crate) mod single_hit_result;
pub(crate) mod slice_measurements;
pub(crate) mod stage_report;
pub(crate) mod stage_tally;
pub(crate) mod summary_confidence;
pub(crate) mod threshold_check;
pub(crate) mod timeline;
pub(crate) mod unsent_cause;
pub(crate) mod verdict;
pub(crate) mod waiting_hits;
pub(crate) mod worker_gauges;

#[expect(
    clippy::module_inception,
    reason = "a file is named after the type it defines"
)]
pub(crate) mod report;
