//! A replay as a load that can run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{Description, Hammer, Playlist, ResourceNeeds, Run, RunEvent, Schedule};
use hammer_diagnostic::chain;
use hammer_replay::play::PlaybackStatus;

use super::SurveyedReplay;
use super::comparison;
use super::fidelity::{self, LogComparison};
use super::replay_hammer::{ReplayHammer, ReplayRequest};
use crate::args::EngineArgs;
use crate::dry_run::{LoadForecast, engine_settings, proxy_reports};
use crate::error::Error;
use crate::execution::{LoadResult, RunOptions, RunnableLoad};
use crate::text::lines::wrap;
use crate::text::number::format_count;
use crate::timeline::show;

/// A replay that is ready to run.
pub(super) struct ReplayLoad {
    pub(super) replay: SurveyedReplay,
    pub(super) engine: EngineArgs,
    /// The file and the endpoint.
    pub(super) target: String,
    /// Receives the progress and the error of the playback.
    pub(super) status: PlaybackStatus,
}

impl RunnableLoad for ReplayLoad {
    fn hammer(&self) -> &str {
        super::NAME
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn schedule(&self) -> Schedule {
        let (player, survey, factory) = (
            self.replay.player.clone(),
            self.replay.survey.clone(),
            self.replay.factory.clone(),
        );
        let (hits, length) = (survey.all_passes.hits, survey.duration());
        let peak = survey.peak_rate();
        let status = self.status.clone();
        let open = move || {
            let factory = Arc::clone(&factory);
            player.playback(&survey, &status, move |row| factory.make(row))
        };
        let playlist = Playlist::with_item_size(hits, length, ReplayRequest::unique_bytes, open);
        Schedule::playlist(playlist.peak(peak)).with_duration(length)
    }

    fn drain(&self) -> Option<Duration> {
        self.engine.drain()
    }

    fn is_user_pool(&self) -> bool {
        self.engine.users().is_some()
    }

    fn needs(&self, threads: usize) -> ResourceNeeds {
        let survey = &self.replay.survey;
        let hits = survey.all_passes.hits;
        let needs = self
            .engine
            .needs(Some(survey.peak_rate()), Some(hits), threads);
        needs.for_hammer(&self.replay.http.describe())
    }

    fn groups(&self) -> Vec<String> {
        let names = self.replay.factory.group_names();
        let description = Description::new().groups(names);
        description.listed_groups().to_vec()
    }

    fn names_are_known(&self) -> bool {
        true
    }

    fn forecast(&self) -> LoadForecast {
        let survey = &*self.replay.survey;
        let hits = survey.all_passes.hits;
        LoadForecast {
            subject: super::NAME,
            description: self.target.clone(),
            expected_hits: Some(hits),
            exact: true,
            totals: show::rates(survey, hits, survey.duration().as_secs_f64()),
            settings: engine_settings(&self.engine),
            proxies: proxy_reports(self.replay.http.describe()),
            details: self.contents(),
        }
    }

    fn warnings(&self) -> &[String] {
        &self.replay.warnings
    }

    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<LoadResult, Error> {
        let schedule = self.schedule();
        let SurveyedReplay {
            survey,
            http,
            factory,
            ..
        } = self.replay;
        let names = factory.group_names();
        let fidelity = Arc::new(Mutex::new(LogComparison::default()));
        let hammer = ReplayHammer::new(http, names.to_vec(), fidelity.clone());
        let run = self
            .engine
            .configure(Run::new(hammer, schedule), options.threads)
            .name(super::NAME)
            .target(self.target);
        let setting_names = options.setting_names;
        let report = options.execute(run, on_event)?;
        let found = std::mem::take(&mut *fidelity::lock_fidelity(&fidelity));
        let planned = self.status.time_series();
        let replay = comparison::compare(&report, &survey.all_passes, &planned, found, names);
        let error = self.status.take_error();
        Ok(LoadResult {
            report,
            replay: Some(replay),
            error: error.map(|error| {
                let problem = setting_names.reword(&chain(&error));
                format!("failed to continue the replay: {problem}")
            }),
        })
    }
}

impl ReplayLoad {
    /// Skipped rows, and the contents of a pass.
    fn contents(&self) -> String {
        let survey = &*self.replay.survey;
        let skipped = survey.all_passes.skipped.iter();
        let mut text = show::skipped_line("skipped", skipped.map(|(reason, n)| (*reason, *n)));
        if survey.all_passes.hits > survey.hits {
            let hits = format_count(survey.hits);
            let pass = format!("{hits} hits per pass; one pass is described below");
            text.push_str(&wrap("passes", &pass, 1));
        }
        text + &show::contents(&self.replay.player, survey)
    }
}
