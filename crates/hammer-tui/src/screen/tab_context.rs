//! The load that a tab shows.

use super::screen_settings::ScreenSettings;
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::live::live_second::LiveSecond;
use crate::run_view::load_view::LoadView;
use crate::run_view::run_view::RunView;

/// A load that has figures, and how a tab shows it.
#[derive(Clone, Copy)]
pub(super) struct TabContext<'a> {
    pub(super) run: &'a RunView,
    /// The index of the load.
    pub(super) index: usize,
    /// The load as it was known before its start.
    pub(super) live: &'a LiveLoad,
    pub(super) load: &'a LoadView,
    pub(super) latest: &'a LiveSecond,
    pub(super) settings: &'a ScreenSettings,
    pub(super) theme: &'a Theme,
}
