//! What is measured of messages.

use crate::record::Better;
use crate::sheet::Measure;

const fn measure(key: &'static str, title: &'static str, unit: &'static str) -> Measure {
    // What is counted per second is better when there is more of it, all else when there is less.
    let better = match unit.as_bytes() {
        b"1/s" => Better::Higher,
        _ => Better::Lower,
    };
    Measure {
        key,
        title,
        unit,
        better,
    }
}

pub(super) static SPEED: [Measure; 3] = [
    measure("messages_per_s_qos0", "messages/s, QoS 0", "1/s"),
    measure("messages_per_s_qos1", "messages/s, QoS 1", "1/s"),
    measure("messages_per_s_qos2", "messages/s, QoS 2", "1/s"),
];
pub(super) static COST: [Measure; 3] = [
    measure("cpu_us_per_message_qos0", "CPU/message, QoS 0, µs", "µs"),
    measure("cpu_us_per_message_qos1", "CPU/message, QoS 1, µs", "µs"),
    measure("cpu_us_per_message_qos2", "CPU/message, QoS 2, µs", "µs"),
];
pub(super) static P50: Measure = measure("response_p50_us", "response p50, µs", "µs");
pub(super) static P90: Measure = measure("response_p90_us", "response p90, µs", "µs");
pub(super) static P99: Measure = measure("response_p99_us", "response p99, µs", "µs");
pub(super) static STALL_P50: Measure = measure("stall_p50_ms", "stall of 0.5 s, p50, ms", "ms");
pub(super) static STALL_P90: Measure = measure("stall_p90_ms", "stall of 0.5 s, p90, ms", "ms");
pub(super) static STALL_P99: Measure = measure("stall_p99_ms", "stall of 0.5 s, p99, ms", "ms");
pub(super) static CONNECT: Measure = measure("connect_5000_s", "5,000 and back, s", "s");
pub(super) static MEMORY: Measure = measure("memory_per_client_kb", "memory per client, kB", "kB");
pub(super) static CONNECT_MANY: Measure = measure("connect_15000_s", "15,000 and back, s", "s");
/// A count that is exact or wrong: more is better up to all that were sent.
pub(super) static COUNTED: Measure = Measure {
    key: "counted_messages",
    title: "mosquitto_sub counted",
    unit: "messages",
    better: Better::Higher,
};
pub(super) static BROKER: [Measure; 3] = [
    busy("broker_core_percent_qos0", "broker core, QoS 0, %"),
    busy("broker_core_percent_qos1", "broker core, QoS 1, %"),
    busy("broker_core_percent_qos2", "broker core, QoS 2, %"),
];

/// How busy the broker is, which should be the one that has no more to give.
const fn busy(key: &'static str, title: &'static str) -> Measure {
    Measure {
        key,
        title,
        unit: "%",
        better: Better::Higher,
    }
}
