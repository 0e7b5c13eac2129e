use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use hammer_core::Slot;

use crate::jar::Jar;

/// What a slot remembers. A session ends with a failure; this stays.
#[derive(Default)]
pub(super) struct Memory {
    /// Its cookies, from its first hit on, if slots keep cookies.
    pub(super) jar: Option<Jar>,
    /// The ordinal of the token that is in the cookies it began with.
    pub(super) token: Option<u64>,
    /// What was captured, by the order in which captures were given.
    pub(super) values: Vec<Option<Vec<u8>>>,
    /// How many of the targets are behind it that are for once.
    pub(super) once: usize,
    /// How many hits it has had besides those.
    pub(super) turns: u64,
}

/// What the slots of a worker remember.
#[derive(Default)]
struct Memories(RefCell<HashMap<usize, Rc<RefCell<Memory>>>>);

impl Memory {
    /// That of `slot`.
    pub(super) fn of(slot: &Slot) -> Rc<RefCell<Self>> {
        let memories = slot.share(Memories::default);
        let mut memories = memories.0.borrow_mut();
        memories.entry(slot.index()).or_default().clone()
    }
}
