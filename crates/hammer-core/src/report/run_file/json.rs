//! The JSON of run files.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::error::{RunFileError, RunFileErrorKind};
use super::histograms::LoadHistograms;
use super::{RUN_FILE_SCHEMA, RunFile, RunFileDetail, ShardDescription, restore};
use crate::host::host_description::HostDescription;
use crate::report::load_settings::LoadSettings;
use crate::report::plan_report::{PLAN_SCHEMA, PlanLoadReport, PlanReport};
use crate::report::report::REPORT_SCHEMA;

/// The maximum number of values in a run file. The largest plan, of 64 loads with 600 slices each, has
/// about half as many.
const MAX_VALUES: usize = 1 << 22;

/// The JSON of a run file: the report as it is, and what it lacks for each load.
#[derive(Serialize, Deserialize)]
struct RunFileJson<'a> {
    schema: Cow<'a, str>,
    id: Cow<'a, str>,
    version: Cow<'a, str>,
    started_at: Cow<'a, str>,
    #[serde(default)]
    command: Cow<'a, [String]>,
    #[serde(default)]
    host: Cow<'a, HostDescription>,
    #[serde(default)]
    requires_valid: bool,
    #[serde(default)]
    shards: Cow<'a, [ShardDescription]>,
    report: Cow<'a, PlanReport>,
    loads: Vec<LoadJson>,
}

/// The measurements of a load that its report lacks.
#[derive(Serialize, Deserialize)]
struct LoadJson {
    /// The name of the load; empty for a run without a plan.
    #[serde(default)]
    name: String,
    settings: LoadSettings,
    /// Hits that were started.
    started: u64,
    histograms: LoadHistograms,
}

/// The key that each format of hammer has.
#[derive(Deserialize)]
struct SchemaJson {
    schema: Option<String>,
}

pub(super) fn write(run: &RunFile, detail: RunFileDetail) -> Result<Vec<u8>, RunFileError> {
    let loads = run.report.loads.iter();
    let loads = loads.map(|load| load_json(load, detail));
    let json = RunFileJson {
        schema: Cow::Borrowed(&run.schema),
        id: Cow::Borrowed(&run.id),
        version: Cow::Borrowed(&run.version),
        started_at: Cow::Borrowed(&run.started_at),
        command: Cow::Borrowed(&run.command),
        host: Cow::Borrowed(&run.host),
        requires_valid: run.requires_valid,
        shards: Cow::Borrowed(&run.shards),
        report: Cow::Borrowed(&run.report),
        loads: loads.collect::<Result<_, _>>()?,
    };
    serde_json::to_vec(&json)
        .map_err(|error| RunFileError::json(RunFileErrorKind::Unwritable, error))
}

fn load_json(load: &PlanLoadReport, detail: RunFileDetail) -> Result<LoadJson, RunFileError> {
    let report = &load.report;
    Ok(LoadJson {
        name: load.name.clone(),
        settings: report.settings.unwrap_or_default(),
        started: (report.measured.as_deref()).map_or(0, |measured| measured.started),
        histograms: LoadHistograms::of_report(report, detail)
            .map_err(|_| RunFileError::new(RunFileErrorKind::Unwritable))?,
    })
}

/// Checks that the JSON has at most [`MAX_VALUES`] values, or characters in texts that look like the
/// start of one.
///
/// A value takes up to a hundred bytes in memory, and two in the file.
fn check_values(bytes: &[u8]) -> Result<(), RunFileError> {
    let starts = bytes.iter().filter(|byte| b",[{".contains(byte));
    RunFileError::check_limit("values", MAX_VALUES, starts.count())
}

pub(super) fn read(bytes: &[u8]) -> Result<RunFile, RunFileError> {
    check_values(bytes)?;
    let schema: SchemaJson = serde_json::from_slice(bytes)
        .map_err(|error| RunFileError::json(RunFileErrorKind::InvalidJson, error))?;
    match schema.schema {
        Some(schema) if schema == RUN_FILE_SCHEMA => {}
        Some(schema) if [REPORT_SCHEMA, PLAN_SCHEMA].contains(&&*schema) => {
            return Err(RunFileError::new(RunFileErrorKind::ReportOnly(schema)));
        }
        other => return Err(RunFileError::new(RunFileErrorKind::UnknownSchema(other))),
    }
    let json: RunFileJson<'_> = serde_json::from_slice(bytes)
        .map_err(|error| RunFileError::json(RunFileErrorKind::InvalidContent, error))?;
    let mut report = json.report.into_owned();
    RunFileError::check_limit("loads", PlanReport::MAX_LOADS, report.loads.len())?;
    if report.loads.len() != json.loads.len() {
        let (reported, found) = (report.loads.len(), json.loads.len());
        let part = format!("expected {reported} loads, found {found}");
        return Err(RunFileError::contradiction(part));
    }
    for (load, found) in report.loads.iter_mut().zip(json.loads) {
        let LoadJson {
            name,
            settings,
            started,
            histograms,
        } = found;
        // The flat report of a single load lacks its name.
        if load.name.is_empty() {
            load.name = name;
        }
        load.report.settings = Some(settings);
        restore::restore(&mut load.report, started, histograms)?;
    }
    report.merge_measurements();
    Ok(RunFile {
        schema: json.schema.into_owned(),
        id: json.id.into_owned(),
        version: json.version.into_owned(),
        started_at: json.started_at.into_owned(),
        command: json.command.into_owned(),
        host: json.host.into_owned(),
        requires_valid: json.requires_valid,
        shards: json.shards.into_owned(),
        report,
    })
}
