#![allow(missing_docs)]
use hammer_core::{HostDescription, RunFile, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SearchSettings {
    pub from: f64,
    pub to: Option<f64>,
    pub within: f64,
    pub look: Duration,
    pub settle: Duration,
    pub rest: Duration,
    pub confirm: Duration,
    pub budget: Duration,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookPurpose {
    Bracket,
    Bisect,
    Repeat,
    Confirm,
    Curve,
    Recovery,
}
#[derive(Debug, Clone)]
pub struct PlannedLook {
    pub rate: f64,
    pub length: Duration,
    pub purpose: LookPurpose,
    pub rest: Duration,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookOutcome {
    Held,
    Failed,
    Void,
}
impl LookOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Void => "void",
        }
    }
}
#[derive(Debug, Clone)]
pub struct FinishedLook {
    pub rate: f64,
    pub length: Duration,
    pub planned: Duration,
    pub purpose: LookPurpose,
    pub outcome: LookOutcome,
    pub took: Duration,
    pub has_recovered: bool,
}
#[derive(Debug)]
pub struct CapacitySearch {
    settings: SearchSettings,
    looks: Vec<FinishedLook>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CapacityStatus {
    Confirmed,
    AtLeast,
    GeneratorLimited,
    NeverHeld,
    NotConfirmed,
}
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Capacity {
    pub status: CapacityStatus,
    pub rate: Option<f64>,
    pub lowest_failed: Option<f64>,
    pub confirmed_s: Option<f64>,
}
#[derive(Debug)]
pub enum SearchStep {
    Look(PlannedLook),
    Ended(Capacity),
}
impl CapacitySearch {
    pub fn new(settings: SearchSettings) -> Self {
        Self {
            settings,
            looks: vec![],
        }
    }
    pub fn next(&self) -> SearchStep {
        let s = &self.settings;
        if self.looks.len() > 6 {
            return SearchStep::Ended(self.best_known());
        }
        let held = self
            .looks
            .iter()
            .filter(|l| l.outcome == LookOutcome::Held)
            .map(|l| l.rate)
            .fold(0.0, f64::max);
        let failed = self
            .looks
            .iter()
            .filter(|l| l.outcome != LookOutcome::Held)
            .map(|l| l.rate)
            .fold(f64::INFINITY, f64::min);
        let rate = if held == 0.0 {
            s.from
        } else if failed.is_infinite() {
            held * 2.0
        } else {
            (held * failed).sqrt().round()
        };
        SearchStep::Look(PlannedLook {
            rate,
            length: s.look,
            purpose: LookPurpose::Bracket,
            rest: s.rest,
        })
    }
    pub fn record(&mut self, look: FinishedLook) {
        self.looks.push(look)
    }
    pub fn best_known(&self) -> Capacity {
        let held = self
            .looks
            .iter()
            .filter(|l| l.outcome == LookOutcome::Held)
            .map(|l| l.rate)
            .fold(0.0, f64::max);
        Capacity {
            status: CapacityStatus::Confirmed,
            rate: Some(held),
            lowest_failed: None,
            confirmed_s: Some(1.0),
        }
    }
}
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequiredRate {
    pub rate: f64,
    pub is_met: bool,
}
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecoveryReport {
    pub overload_rate: f64,
    pub overload_s: f64,
    pub rate_after: f64,
    pub watched_s: f64,
    pub recovered_s: Option<f64>,
    pub look: LookReport,
}
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LookReport {
    pub number: u64,
    pub rate: f64,
    pub purpose: LookPurpose,
    pub outcome: LookOutcome,
    pub planned_s: f64,
    pub duration_s: f64,
    pub rest_s: f64,
    pub achieved: f64,
    pub hits: u64,
    pub errors: f64,
    pub p50_us: Option<f64>,
    pub p99_us: Option<f64>,
    pub p99_ci95: Option<(f64, f64)>,
    pub max_in_flight: u64,
    pub verdict: Verdict,
    pub failed: Vec<String>,
    pub ended_early: Option<String>,
    pub run_file: Option<String>,
}
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SearchReport {
    pub schema: String,
    pub id: String,
    pub version: String,
    pub started_at: String,
    pub command: Vec<String>,
    pub host: HostDescription,
    pub hammer: String,
    pub target: String,
    pub objectives: Vec<String>,
    pub settings: SearchSettings,
    pub answer: Capacity,
    pub reason: Option<String>,
    pub at_least: Option<RequiredRate>,
    pub looks: Vec<LookReport>,
    pub curve: Vec<LookReport>,
    pub recovery: Option<RecoveryReport>,
    pub elapsed_s: f64,
}
impl SearchReport {
    pub fn confirmed_rate(&self) -> Option<f64> {
        self.answer.rate
    }
    pub fn new(run: &RunFile, settings: SearchSettings, answer: Capacity) -> Self {
        Self {
            schema: "hammer.find/1".into(),
            id: run.id.clone(),
            version: run.version.clone(),
            started_at: run.started_at.clone(),
            command: run.command.clone(),
            host: run.host.clone(),
            hammer: String::new(),
            target: String::new(),
            objectives: vec![],
            settings,
            answer,
            reason: None,
            at_least: None,
            looks: vec![],
            curve: vec![],
            recovery: None,
            elapsed_s: 0.0,
        }
    }
}
