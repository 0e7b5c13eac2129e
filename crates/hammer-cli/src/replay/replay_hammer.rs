use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{Failure, Hammer, Hit, Label, Outcome, ResourceNeeds, Slot};
use hammer_http::{
    Http, HttpRequest, HttpRequestError, HttpRequestFactory, HttpRequestSpec, HttpSession,
    RequestHeader,
};
use hammer_replay::play::PlannedRow;

use super::fidelity::{FidelityShard, ReplayFidelity};

/// What a row of the timeline has become: a request, and what was logged of it.
pub(super) struct ReplayRequest {
    request: HttpRequest,
    logged_status: Option<u16>,
    logged_duration: Option<Duration>,
    group: usize,
    unique_bytes: usize,
}

impl ReplayRequest {
    /// What it keeps in memory that no other hit does, about.
    pub(super) fn unique_bytes(&self) -> usize {
        self.unique_bytes
    }
}

/// Makes of cues what is sent.
pub(super) struct RequestFactory {
    requests: HttpRequestFactory,
    /// The value of the header Host, as the flag has it.
    host: String,
    /// The header that tells clients apart, if there is one.
    client_header: Option<String>,
    group_names: Vec<String>,
    group_indices: HashMap<String, usize>,
}

impl RequestFactory {
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

    /// The routes that have a row of their own; a last one is for all others.
    pub(super) fn with_group_names(mut self, mut names: Vec<String>) -> Self {
        let numbered = names.iter().enumerate();
        self.group_indices = numbered.map(|(row, name)| (name.clone(), row)).collect();
        names.push("all others".into());
        self.group_names = names;
        self
    }

    pub(super) fn group_names(&self) -> &[String] {
        &self.group_names
    }

    /// Why a row can't be sent, if it can't.
    pub(super) fn check(&self, cue: &PlannedRow<'_>) -> Result<(), &'static str> {
        self.request(cue).map(drop)
    }

    pub(super) fn make(&self, cue: &PlannedRow<'_>) -> Result<ReplayRequest, &'static str> {
        let mut name = String::new();
        cue.write_name(&mut name);
        // A body that others have as well is in memory once.
        let own = if cue.body.is_unique() {
            cue.body.len()
        } else {
            0
        };
        Ok(ReplayRequest {
            request: self.request(cue)?,
            unique_bytes: own + cue.row.target.len(),
            logged_status: cue.row.status,
            logged_duration: cue.row.duration_us.map(Duration::from_micros),
            group: self
                .group_indices
                .get(&name)
                .copied()
                .unwrap_or(self.group_indices.len()),
        })
    }

    fn request(&self, cue: &PlannedRow<'_>) -> Result<HttpRequest, &'static str> {
        let client = self.client_header.as_deref().zip(cue.client());
        let headers = match client {
            Some((name, client)) => {
                let header = RequestHeader::new(name, &format!("{client:016x}"));
                vec![header.map_err(|_| "unsendable")?]
            }
            None => vec![],
        };
        let message = HttpRequestSpec {
            method: cue.row.method,
            target: cue.row.target,
            host: match &*self.host {
                "keep" => cue.row.host,
                "endpoint" => None,
                given => Some(given),
            },
            content_type: cue.content_type,
            headers: &headers,
            body: cue.body.clone(),
        };
        self.requests.make(&message).map_err(|why| match why {
            HttpRequestError::Method => "unsendable_method",
            HttpRequestError::Target => "unsendable_target",
            HttpRequestError::Host => "unsendable_host",
            _ => "unsendable",
        })
    }
}

/// Sends what hits bring along, and compares the answers to those that were logged.
pub(super) struct ReplayHammer {
    http: Http,
    groups: Vec<String>,
    fidelity: Arc<Mutex<ReplayFidelity>>,
}

impl ReplayHammer {
    pub(super) fn new(
        http: Http,
        groups: Vec<String>,
        fidelity: Arc<Mutex<ReplayFidelity>>,
    ) -> Self {
        Self {
            http,
            groups,
            fidelity,
        }
    }
}

impl Hammer for ReplayHammer {
    type Session = (HttpSession, Rc<FidelityShard>);

    async fn open(&self, slot: Slot) -> Result<Self::Session, Failure> {
        let page = slot.worker_local(|| FidelityShard::new(self.fidelity.clone()));
        Ok((self.http.open(slot).await?, page))
    }

    async fn hit(&self, session: &mut Self::Session, hit: Hit) -> Result<Outcome, Failure> {
        let Some(sent) = hit.item::<ReplayRequest>() else {
            unreachable!("every hit of a replay has its row")
        };
        hit.group(sent.group);
        let due = hit.due();
        let (session, page) = session;
        let ended = self.http.send(session, hit, &sent.request).await;
        let now = match &ended {
            Ok(outcome) => outcome.label(),
            Err(failure) => Label::from(failure.name()),
        };
        let took = sent.logged_duration.filter(|_| ended.is_ok());
        page.record(
            due,
            sent.logged_status,
            now,
            took.map(|took| (sent.group, took)),
        );
        ended
    }

    fn missed(&self, hit: Hit, why: &'static str) {
        if let Some(sent) = hit.item::<ReplayRequest>() {
            hit.group(sent.group);
            let page = hit
                .slot()
                .worker_local(|| FidelityShard::new(self.fidelity.clone()));
            page.record(hit.due(), sent.logged_status, Label::from(why), None);
        }
    }

    fn needs(&self, needs: ResourceNeeds) -> ResourceNeeds {
        self.http.needs(needs)
    }

    async fn close(&self, session: Self::Session) {
        self.http.close(session.0).await;
    }

    fn max_workers(&self) -> usize {
        self.http.max_workers()
    }

    fn groups(&self) -> Vec<String> {
        self.groups.clone()
    }
}
