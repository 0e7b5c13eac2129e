//! Run files without a run: the same in every test.

use std::time::Duration;

use hammer_core::{DurationSummary, RunFile};
use hammer_stats::{Histogram, HistogramSnapshot};
use serde_json::{Value, json};

/// A load to make up.
#[derive(Debug, Clone)]
pub(crate) struct SyntheticLoad {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) slices: u64,
    /// The length of a slice, in seconds.
    pub(crate) width_s: u64,
    /// Hits in a slice.
    pub(crate) hits: u64,
    pub(crate) stages: usize,
    pub(crate) groups: usize,
    /// True if the second half of the load is overloaded, so that hits fail.
    pub(crate) overloads: bool,
    pub(crate) thresholds: Value,
}

impl Default for SyntheticLoad {
    fn default() -> Self {
        Self {
            name: String::new(),
            target: "http://127.0.0.1:8080/".to_owned(),
            slices: 60,
            width_s: 1,
            hits: 200,
            stages: 0,
            groups: 0,
            overloads: false,
            thresholds: json!([]),
        }
    }
}

/// Histograms of response, service and lateness.
#[derive(Debug, Clone, Default)]
struct Times {
    response: Histogram,
    service: Histogram,
    lateness: Histogram,
}

impl Times {
    fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
    }

    fn json(&self) -> Value {
        json!({
            "response": snapshot(&self.response),
            "service": snapshot(&self.service),
            "lateness": snapshot(&self.lateness),
        })
    }
}

fn snapshot(histogram: &Histogram) -> Value {
    let snapshot = HistogramSnapshot::take(histogram).expect("few durations");
    serde_json::to_value(snapshot).expect("a snapshot is JSON")
}

fn summary(histogram: &Histogram) -> Value {
    serde_json::to_value(DurationSummary::from(histogram)).expect("a summary is JSON")
}

fn counts(ok: u64, failed: u64, timed_out: u64) -> Value {
    json!({
        "scheduled": ok + failed + timed_out, "ok": ok, "rejected": 0, "failed": failed,
        "timed_out": timed_out, "abandoned": 0, "unsent": 0,
    })
}

fn merged(mut one: Value, other: Value) -> Value {
    let (Value::Object(sum), Value::Object(other)) = (&mut one, other) else {
        panic!("objects");
    };
    sum.extend(other);
    one
}

/// A sequence of numbers from 0 to 1 that looks random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The hits of a part of a load.
#[derive(Debug, Clone, Default)]
struct Part {
    times: Times,
    failed: u64,
    timed_out: u64,
}

impl Part {
    fn merge(&mut self, other: &Self) {
        self.times.merge(&other.times);
        self.failed += other.failed;
        self.timed_out += other.timed_out;
    }

    fn counts(&self) -> Value {
        counts(self.times.response.count(), self.failed, self.timed_out)
    }

    fn failures(&self) -> Value {
        match (self.failed, self.timed_out) {
            (0, 0) => json!({}),
            (failed, timed_out) => json!({"connect_refused": failed, "timeout": timed_out}),
        }
    }
}

/// Adds up slices by the part in which each of them is.
fn parts(slices: &[Part], count: usize, part_of: impl Fn(usize) -> usize) -> Vec<Part> {
    let mut parts = vec![Part::default(); count];
    for (index, slice) in slices.iter().enumerate().filter(|_| count > 0) {
        parts[part_of(index)].merge(slice);
    }
    parts
}

