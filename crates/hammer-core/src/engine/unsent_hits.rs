//! The first hits of a run, to look at without sending them.

use std::rc::Rc;
use std::time::Duration;

use crate::engine::single_hit_session::only_slot;
use crate::engine::timer;
use crate::model::hit::Hit;
use crate::model::slot_notes::{NoteBuffer, WorkerNotes};

/// Shows the first `count` hits of a run with this seed to `view`, without a run: nothing is prepared,
/// opened or sent, and notes on the hits are dropped.
///
/// All hits are of slot 0 and due at once; their numbers and randomness are those of a run.
///
/// ```
/// let mut numbers = vec![];
/// hammer_core::view_unsent_hits(1, 3, |hit| numbers.push(hit.number()));
/// assert_eq!(numbers, [0, 1, 2]);
/// ```
pub fn view_unsent_hits(seed: u64, count: u64, mut view: impl FnMut(&Hit)) {
    let notes = WorkerNotes {
        buffer: Rc::new(NoteBuffer::new()),
        locals: Rc::default(),
        peers: Rc::default(),
        clock: timer::now,
    };
    for number in 0..count {
        let hit = Hit {
            number,
            due: Duration::ZERO,
            slot: only_slot(seed, &notes),
        };
        view(&hit);
        notes.buffer.drain(|_| ());
    }
    notes.locals.clear();
}
