//! Hits that are due and wait for a slot.

use std::collections::VecDeque;

use crate::engine::dispatcher::due_hit::DueHit;

/// The hits that are due and not started, in order, up to a limit.
#[derive(Debug)]
pub(crate) struct Backlog {
    hits: VecDeque<DueHit>,
    limit: usize,
}

impl Backlog {
    /// Creates an empty backlog for at most `limit` hits.
    pub(crate) fn new(limit: usize) -> Self {
        let hits = VecDeque::new();
        Self { hits, limit }
    }

    /// Adds a hit, or returns it if the backlog is full.
    pub(crate) fn push(&mut self, hit: DueHit) -> Result<(), DueHit> {
        if self.hits.len() >= self.limit {
            return Err(hit);
        }
        self.hits.push_back(hit);
        Ok(())
    }

    /// Takes the hit that was due first.
    pub(crate) fn pop(&mut self) -> Option<DueHit> {
        self.hits.pop_front()
    }

    /// The hit that was due first.
    pub(crate) fn front(&self) -> Option<&DueHit> {
        self.hits.front()
    }

    /// The hits, in the order in which they were due.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &DueHit> {
        self.hits.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.hits.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }
}
