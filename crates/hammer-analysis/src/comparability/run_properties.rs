//! The properties of a run that need not be equal, as text.

use hammer_core::{LoadSettings, Report, RunFile};

use super::run_property::RunProperty;

/// A property of a run or of one of its loads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PropertyValue {
    pub(super) property: RunProperty,
    /// The load, in a plan of several loads.
    pub(super) load: Option<String>,
    pub(super) value: String,
}

/// The name of a load, if the run has several.
pub(super) fn load_name(run: &RunFile, index: usize) -> Option<String> {
    let loads = &run.report.loads;
    (loads.len() > 1).then(|| loads[index].name.clone())
}

/// The properties of a run and of each of its loads that need not be equal. Durations are not among
/// them: they are compared as numbers.
pub(super) fn properties(run: &RunFile) -> Vec<PropertyValue> {
    let of_run = |property, value: String| PropertyValue {
        property,
        load: None,
        value,
    };
    let mut all = vec![
        of_run(RunProperty::Version, run.version.clone()),
        of_run(RunProperty::CpuModel, or_unknown(&run.host.cpu_model)),
        of_run(RunProperty::Cores, run.host.cores.to_string()),
        of_run(RunProperty::Kernel, or_unknown(&run.host.kernel)),
        of_run(RunProperty::Shards, run.shards.len().max(1).to_string()),
    ];
    for (index, load) in run.report.loads.iter().enumerate() {
        let name = load_name(run, index);
        all.extend(
            load_properties(&load.report)
                .into_iter()
                .map(|(property, value)| PropertyValue {
                    property,
                    load: name.clone(),
                    value,
                }),
        );
    }
    all
}

fn load_properties(report: &Report) -> Vec<(RunProperty, String)> {
    let generator = &report.generator;
    let mut all = vec![
        (RunProperty::Target, report.target.clone()),
        (
            RunProperty::MaxInFlight,
            generator.max_in_flight.to_string(),
        ),
        (RunProperty::Threads, generator.threads.to_string()),
        (RunProperty::Spin, generator.spin.to_string()),
        (RunProperty::Seed, report.seed.to_string()),
    ];
    if let Some(LoadSettings {
        timeout_s,
        drain_s,
        skip_late_s,
        max_backlog,
        ..
    }) = report.settings
    {
        all.push((RunProperty::Timeout, seconds(timeout_s)));
        let drain_s = drain_s.filter(|drain_s| *drain_s != timeout_s);
        let drain = drain_s.map_or_else(|| "the timeout".to_owned(), seconds);
        all.push((RunProperty::Drain, drain));
        all.push((RunProperty::MaxBacklog, max_backlog.to_string()));
        let skip_late = skip_late_s.map_or_else(|| "none".to_owned(), seconds);
        all.push((RunProperty::SkipLate, skip_late));
    }
    all
}

fn or_unknown(text: &str) -> String {
    let text = if text.is_empty() { "unknown" } else { text };
    text.to_owned()
}

fn seconds(seconds: f64) -> String {
    format!("{seconds} s")
}
