//! One answer of a table: its bytes, the rule that judges it, and the result of its hit.

use std::time::Duration;

use hammer_core::Report;

use super::gated_server::{FinishedHits, GatedServer, Transport};
use super::peer::Peer;
use crate::BuilderChange;

/// The number of hits after that of a case, which must not suffer from it.
const HITS_AFTER: usize = 2;
/// The length of the body of an accepted hit, and of most answers of the tables.
const BODY_BYTES: u64 = 2;

/// The idle time up to which a connection counts as just used, well below 100 ms.
const MAX_IDLE: Duration = Duration::from_millis(50);

/// An answer, and what must come of it.
#[derive(Clone)]
pub(super) struct AnswerCase {
    /// The source of the rule, and what the answer shows.
    rule: &'static str,
    answer: Vec<u8>,
    end: ConnectionEnd,
    result: &'static str,
    body_bytes: u64,
    connection: ConnectionUse,
}

/// The end of a connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    StaysOpen,
    Close,
    CloseWithoutNotify,
    Reset,
}

/// The connection of the hit after a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionUse {
    Kept,
    Replaced,
    KeptOrReplaced,
}

impl AnswerCase {
    /// An answer that is ok, has a body of two bytes, and keeps its connection.
    pub(super) fn new(rule: &'static str, answer: impl AsRef<[u8]>) -> Self {
        Self {
            rule,
            answer: answer.as_ref().to_vec(),
            end: ConnectionEnd::StaysOpen,
            result: "200",
            body_bytes: BODY_BYTES,
            connection: ConnectionUse::Kept,
        }
    }

    /// An answer that fails by this name and costs its connection.
    pub(super) fn failing(
        rule: &'static str,
        answer: impl AsRef<[u8]>,
        result: &'static str,
    ) -> Self {
        Self {
            result,
            connection: ConnectionUse::Replaced,
            ..Self::new(rule, answer)
        }
    }

    /// Sets the label that the hit must have.
    pub(super) fn result(self, result: &'static str) -> Self {
        Self { result, ..self }
    }

    /// Sets the length of the body, without its framing.
    pub(super) fn body_bytes(self, body_bytes: u64) -> Self {
        Self { body_bytes, ..self }
    }

    /// Ends the connection after the answer.
    pub(super) fn end(self, end: ConnectionEnd) -> Self {
        Self { end, ..self }.connection(ConnectionUse::Replaced)
    }

    /// Sets the connection that the next hit must use.
    pub(super) fn connection(self, connection: ConnectionUse) -> Self {
        Self { connection, ..self }
    }

    /// Sends the answer and ends the connection, or returns it.
    pub(super) fn play(&self, mut peer: Peer) -> Option<Peer> {
        peer.send(&self.answer);
        self.end.apply(peer)
    }

    /// Runs the case as the hit of this number, with two hits after it; returns what is wrong.
    fn run(&self, at: usize, transport: Transport, change: BuilderChange) -> Option<String> {
        loop {
            let played = self.clone();
            let script = move |_: &_, peer| played.play(peer);
            let server = GatedServer::serve_at(transport, at as u64, script);
            let finished = server.run(change(server.http()), (at + 1 + HITS_AFTER) as u64);
            // After a pause of the machine, the connection was idle, which has a meaning of its own.
            let paused = finished
                .hits
                .get(at)
                .is_some_and(|hit| hit.idle >= MAX_IDLE);
            if !paused {
                return self.check(at, &finished, server.connections());
            }
        }
    }

    /// Checks the hits of a run, of which that of the case was this one; returns what is wrong.
    fn check(&self, at: usize, finished: &FinishedHits, connections: u64) -> Option<String> {
        let mut wrong = Vec::new();
        let mut expected = vec!["200"; at + 1 + HITS_AFTER];
        expected[at] = self.result;
        let results = finished.results();
        if results != expected {
            wrong.push(format!("results {results:?} in place of {expected:?}"));
        }
        let expected = match self.connection {
            ConnectionUse::Kept => 1..=1,
            ConnectionUse::Replaced => 2..=2,
            ConnectionUse::KeptOrReplaced => 1..=2,
        };
        if !expected.contains(&connections) {
            wrong.push(format!(
                "{connections} connections in place of {expected:?}"
            ));
        }
        let body_bytes = finished.count("body_bytes");
        let expected = self.body_bytes + (at + HITS_AFTER) as u64 * BODY_BYTES;
        let is_answered = self.result.parse::<u16>().is_ok();
        if is_answered && body_bytes != expected {
            wrong.push(format!("{body_bytes} body bytes in place of {expected}"));
        }
        if !is_answered && !has_right_advice(&finished.report, self.result) {
            wrong.push(format!("advice {:?}", finished.report.advice));
        }
        let (rule, answer, end) = (self.rule, shown(&self.answer), self.end);
        let wrong = wrong.join(", ");
        (!wrong.is_empty()).then(|| format!("{rule}: {answer}, then {end:?}: {wrong}"))
    }
}

impl ConnectionEnd {
    /// Ends the connection, or returns it.
    pub(super) fn apply(self, peer: Peer) -> Option<Peer> {
        match self {
            Self::StaysOpen => return Some(peer),
            Self::Close => peer.close(),
            Self::CloseWithoutNotify => peer.close_without_notify(),
            Self::Reset => peer.reset(),
        }
        None
    }
}

/// Reports whether the advice for a failure exists, and mentions the scheme only if it may be wrong.
pub(super) fn has_right_advice(report: &Report, failure: &str) -> bool {
    let advice = report.advice.get(failure);
    advice.is_some_and(|advice| advice.contains("scheme") == (failure == "not_http"))
}

/// Asserts each case for the first hit of a connection and for a later one, with two hits after it.
pub(super) fn assert_cases(cases: &[AnswerCase]) {
    assert_cases_with(cases, Transport::Clear, |http| http);
}

/// Asserts each case over a transport and with more options.
pub(super) fn assert_cases_with(cases: &[AnswerCase], transport: Transport, change: BuilderChange) {
    let mut wrong = Vec::new();
    for case in cases {
        for at in [0, 1] {
            wrong.extend(case.run(at, transport, change));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// Asserts that no case of a table was wrong, and shows all that were.
pub(super) fn assert_nothing_wrong(wrong: &[String]) {
    let count = wrong.len();
    assert!(wrong.is_empty(), "{count} wrong:\n{}", wrong.join("\n"));
}

/// The beginning of an answer, to be shown.
fn shown(answer: &[u8]) -> String {
    const MAX_BYTES: usize = 110;
    let shown = answer[..answer.len().min(MAX_BYTES)].escape_ascii();
    format!("{shown} ({} bytes)", answer.len())
}
