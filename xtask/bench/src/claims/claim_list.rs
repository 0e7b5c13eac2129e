//! The list of claims.

use super::ClaimBound::{self, AtLeast, AtMost};
use super::claim_source::ClaimSource::{
    self, HighestOf, Own, RatioOfPairs, RatioToBaseline, RatioToBestPeer, RatioToPeer, TargetLimit,
    UnlessQuick,
};

/// Median lateness up to 40,000/s.
const LATENESS_P50: [&str; 5] = [
    "lateness_p50_us_1000",
    "lateness_p50_us_5000",
    "lateness_p50_us_10000",
    "lateness_p50_us_20000",
    "lateness_p50_us_40000",
];
/// Median lateness up to 40,000/s with `--spin`.
const SPIN_LATENESS_P50: [&str; 5] = [
    "spin_lateness_p50_us_1000",
    "spin_lateness_p50_us_5000",
    "spin_lateness_p50_us_10000",
    "spin_lateness_p50_us_20000",
    "spin_lateness_p50_us_40000",
];

/// Name, bound and source of each claim, in the order of the scenarios.
pub(super) static CLAIMS: [(&str, ClaimBound, ClaimSource); 43] = [
    (
        "target: answers/s of one core",
        AtLeast(130_000.0),
        TargetLimit,
    ),
    (
        "closed: hits/s, hammer ÷ oha",
        AtLeast(1.35),
        RatioToPeer("closed", "hits_per_s", "oha"),
    ),
    (
        "closed: hits/s, hammer ÷ wrk",
        AtLeast(1.1),
        RatioToPeer("closed", "hits_per_s", "wrk"),
    ),
    (
        "closed: hits/s, hammer ÷ h2load",
        AtLeast(1.15),
        RatioToPeer("closed", "hits_per_s", "h2load"),
    ),
    (
        "closed: user time per hit, µs",
        AtMost(1.0),
        Own("closed", "user_us_per_hit"),
    ),
    (
        "closed: allocations per hit",
        AtMost(0.001),
        Own("closed", "allocations_per_hit"),
    ),
    (
        "closed-tls: hits/s, hammer ÷ oha",
        AtLeast(1.35),
        RatioToPeer("closed-tls", "hits_per_s", "oha"),
    ),
    (
        "closed-tls: hits/s, hammer ÷ wrk",
        AtLeast(1.25),
        RatioToPeer("closed-tls", "hits_per_s", "wrk"),
    ),
    (
        "http2: hits/s, hammer ÷ h2load",
        AtLeast(1.25),
        RatioToPeer("http2", "hits_per_s", "h2load"),
    ),
    (
        "ceiling: rate that holds, hammer ÷ wrk2",
        AtLeast(1.15),
        RatioToPeer("ceiling", "rate_per_s", "wrk2"),
    ),
    (
        "outputs: CPU per hit, all reports ÷ none",
        AtMost(1.03),
        UnlessQuick(&RatioOfPairs("outputs", "cpu_ratio_reports")),
    ),
    (
        "outputs: CPU per hit, log of hits too ÷ none",
        AtMost(1.03),
        UnlessQuick(&RatioOfPairs("outputs", "cpu_ratio_hits")),
    ),
    (
        "display: CPU per hit, display ÷ none",
        AtMost(1.03),
        UnlessQuick(&RatioOfPairs("display", "cpu_ratio")),
    ),
    (
        "display: response p99, display ÷ none",
        AtMost(1.1),
        UnlessQuick(&RatioOfPairs("display", "p99_ratio")),
    ),
    (
        "display: CPU time, % of a core",
        AtMost(1.0),
        UnlessQuick(&Own("display", "core_percent")),
    ),
    (
        "even: p99 of distance, hammer ÷ best peer",
        AtMost(0.25),
        RatioToBestPeer("even", "distance_p99_us"),
    ),
    (
        "stall: error of p90, %",
        AtMost(3.0),
        Own("stall", "error_p90_percent"),
    ),
    (
        "stall: error of p99, %",
        AtMost(3.0),
        Own("stall", "error_p99_percent"),
    ),
    (
        "memory: growth, %",
        AtMost(10.0),
        Own("memory", "growth_percent"),
    ),
    (
        "memory: peak at 20,000/s, MB",
        AtMost(24.0),
        Own("memory", "peak_rss_mb_20000"),
    ),
    (
        "engine: null hits/s on one core",
        AtLeast(2_000_000.0),
        Own("engine", "null_hits_per_s_1"),
    ),
    (
        "engine: null hits/s ÷ those of --against",
        AtLeast(0.97),
        RatioToBaseline("engine", "null_hits_per_s_1"),
    ),
    (
        "engine: two workers ÷ one",
        AtLeast(1.8),
        Own("engine", "two_workers_to_one"),
    ),
    (
        "engine: allocations per hit",
        AtMost(0.001),
        Own("engine", "allocations_per_hit"),
    ),
    (
        "replay: p99 of distance, µs",
        AtMost(1000.0),
        Own("replay", "distance_p99_us"),
    ),
    (
        "values: hits/s, templated ÷ fixed",
        AtLeast(0.95),
        RatioOfPairs("values", "closed_ratio"),
    ),
    (
        "workflow: hits/s, -L, cookies, checks ÷ plain",
        AtLeast(0.95),
        RatioOfPairs("workflow", "closed_ratio"),
    ),
    (
        "values: hits/s at 50,000/s, templated ÷ fixed",
        AtLeast(0.9),
        RatioOfPairs("values", "rate_ratio"),
    ),
    (
        "rows: rows of 1,000,000 that arrived once",
        AtLeast(1_000_000.0),
        UnlessQuick(&Own("rows", "rows_once")),
    ),
    (
        "precise: lateness p50 to 40,000/s, µs",
        AtMost(45.0),
        HighestOf("precise", &LATENESS_P50),
    ),
    (
        "precise: response p50 at 20,000/s, µs",
        AtMost(120.0),
        Own("precise", "response_p50_us_20000"),
    ),
    (
        "precise: response p50 at 80,000/s, µs",
        AtMost(200.0),
        Own("precise", "response_p50_us_80000"),
    ),
    (
        "precise: --spin, lateness p50 to 40,000/s, µs",
        AtMost(8.0),
        HighestOf("precise", &SPIN_LATENESS_P50),
    ),
    (
        "tokens: 401s in 2 min, lifetime 5 s",
        AtMost(0.0),
        Own("tokens", "refused"),
    ),
    (
        "tokens: p99 of renewal seconds ÷ others",
        AtMost(1.25),
        Own("tokens", "renewal_to_other"),
    ),
    (
        "mqtt-sink: messages/s on one core, QoS 0",
        AtLeast(1_000_000.0),
        Own("mqtt-sink", "messages_per_s_qos0"),
    ),
    (
        "mqtt-sink: messages/s on one core, QoS 1",
        AtLeast(500_000.0),
        Own("mqtt-sink", "messages_per_s_qos1"),
    ),
    (
        "mqtt: response p50 at 2,000/s, µs",
        AtMost(130.0),
        Own("mqtt", "response_p50_us"),
    ),
    (
        "mqtt: 20,000 messages, mosquitto_sub counted",
        AtLeast(20_000.0),
        Own("mqtt", "counted_messages"),
    ),
    (
        "mqtt: p90 with a stall of 0.5 s, ms",
        AtLeast(100.0),
        Own("mqtt", "stall_p90_ms"),
    ),
    (
        "mqtt: p99 with a stall of 0.5 s, ms",
        AtLeast(400.0),
        Own("mqtt", "stall_p99_ms"),
    ),
    (
        "mqtt: 5,000 clients and back, s",
        AtMost(1.5),
        Own("mqtt", "connect_5000_s"),
    ),
    (
        "mqtt: memory per client, kB",
        AtMost(15.0),
        Own("mqtt", "memory_per_client_kb"),
    ),
];
