use super::{Journey, Target};
use crate::blanks::Content;
use crate::template::Template;

/// So many bytes to send are copied for each worker; more are shared by all.
const COPIED_BYTES: usize = 8 << 20;

/// What a worker sends, shared with no other: a counter of references that two threads pull back
/// and forth costs more than the copy. Empty, if there is too much of it.
#[derive(Default)]
pub(super) struct Copies {
    pub(super) templates: Vec<Template>,
    pub(super) bodies: Vec<Content>,
}

impl Copies {
    pub(super) fn of(journey: &Journey) -> Self {
        if bytes_to_send(journey) > COPIED_BYTES {
            return Self::default();
        }
        let several = journey.targets.len();
        let copy = |target: &Target| target.template.unshared().one_of(several);
        Self {
            templates: journey.targets.iter().map(copy).collect(),
            bodies: journey.bodies.iter().map(Content::unshared).collect(),
        }
    }
}

fn bytes_to_send(journey: &Journey) -> usize {
    let targets = journey.targets.iter().map(|target| {
        let headers = target.template.head.headers.iter();
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
        headers.sum::<usize>() + target.url.as_str().len() + target.template.body.len()
    });
    targets.sum::<usize>() + journey.bodies.iter().map(Content::len).sum::<usize>()
}
