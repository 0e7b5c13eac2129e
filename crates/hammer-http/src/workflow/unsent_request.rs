//! The request of a hit that is not sent.

use bytes::Bytes;
use hammer_core::{Failure, Hit};
use url::Position;

use super::HitWorkflow;
use super::persistent_slot_state::PersistentSlotState;
use super::worker_request_copies::WorkerRequestCopies;
use crate::request::hit_request::RequestBuffer;

/// The first request of a hit, with the values of its templates, secrets included.
#[derive(Clone)]
#[non_exhaustive]
pub struct UnsentRequest {
    /// The method.
    pub method: String,
    /// The URL without credentials.
    pub url: String,
    /// The body before compression.
    pub body: Bytes,
}

impl HitWorkflow {
    /// Picks the target of a hit and renders its request, without a connection.
    pub(crate) fn unsent_request(&self, hit: &Hit) -> Result<UnsentRequest, Failure> {
        let slot_state = PersistentSlotState::for_slot(hit.slot());
        let (copies, mut buffer) = (WorkerRequestCopies::default(), RequestBuffer::default());
        let captured = std::mem::take(&mut slot_state.borrow_mut().captured);
        slot_state.borrow_mut().captured = self.with_placeholders(&captured);
        let hop = self.first_hop(&slot_state, &copies, &mut buffer, hit);
        slot_state.borrow_mut().captured = captured;
        let (index, hop) = hop?;
        let request = hop.request.to_complete();
        let target = String::from_utf8_lossy(&request.head.target);
        let mut url = self.targets[index].url.clone();
        // Only the user name and password are missing then.
        let _ = (url.set_username(""), url.set_password(None));
        let origin = &url[..Position::BeforePath];
        let unsent = UnsentRequest {
            method: request.head.method.to_string(),
            // The target of a forwarding proxy is a whole URL.
            url: match target.starts_with('/') {
                true => format!("{origin}{target}"),
                false => target.into_owned(),
            },
            body: request.body.clone(),
        };
        self.complete_target(Some(index), &slot_state);
        Ok(unsent)
    }

    /// The captured values, with a placeholder for each that is missing.
    fn with_placeholders(&self, captured: &[Option<Vec<u8>>]) -> Vec<Option<Vec<u8>>> {
        let known = captured.iter().cloned().chain(std::iter::repeat(None));
        let placeholders = self.variables.iter().map(|name| placeholder(name));
        let values = placeholders.zip(known);
        values
            .map(|(placeholder, known)| known.or(Some(placeholder.into_bytes())))
            .collect()
    }
}

/// The template expression of a captured value.
fn placeholder(variable: &str) -> String {
    format!("{{{{{variable}}}}}")
}