/// The hits of one slice.
fn slice(load: &SyntheticLoad, index: u64, numbers: &mut Numbers) -> Part {
    let mut part = Part::default();
    let times = &mut part.times;
    let overload = if load.overloads && index >= load.slices / 2 {
        (index - load.slices / 2 + 1) as f64
    } else {
        0.0
    };
    for _ in 0..load.hits {
        let service_us = 2_000.0 - 1_500.0 * numbers.next().max(1e-6).ln();
        let lateness_us =
            60.0 - 20.0 * numbers.next().max(1e-6).ln() + overload * 15_000.0 * numbers.next();
        times
            .lateness
            .record(Duration::from_nanos((lateness_us * 1e3) as u64));
        match numbers.next() {
            share if overload > 0.0 && share < 0.05 => part.timed_out += 1,
            share if overload > 0.0 && share < 0.08 => part.failed += 1,
            _ => {
                times
                    .service
                    .record(Duration::from_nanos((service_us * 1e3) as u64));
                let response_us = service_us + lateness_us;
                times
                    .response
                    .record(Duration::from_nanos((response_us * 1e3) as u64));
            }
        }
    }
    part
}

/// The histograms of a stage or a group, which has no service.
fn times_json(times: &Times) -> Value {
    json!({"response": snapshot(&times.response), "service": snapshot(&times.service)})
}

/// The generator of a load.
fn generator_json(total: &Times) -> Value {
    json!({
        "threads": 2, "max_in_flight": 1024, "spin": false, "unresponsive": 0, "cpu_s": 1.5,
        "peak_rss_bytes": 52_000_000, "slots_opened": 3, "sessions_opened": 3, "peak_in_flight": 3,
        "peak_backlog": 0, "waited_at_limit": 0, "waited_for": {}, "unsent": {},
        "schedule_late_us": summary(&total.lateness), "log_dropped": 0,
        "workers": [
            {"cpu_s": 0.7, "busy": 0.11, "saturated": 0.0, "no_core": 0.01, "blocked_max_us": 900.0},
            {"cpu_s": 0.8, "busy": 0.14, "saturated": 0.0, "no_core": 0.02, "blocked_max_us": 1200.0},
        ],
        "host": {"stolen": 0.01, "memory_bytes": 8_000_000_000_u64},
    })
}

/// The report of a load and what a run file has beside it.
fn load_json(load: &SyntheticLoad) -> (Value, Value) {
    let mut numbers = Numbers(load.slices * 31 + load.hits);
    let made: Vec<Part> = (0..load.slices)
        .map(|index| slice(load, index, &mut numbers))
        .collect();
    let mut all = Part::default();
    made.iter().for_each(|slice| all.merge(slice));
    let stage_parts = parts(&made, load.stages, |index| index * load.stages / made.len());
    let group_parts = parts(&made, load.groups, |index| index % load.groups);
    let timeline = made.iter().zip(0..).map(|(slice, index)| {
        let start = json!({
            "t_s": index * load.width_s, "width_s": load.width_s,
            "response_us": summary(&slice.times.response),
        });
        merged(start, slice.counts())
    });
    let slices = made.iter().map(|slice| {
        let counts = json!({
            "started": load.hits, "requested": load.hits as f64, "failures": slice.failures(),
        });
        merged(counts, slice.times.json())
    });
    let elapsed_s = (load.slices * load.width_s) as f64;
    let total = &all.times;
    let ok = total.response.count();
    let rate = load.hits as f64 / load.width_s as f64;
    let stage = |(index, part): (usize, &Part)| {
        let width_s = elapsed_s / load.stages as f64;
        let report = json!({
            "stage": format!("{rate}/{width_s}s"), "t_s": width_s * index as f64, "width_s": width_s,
            "rate": {"requested": rate, "achieved": rate},
            "response_us": summary(&part.times.response), "service_us": summary(&part.times.service),
        });
        merged(report, part.counts())
    };
    let group = |(index, part): (usize, &Part)| {
        let report = json!({
            "name": format!("GET /items/{index}"), "response_us": summary(&part.times.response),
        });
        merged(report, part.counts())
    };
    let report = json!({
        "schema": "hammer.report/1", "hammer": "http", "target": load.target, "seed": 7,
        "shape": format!("{rate}/s"), "arrivals": "even", "warmup_s": 0.0,
        "verdict": {"status": "valid", "reasons": [], "codes": []},
        "loop": "open", "rate": {"requested": rate, "achieved": rate},
        "duration_s": elapsed_s, "elapsed_s": elapsed_s, "stopped": false, "exhausted": false,
        "hits": all.counts(),
        "response_us": summary(&total.response), "service_us": summary(&total.service),
        "lateness_us": summary(&total.lateness),
        "phases_us": {"first_byte": summary(&total.service)},
        "labels": {"200": ok}, "rejections": {}, "failures": all.failures(),
        "advice": {"timeout": "the target did not answer in time: raise `timeout` or lower the rate"},
        "bytes": {"sent": ok * 80, "received": ok * 300}, "counts": {}, "facts": {},
        "generator": generator_json(total),
        "stages": stage_parts.iter().enumerate().map(stage).collect::<Vec<_>>(),
        "groups": group_parts.iter().enumerate().map(group).collect::<Vec<_>>(),
        "timeline": timeline.collect::<Vec<_>>(), "thresholds": load.thresholds, "aborted": null,
    });
    let histograms = merged(
        json!({
            "schedule_lateness": snapshot(&total.lateness),
            "phases": {"first_byte": snapshot(&total.service)},
            "stages": stage_parts.iter().map(|part| times_json(&part.times)).collect::<Vec<_>>(),
            "groups": group_parts.iter().map(|part| times_json(&part.times)).collect::<Vec<_>>(),
            "slices": slices.collect::<Vec<_>>(),
        }),
        total.json(),
    );
    let settings =
        json!({"timeout_s": 10.0, "max_in_flight": 1024, "max_backlog": 65536, "threads": 2});
    let beside = json!({
        "name": load.name, "settings": settings, "started": load.slices * load.hits,
        "histograms": histograms,
    });
    (report, beside)
}

