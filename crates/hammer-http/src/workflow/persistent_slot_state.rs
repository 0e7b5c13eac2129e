//! The state of a slot that outlives its sessions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use hammer_core::Slot;

use crate::workflow::cookie_jar::CookieJar;

/// The state of a slot that survives a failed session.
#[derive(Default)]
pub(super) struct PersistentSlotState {
    /// The slot's cookies, from its first hit on, if slots keep cookies.
    pub(super) cookie_jar: Option<CookieJar>,
    /// The ordinal of the token in the initial cookies.
    pub(super) cookie_token: Option<u64>,
    /// Captured values, in the order of the captures.
    pub(super) captured: Vec<Option<Vec<u8>>>,
    /// The number of targets marked `once` that the slot has completed.
    pub(super) once_done: usize,
    /// The number of the slot's hits to other targets.
    pub(super) hits: u64,
}

/// The states of a worker's slots, by slot index.
#[derive(Default)]
struct PersistentSlotStateMap(RefCell<HashMap<usize, Rc<RefCell<PersistentSlotState>>>>);

impl PersistentSlotState {
    /// Returns the state of `slot`, created if necessary.
    pub(super) fn for_slot(slot: &Slot) -> Rc<RefCell<Self>> {
        let states = slot.worker_local(PersistentSlotStateMap::default);
        let mut states = states.0.borrow_mut();
        states.entry(slot.index()).or_default().clone()
    }
}
