//! Protection of the engine from panics of a hammer, whose message is already on stderr.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use crate::model::failure::Failure;
use crate::model::hammer::Hammer;
use crate::model::missed_hit::MissedHit;

/// Turns a panic of a hammer into a failure of its hit, so that the report counts the hit.
///
/// The caller pins the future: passed by value, it would be copied whole for each hit.
pub(crate) async fn catch_panic<T>(
    mut future: Pin<&mut impl Future<Output = Result<T, Failure>>>,
) -> Result<T, Failure> {
    poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
            .unwrap_or(Poll::Ready(Err(Failure::PANICKED)))
    })
    .await
}

/// Calls a function of a hammer whose panic changes nothing, since its hit has already ended.
pub(crate) fn ignore_panic(call: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(call));
}

/// Returns the group of a hit that the hammer did not get; unknown if the hammer panics.
pub(crate) fn missed_group<H: Hammer>(hammer: &H, hit: &MissedHit<'_>) -> Option<usize> {
    catch_unwind(AssertUnwindSafe(|| hammer.group_of(hit))).unwrap_or(None)
}
