use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use hammer_core::Slot;

use crate::pipeline::cookie_jar::CookieJar;

/// What a slot remembers. A session ends with a failure; this stays.
#[derive(Default)]
pub(super) struct SlotState {
    /// Its cookies, from its first hit on, if slots keep cookies.
    pub(super) cookie_jar: Option<CookieJar>,
    /// The ordinal of the token that is in the cookies it began with.
    pub(super) cookie_token: Option<u64>,
    /// What was captured, by the order in which captures were given.
    pub(super) captured: Vec<Option<Vec<u8>>>,
    /// How many of the targets are behind it that are for once.
    pub(super) once_done: usize,
    /// How many hits it has had besides those.
    pub(super) hits: u64,
}

/// What the slots of a worker remember.
#[derive(Default)]
struct SlotStateMap(RefCell<HashMap<usize, Rc<RefCell<SlotState>>>>);

impl SlotState {
    /// That of `slot`.
    pub(super) fn for_slot(slot: &Slot) -> Rc<RefCell<Self>> {
        let memories = slot.worker_local(SlotStateMap::default);
        let mut memories = memories.0.borrow_mut();
        memories.entry(slot.index()).or_default().clone()
    }
}
