//! Inspects a response while it arrives: its cookies, redirect, expectations and captures.

use std::cell::RefCell;

use hammer_core::{Failure, Hit, Label};
use hammer_wire::http1::ResponseSink;
use hammer_wire::{Fields, ResponseHead};
use http::{Method, StatusCode};
use url::Url;

use super::HitWorkflow;
use super::persistent_slot_state::PersistentSlotState;
use crate::failures;
use crate::recorder::ExchangeRecording;
use crate::response::capture::CapturedValues;
use crate::response::decoder::{BodyCollector, WorkerBodyMemory};
use crate::response::redirect::RedirectedRequest;
use crate::response::rules::TargetRules;

/// The state of a hit that its responses share.
#[derive(Default)]
pub(super) struct HitProgress {
    pub(super) redirects: u32,
    captured: CapturedValues,
}

/// Inspects the response to one request of a hit.
pub(super) struct ResponseInspector<'w> {
    pub(super) workflow: &'w HitWorkflow,
    pub(super) rules: &'w TargetRules,
    pub(super) hit: &'w Hit,
    pub(super) url: &'w Url,
    /// The method of the request, if redirects are followed.
    pub(super) method: Option<Method>,
    pub(super) slot_state: &'w RefCell<PersistentSlotState>,
    pub(super) progress: &'w mut HitProgress,
    pub(super) recording: Option<ExchangeRecording<'w>>,
    pub(super) findings: ResponseFindings,
}

/// The findings in a response.
#[derive(Default)]
pub(super) struct ResponseFindings {
    pub(super) status: u16,
    pub(super) redirect: Option<Box<RedirectedRequest>>,
    /// The label of the expectation that the response misses.
    label: Option<Label>,
    collector: Option<Box<BodyCollector>>,
}

impl ResponseSink for ResponseInspector<'_> {
    type Error = Failure;

    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.findings.status = head.status;
        if self.rules.inspects_heads {
            self.inspect_head(head)?;
        } else if head.status >= 400 {
            self.findings.label = Some(head.status.into());
        }
        if self.findings.redirect.is_none() {
            self.hit.mark("first_byte");
        }
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if let Some(recording) = &self.recording {
            recording.record_chunk(bytes);
        }
        match &mut self.findings.collector {
            Some(collector) => collector.receive(bytes),
            None => Ok(()),
        }
    }
}

impl ResponseInspector<'_> {
    fn inspect_head(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        if let Some(recording) = &self.recording {
            recording.record_head(head);
        }
        let workflow = self.workflow;
        self.store_headers(&head.fields);
        self.findings.redirect = self.redirect(head)?;
        if self.findings.redirect.is_some() {
            return Ok(());
        }
        let expectations = &self.rules.expectations;
        self.findings.label = if expectations.accepts_status(head.status) {
            expectations.header_mismatch(&head.fields).map(Label::from)
        } else {
            Some(head.status.into())
        };
        if self.rules.inspects_bodies && self.findings.label.is_none() {
            let budget = self.hit.slot().worker_local(WorkerBodyMemory::default);
            let collector = BodyCollector::new(&head.fields, workflow.max_body_bytes, budget)?;
            self.findings.collector = Some(Box::new(collector));
        }
        Ok(())
    }

    /// Stores the cookies of a response, and the values to capture from its headers.
    fn store_headers(&mut self, fields: &Fields<'_>) {
        if self.workflow.initial_cookies.is_some()
            && let Some(jar) = &mut self.slot_state.borrow_mut().cookie_jar
        {
            jar.store_response(fields.values("set-cookie"), self.url);
        }
        let captures = &self.rules.captures;
        if !captures.is_empty() {
            captures.capture_headers(fields, &mut self.progress.captured);
        }
    }

    /// The redirect that a response asks for, if redirects are followed.
    fn redirect(&self, head: &ResponseHead<'_>) -> Result<Option<Box<RedirectedRequest>>, Failure> {
        let (Some(policy), Some(method)) = (&self.workflow.redirect_policy, &self.method) else {
            return Ok(None);
        };
        let status = StatusCode::from_u16(head.status).unwrap_or_default();
        let redirect = RedirectedRequest::from_response(status, &head.fields, self.url, method)?;
        if redirect.is_some() && self.progress.redirects == policy.max_redirects {
            return Err(failures::TOO_MANY_REDIRECTS);
        }
        Ok(redirect.map(Box::new))
    }

    /// Ends the inspection of a final response, and returns the label of a missed expectation.
    pub(super) async fn finish(mut self) -> Result<Option<Label>, Failure> {
        let (hit, rules, mut label) = (self.hit, self.rules, self.findings.label);
        let mut body = None;
        if let Some(collector) = self.findings.collector.take() {
            let decoded = match collector.finish_uncoded() {
                Ok(decoded) => decoded?,
                // Boxed: coded bodies are rare, and the future would be larger for every hit.
                Err(collector) => Box::pin(collector.decode()).await?,
            };
            if decoded.coded {
                hit.slot()
                    .count("decoded_bytes", decoded.bytes.len() as u64);
            }
            label = rules
                .expectations
                .body_mismatch(&decoded.bytes)
                .map(Label::from);
            body = Some(decoded);
        }
        if label.is_none() && !rules.captures.is_empty() {
            let bytes = body.as_ref().map(|body| &*body.bytes);
            self.store_captures(bytes.unwrap_or_default());
        }
        if body.is_some() {
            hit.mark("decode");
        }
        Ok(label)
    }

    /// Stores the values that a hit captured, and counts the missing ones.
    fn store_captures(&mut self, body: &[u8]) {
        let captures = &self.rules.captures;
        let mut captured = std::mem::take(&mut self.progress.captured);
        captures.capture_body(body, &mut captured);
        let slot_state = &mut self.slot_state.borrow_mut();
        match captures.store(captured, &mut slot_state.captured) {
            0 => {}
            missed => self.hit.slot().count("capture_missed", missed),
        }
    }
}