fn run_json(report: &Value, loads: &[Value]) -> RunFile {
    let run = json!({
        "schema": "hammer.run/1", "id": "00112233445566778899aabbccddeeff", "version": "0.1.0",
        "started_at": "2026-11-30T12:00:00.000Z",
        "command": ["hammer", "http", "http://127.0.0.1:8080/", "-r", "200/s", "-z", "60s"],
        "host": {"cpu_model": "Example CPU", "cores": 2, "kernel": "6.1.0", "arch": "x86_64", "os": "linux"},
        "requires_valid": false, "shards": [], "report": report, "loads": loads,
    });
    RunFile::from_json(run.to_string().as_bytes()).expect("a run file")
}

/// Makes the run file of one load.
pub(crate) fn single_run(load: &SyntheticLoad) -> RunFile {
    let (report, beside) = load_json(load);
    run_json(&report, &[beside])
}

/// Makes the run file of a plan.
pub(crate) fn plan_run(loads: &[SyntheticLoad]) -> RunFile {
    let (mut reports, mut besides) = (vec![], vec![]);
    let mut hits = json!({
        "scheduled": 0, "ok": 0, "rejected": 0, "failed": 0, "timed_out": 0, "abandoned": 0, "unsent": 0,
    });
    for load in loads {
        let (report, beside) = load_json(load);
        for (name, sum) in hits.as_object_mut().expect("an object") {
            let more = report["hits"][name].as_u64().unwrap_or(0);
            *sum = json!(sum.as_u64().unwrap_or(0) + more);
        }
        reports.push(merged(json!({"name": load.name, "offset_s": 0.0}), report));
        besides.push(beside);
    }
    let report = json!({
        "schema": "hammer.plan-report/1", "plan": "shop.toml",
        "verdict": {"status": "valid", "reasons": [], "codes": []},
        "duration_s": 60.0, "elapsed_s": 60.0, "stopped": false, "hits": hits,
        "rate": {"achieved": 400.0},
        "generator": {"threads": 4, "cpu_s": 3.0, "peak_rss_bytes": 60_000_000},
        "loads": reports, "thresholds": [], "aborted": null,
    });
    run_json(&report, &besides)
}
