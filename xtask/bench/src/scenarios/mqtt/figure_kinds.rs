//! The kinds of figures of the MQTT scenarios.

use crate::figure_collector::FigureKind;
use crate::record::BetterDirection;

const fn figure_kind(key: &'static str, title: &'static str, unit: &'static str) -> FigureKind {
    // Rates are better when higher, all others when lower.
    let better = match unit.as_bytes() {
        b"1/s" => BetterDirection::Higher,
        _ => BetterDirection::Lower,
    };
    FigureKind {
        key,
        title,
        unit,
        better,
    }
}

pub(super) static MESSAGE_RATE: [FigureKind; 3] = [
    figure_kind("messages_per_s_qos0", "messages/s, QoS 0", "1/s"),
    figure_kind("messages_per_s_qos1", "messages/s, QoS 1", "1/s"),
    figure_kind("messages_per_s_qos2", "messages/s, QoS 2", "1/s"),
];
pub(super) static CPU_PER_MESSAGE: [FigureKind; 3] = [
    figure_kind("cpu_us_per_message_qos0", "CPU/message, QoS 0, µs", "µs"),
    figure_kind("cpu_us_per_message_qos1", "CPU/message, QoS 1, µs", "µs"),
    figure_kind("cpu_us_per_message_qos2", "CPU/message, QoS 2, µs", "µs"),
];
pub(super) static P50: FigureKind = figure_kind("response_p50_us", "response p50, µs", "µs");
pub(super) static P90: FigureKind = figure_kind("response_p90_us", "response p90, µs", "µs");
pub(super) static P99: FigureKind = figure_kind("response_p99_us", "response p99, µs", "µs");
pub(super) static STALL_P50: FigureKind =
    figure_kind("stall_p50_ms", "stall of 0.5 s, p50, ms", "ms");
pub(super) static STALL_P90: FigureKind =
    figure_kind("stall_p90_ms", "stall of 0.5 s, p90, ms", "ms");
pub(super) static STALL_P99: FigureKind =
    figure_kind("stall_p99_ms", "stall of 0.5 s, p99, ms", "ms");
pub(super) static CONNECT: FigureKind = figure_kind("connect_5000_s", "5,000 and back, s", "s");
pub(super) static CLIENT_MEMORY: FigureKind =
    figure_kind("memory_per_client_kb", "memory per client, kB", "kB");
pub(super) static CONNECT_MANY: FigureKind =
    figure_kind("connect_15000_s", "15,000 and back, s", "s");
/// Messages counted by mosquitto_sub, at most all that were sent.
pub(super) static COUNTED_MESSAGES: FigureKind = FigureKind {
    key: "counted_messages",
    title: "mosquitto_sub counted",
    unit: "messages",
    better: BetterDirection::Higher,
};
pub(super) static BROKER_CORE: [FigureKind; 3] = [
    busy_figure_kind("broker_core_percent_qos0", "broker core, QoS 0, %"),
    busy_figure_kind("broker_core_percent_qos1", "broker core, QoS 1, %"),
    busy_figure_kind("broker_core_percent_qos2", "broker core, QoS 2, %"),
];

/// CPU use of the broker, which should be the bottleneck.
const fn busy_figure_kind(key: &'static str, title: &'static str) -> FigureKind {
    FigureKind {
        key,
        title,
        unit: "%",
        better: BetterDirection::Higher,
    }
}
