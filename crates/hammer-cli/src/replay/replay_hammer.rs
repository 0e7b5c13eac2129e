//! The hammer of a replay: sends rows and compares results with the log.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{
    Description, Failure, Hammer, Hit, Label, MissedHit, Outcome, PrepareError, Slot, WorkerContext,
};
use hammer_http::{
    Http, HttpRequest, HttpRequestError, HttpRequestFactory, HttpRequestSpec, HttpSession,
    RequestHeader,
};
use hammer_replay::play::PlaybackRow;

use super::fidelity::{LogComparison, WorkerLogComparison};

/// A request made from a row, with the logged status and duration.
pub(super) struct ReplayRequest {
    request: HttpRequest,
    logged_status: Option<u16>,
    logged_duration: Option<Duration>,
    group: usize,
    unique_bytes: usize,
}

impl ReplayRequest {
    /// Approximate memory that is not shared with other hits.
    pub(super) fn unique_bytes(&self) -> usize {
        self.unique_bytes
    }
}

/// Makes requests from rows.
pub(super) struct ReplayRequestFactory {
    requests: HttpRequestFactory,
    /// The value of `--host`.
    host: String,
    /// The value of `--client-header`.
    client_header: Option<String>,
    group_names: Vec<String>,
    group_indices: HashMap<String, usize>,
}

impl ReplayRequestFactory {
    pub(super) fn new(
        requests: HttpRequestFactory,
        host: String,
        client_header: Option<String>,
    ) -> Self {
        Self {
            requests,
            host,
            client_header,
            group_names: vec![],
            group_indices: HashMap::new(),
        }
    }

    /// Sets the routes with their own group. One more group is for all others.
    pub(super) fn with_group_names(mut self, mut names: Vec<String>) -> Self {
        let indexed = names.iter().enumerate();
        self.group_indices = indexed.map(|(index, name)| (name.clone(), index)).collect();
        names.push("all others".into());
        self.group_names = names;
        self
    }

    pub(super) fn group_names(&self) -> &[String] {
        &self.group_names
    }

    /// Checks that a row can be sent; the error is the reason for skipping it.
    pub(super) fn check(&self, planned: &PlaybackRow<'_>) -> Result<(), &'static str> {
        self.request(planned).map(drop)
    }

    pub(super) fn make(&self, planned: &PlaybackRow<'_>) -> Result<ReplayRequest, &'static str> {
        let mut name = String::new();
        planned.write_name(&mut name);
        // A shared body is in memory once.
        let body_bytes = if planned.body.is_unique() {
            planned.body.len()
        } else {
            0
        };
        Ok(ReplayRequest {
            request: self.request(planned)?,
            unique_bytes: body_bytes + planned.row.target.len(),
            logged_status: planned.row.status,
            logged_duration: planned.row.duration_us.map(Duration::from_micros),
            group: self
                .group_indices
                .get(&name)
                .copied()
                .unwrap_or(self.group_indices.len()),
        })
    }

    fn request(&self, planned: &PlaybackRow<'_>) -> Result<HttpRequest, &'static str> {
        let client = self.client_header.as_deref().zip(planned.client());
        let headers = match client {
            Some((name, client)) => {
                let header = RequestHeader::new(name, &format!("{client:016x}"));
                vec![header.map_err(|_| "unsendable")?]
            }
            None => vec![],
        };
        let message = HttpRequestSpec {
            method: planned.row.method,
            target: planned.row.target,
            host: match &*self.host {
                "keep" => planned.row.host,
                "endpoint" => None,
                given => Some(given),
            },
            content_type: planned.content_type,
            headers: &headers,
            body: planned.body.clone(),
        };
        self.requests.make(&message).map_err(|error| match error {
            HttpRequestError::Method => "unsendable_method",
            HttpRequestError::Target => "unsendable_target",
            HttpRequestError::Host => "unsendable_host",
            _ => "unsendable",
        })
    }
}

/// Sends the requests of hits, and compares the results with the log.
pub(super) struct ReplayHammer {
    http: Http,
    groups: Vec<String>,
    fidelity: Arc<Mutex<LogComparison>>,
}

impl ReplayHammer {
    pub(super) fn new(
        http: Http,
        groups: Vec<String>,
        fidelity: Arc<Mutex<LogComparison>>,
    ) -> Self {
        Self {
            http,
            groups,
            fidelity,
        }
    }

    /// The part of the comparison of the worker that owns this slot.
    fn worker_comparison(&self, slot: &Slot) -> Rc<WorkerLogComparison> {
        slot.worker_local(|| WorkerLogComparison::new(self.fidelity.clone()))
    }
}

impl Hammer for ReplayHammer {
    type Session = (HttpSession, Rc<WorkerLogComparison>);

    async fn prepare(&self, context: &WorkerContext) -> Result<(), PrepareError> {
        self.http.prepare(context).await
    }

    async fn open(&self, slot: &Slot) -> Result<Self::Session, Failure> {
        let shard = self.worker_comparison(slot);
        Ok((self.http.open(slot).await?, shard))
    }

    async fn hit(&self, session: &mut Self::Session, hit: &mut Hit) -> Result<Outcome, Failure> {
        let Some(sent) = hit.item::<ReplayRequest>() else {
            unreachable!("every hit of a replay has a request")
        };
        hit.group(sent.group);
        let (session, shard) = session;
        let result = self.http.send(session, hit, &sent.request).await;
        let label = match &result {
            Ok(outcome) => outcome.label(),
            Err(failure) => Label::from(failure.name()),
        };
        let logged = sent.logged_duration.filter(|_| result.is_ok());
        shard.record(
            hit.due(),
            sent.logged_status,
            label,
            logged.map(|logged| (sent.group, logged)),
        );
        result
    }

    fn missed(&self, hit: &Hit, reason: &'static str) {
        self.http.missed(hit, reason);
        if let Some(sent) = hit.item::<ReplayRequest>() {
            let shard = self.worker_comparison(hit.slot());
            shard.record(hit.due(), sent.logged_status, Label::from(reason), None);
        }
    }

    fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        Some(hit.item::<ReplayRequest>()?.group)
    }

    async fn settle(&self, context: &WorkerContext) {
        self.http.settle(context).await;
    }

    async fn close(&self, session: Self::Session) {
        self.http.close(session.0).await;
    }

    /// The groups are the routes; the rest is that of the hammer for HTTP.
    fn describe(&self) -> Description {
        self.http.describe().groups(self.groups.iter().cloned())
    }
}
