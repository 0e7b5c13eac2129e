use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{Failure, Hammer, Hit, Label, Needs, Outcome, Slot};
use hammer_http::{Header, Http, Message, Request, Requests, Session, Unsendable};
use hammer_replay::play::Cue;

use super::fidelity::{Fidelity, Page};

/// What a row of the timeline has become: a request, and what was logged of it.
pub(super) struct Sent {
    request: Request,
    status: Option<u16>,
    took: Option<Duration>,
    row: usize,
    own_bytes: usize,
}

impl Sent {
    /// What it keeps in memory that no other hit does, about.
    pub(super) fn own_bytes(&self) -> usize {
        self.own_bytes
    }
}

/// Makes of cues what is sent.
pub(super) struct Mint {
    requests: Requests,
    /// The value of the header Host, as the flag has it.
    host: String,
    /// The header that tells clients apart, if there is one.
    client_header: Option<String>,
    names: Vec<String>,
    rows: HashMap<String, usize>,
}

impl Mint {
    pub(super) fn new(requests: Requests, host: String, client_header: Option<String>) -> Self {
        Self {
            requests,
            host,
            client_header,
            names: vec![],
            rows: HashMap::new(),
        }
    }

    /// The routes that have a row of their own; a last one is for all others.
    pub(super) fn with_names(mut self, mut names: Vec<String>) -> Self {
        let numbered = names.iter().enumerate();
        self.rows = numbered.map(|(row, name)| (name.clone(), row)).collect();
        names.push("all others".into());
        self.names = names;
        self
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Why a row can't be sent, if it can't.
    pub(super) fn check(&self, cue: &Cue<'_>) -> Result<(), &'static str> {
        self.request(cue).map(drop)
    }

    pub(super) fn make(&self, cue: &Cue<'_>) -> Result<Sent, &'static str> {
        let mut name = String::new();
        cue.name(&mut name);
        // A body that others have as well is in memory once.
        let own = if cue.body.is_unique() {
            cue.body.len()
        } else {
            0
        };
        Ok(Sent {
            request: self.request(cue)?,
            own_bytes: own + cue.row.target.len(),
            status: cue.row.status,
            took: cue.row.duration_us.map(Duration::from_micros),
            row: self.rows.get(&name).copied().unwrap_or(self.rows.len()),
        })
    }

    fn request(&self, cue: &Cue<'_>) -> Result<Request, &'static str> {
        let client = self.client_header.as_deref().zip(cue.client());
        let headers = match client {
            Some((name, client)) => {
                let header = Header::new(name, &format!("{client:016x}"));
                vec![header.map_err(|_| "unsendable")?]
            }
            None => vec![],
        };
        let message = Message {
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
            Unsendable::Method => "unsendable_method",
            Unsendable::Target => "unsendable_target",
            Unsendable::Host => "unsendable_host",
            _ => "unsendable",
        })
    }
}

/// Sends what hits bring along, and compares the answers to those that were logged.
pub(super) struct Replayer {
    http: Http,
    rows: Vec<String>,
    fidelity: Arc<Mutex<Fidelity>>,
}

impl Replayer {
    pub(super) fn new(http: Http, rows: Vec<String>, fidelity: Arc<Mutex<Fidelity>>) -> Self {
        Self {
            http,
            rows,
            fidelity,
        }
    }
}

impl Hammer for Replayer {
    type Session = (Session, Rc<Page>);

    async fn open(&self, slot: Slot) -> Result<Self::Session, Failure> {
        let page = slot.share(|| Page::of(self.fidelity.clone()));
        Ok((self.http.open(slot).await?, page))
    }

    async fn hit(&self, session: &mut Self::Session, hit: Hit) -> Result<Outcome, Failure> {
        let Some(sent) = hit.item::<Sent>() else {
            unreachable!("every hit of a replay has its row")
        };
        hit.row(sent.row);
        let due = hit.due();
        let (session, page) = session;
        let ended = self.http.send(session, hit, &sent.request).await;
        let now = match &ended {
            Ok(outcome) => outcome.label(),
            Err(failure) => Label::from(failure.name()),
        };
        let took = sent.took.filter(|_| ended.is_ok());
        page.note(due, sent.status, now, took.map(|took| (sent.row, took)));
        ended
    }

    fn missed(&self, hit: Hit, why: &'static str) {
        if let Some(sent) = hit.item::<Sent>() {
            hit.row(sent.row);
            let page = hit.slot().share(|| Page::of(self.fidelity.clone()));
            page.note(hit.due(), sent.status, Label::from(why), None);
        }
    }

    fn needs(&self, needs: Needs) -> Needs {
        self.http.needs(needs)
    }

    async fn close(&self, session: Self::Session) {
        self.http.close(session.0).await;
    }

    fn max_workers(&self) -> usize {
        self.http.max_workers()
    }

    fn rows(&self) -> Vec<String> {
        self.rows.clone()
    }
}
