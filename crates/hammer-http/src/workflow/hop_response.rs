//! The response of a hop: its redirect, its cookies and captures, and its expectations.

use std::cell::RefCell;

use hammer_core::{Failure, Hit, Label};
use http::response;

use super::persistent_slot_state::PersistentSlotState;
use super::request_hop::RequestHop;
use super::{HitWorkflow, RedirectPolicy};
use crate::connection::origin::{OriginConnection, UnreadResponseBody};
use crate::response::capture::CapturedValues;
use crate::response::decoder::{BodyCollector, WorkerBodyMemory};
use crate::response::header_lines::HeaderLines;
use crate::response::redirect::RedirectedRequest;
use crate::{ExchangeRecorder, failures};

impl HitWorkflow {
    /// Stores the cookies of a response, and the values to capture from its headers.
    pub(super) fn store_headers(
        &self,
        head: &response::Parts,
        hop: &RequestHop<'_>,
        slot_state: &RefCell<PersistentSlotState>,
        captured: &mut CapturedValues,
    ) {
        if let Some(jar) = &mut slot_state.borrow_mut().cookie_jar {
            jar.store_response(head.headers.values_of("set-cookie"), &hop.url);
        }
        if !self.captures.is_empty() {
            self.captures.capture_headers(&head.headers, captured);
        }
    }

    /// The redirect that a response asks for after `redirects` others, if redirects are followed.
    pub(super) fn redirect(
        &self,
        head: &response::Parts,
        hop: &RequestHop<'_>,
        redirects: u32,
    ) -> Result<Option<(&RedirectPolicy, RedirectedRequest)>, Failure> {
        let Some(policy) = &self.redirect_policy else {
            return Ok(None);
        };
        let method = &hop.request.head.method;
        let redirect =
            RedirectedRequest::from_response(head.status, &head.headers, &hop.url, method)?;
        if redirect.is_some() && redirects == policy.max_redirects {
            return Err(failures::TOO_MANY_REDIRECTS);
        }
        Ok(redirect.map(|redirect| (policy, redirect)))
    }

    /// Reads the body of a redirect, which is not inspected.
    pub(super) async fn read_redirect_body(
        &self,
        connection: &mut OriginConnection,
        head: &response::Parts,
        body: UnreadResponseBody,
        recorder: Option<(&ExchangeRecorder, usize)>,
        hit: &Hit,
    ) -> Result<(), Failure> {
        let read = connection.read(body, hit.slot(), |chunk| {
            if let Some((recorder, index)) = recorder {
                recorder.record_chunk(index, chunk);
            }
            Ok(())
        });
        let stats = read.await?;
        if let Some((recorder, index)) = recorder {
            recorder.finish_body(index, &head.headers);
        }
        hit.slot().count("body_bytes", stats.bytes);
        hit.slot().count("redirects", 1);
        hit.mark("redirect");
        Ok(())
    }

    /// Reads the final response.
    ///
    /// Returns a label if the response misses an expectation, and the body if it is inspected.
    pub(super) async fn read_final_response(
        &self,
        connection: &mut OriginConnection,
        head: &response::Parts,
        body: UnreadResponseBody,
        recorder: Option<(&ExchangeRecorder, usize)>,
        hit: &Hit,
    ) -> Result<(Option<Label>, Option<Vec<u8>>), Failure> {
        hit.mark("first_byte");
        let status = head.status.as_u16();
        let mismatch = if self.expectations.accepts_status(status) {
            self.expectations
                .header_mismatch(&head.headers)
                .map(Label::from)
        } else {
            Some(status.into())
        };
        let inspects = self.expectations.needs_body() || self.captures.needs_body();
        let mut collector = if mismatch.is_none() && inspects {
            let budget = hit.slot().worker_local(WorkerBodyMemory::default);
            Some(BodyCollector::new(
                &head.headers,
                self.max_body_bytes,
                budget,
            )?)
        } else {
            None
        };
        let read = connection.read(body, hit.slot(), |chunk| {
            if let Some((recorder, index)) = recorder {
                recorder.record_chunk(index, chunk);
            }
            match &mut collector {
                Some(collector) => collector.receive(chunk),
                None => Ok(()),
            }
        });
        let stats = read.await?;
        if stats.waited {
            hit.mark("body");
        }
        if let Some((recorder, index)) = recorder {
            recorder.finish_body(index, &head.headers);
        }
        hit.slot().count("body_bytes", stats.bytes);
        let Some(collector) = collector else {
            return Ok((mismatch, None));
        };
        let decoded = collector.decode().await?;
        if decoded.coded {
            hit.slot()
                .count("decoded_bytes", decoded.bytes.len() as u64);
        }
        let body_mismatch = || {
            self.expectations
                .body_mismatch(&decoded.bytes)
                .map(Label::from)
        };
        let mismatch = mismatch.or_else(body_mismatch);
        Ok((mismatch, Some(decoded.bytes)))
    }

    /// Ends the work on a response: stores the values captured by a hit that met its expectations, and
    /// counts the missing ones.
    ///
    /// `label` is that of a missed expectation, and `body` the inspected body.
    pub(super) fn store_captures(
        &self,
        slot_state: &RefCell<PersistentSlotState>,
        captured: &mut CapturedValues,
        label: Option<Label>,
        body: Option<&[u8]>,
        hit: &Hit,
    ) {
        if label.is_none() && !self.captures.is_empty() {
            let mut captured = std::mem::take(captured);
            self.captures
                .capture_body(body.unwrap_or_default(), &mut captured);
            let slot_state = &mut slot_state.borrow_mut();
            match self.captures.store(captured, &mut slot_state.captured) {
                0 => {}
                missed => hit.slot().count("capture_missed", missed),
            }
        }
        if body.is_some() {
            hit.mark("decode");
        }
    }
}
