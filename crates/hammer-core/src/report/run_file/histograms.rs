//! The histograms of a load, as in run files.

use std::collections::BTreeMap;

use hammer_stats::{Histogram, HistogramSnapshot, HistogramSnapshotError};
use serde::{Deserialize, Serialize};

use super::detail::RunFileDetail;
use crate::report::interval_stats::IntervalStats;
use crate::report::report::Report;
use crate::report::slice_measurements::SliceMeasurements;
use crate::report::stage_report::StageHistogramSnapshots;
use crate::report::stage_tally::StageHistograms;

/// The histograms of a load. Stages, groups and slices are in the order of the report.
#[derive(Serialize, Deserialize)]
pub(super) struct LoadHistograms {
    pub(super) response: HistogramSnapshot,
    pub(super) service: HistogramSnapshot,
    pub(super) lateness: HistogramSnapshot,
    pub(super) schedule_lateness: HistogramSnapshot,
    #[serde(default)]
    pub(super) phases: BTreeMap<String, HistogramSnapshot>,
    #[serde(default)]
    pub(super) stages: Vec<StageHistogramSnapshots>,
    #[serde(default)]
    pub(super) groups: Vec<GroupHistograms>,
    #[serde(default)]
    pub(super) slices: Vec<SliceMeasurements>,
}

/// The histogram of a group.
#[derive(Serialize, Deserialize)]
pub(super) struct GroupHistograms {
    pub(super) response: HistogramSnapshot,
    /// True for the hits whose group is unknown, which are last.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) ungrouped: bool,
}

// The signature is that of serde.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl LoadHistograms {
    /// Encodes the histograms of a report, in this detail.
    pub(super) fn of_report(
        report: &Report,
        detail: RunFileDetail,
    ) -> Result<Self, HistogramSnapshotError> {
        let mut histograms = Self::exact(report)?;
        if let Some(bits) = detail.slice_bits {
            for slice in &mut histograms.slices {
                *slice = slice.coarser(bits)?;
            }
        }
        if let Some(bits) = detail.part_bits {
            for stage in &mut histograms.stages {
                *stage = stage.coarser(bits)?;
            }
            for group in &mut histograms.groups {
                group.response = group.response.coarser(bits)?;
            }
        }
        Ok(histograms)
    }

    /// Encodes the histograms of a report. Those of a report without measurements are empty.
    fn exact(report: &Report) -> Result<Self, HistogramSnapshotError> {
        let nothing = IntervalStats::new();
        let measured = report.measured.as_deref().unwrap_or(&nothing);
        let take = HistogramSnapshot::take;
        let phases = measured.phases.iter();
        let phases = phases.map(|(name, it)| Ok(((*name).to_owned(), take(it)?)));
        let empty = Histogram::new();
        let responses = measured.groups.responses(&report.groups);
        let groups = responses.zip(&report.groups).map(|(response, group)| {
            let response = take(response.unwrap_or(&empty))?;
            Ok(GroupHistograms {
                response,
                ungrouped: group.is_ungrouped,
            })
        });
        let no_times = StageHistogramSnapshots::take(&StageHistograms::new())?;
        let stages = report.stages.iter();
        let slices = report.timeline.iter();
        Ok(Self {
            response: take(&measured.response)?,
            service: take(&measured.service)?,
            lateness: take(&measured.lateness)?,
            schedule_lateness: take(&measured.schedule_lateness)?,
            phases: phases.collect::<Result<_, _>>()?,
            stages: stages
                .map(|stage| stage.measured.clone().unwrap_or_else(|| no_times.clone()))
                .collect(),
            groups: groups.collect::<Result<_, _>>()?,
            slices: slices
                .map(|slice| slice.measured.clone().unwrap_or_default())
                .collect(),
        })
    }
}
