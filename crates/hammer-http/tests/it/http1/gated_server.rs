//! A server that runs a script for each request, and the hits that it is asked by, in turn.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hammer_core::{Report, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http, HttpBuilder};
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::hit_gate::{EndedHit, GatedHammer, HitGate};
use super::peer::Peer;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};
use crate::tls_server::{TestCertificates, server_config, test_certificates};

/// The certificates of all servers, since keys take long to generate.
static CERTIFICATES: LazyLock<TestCertificates> = LazyLock::new(test_certificates);

/// The transport of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Clear,
    Tls12,
    Tls13,
}

/// All transports, for behavior that must be the same over each.
pub(super) const TRANSPORTS: [Transport; 3] =
    [Transport::Clear, Transport::Tls12, Transport::Tls13];

/// One request to a [`GatedServer`].
pub(super) struct Request {
    /// The number of the request among those of all connections, from 0.
    pub(super) number: u64,
    pub(super) head: String,
    /// The gate to which the server belongs.
    pub(super) gate: HitGate,
}

/// A server that runs a script for each request.
pub(super) struct GatedServer {
    server: ScriptedServer,
    gate: HitGate,
    transport: Transport,
}

/// Hits that ran in turn, and their report.
pub(super) struct FinishedHits {
    pub(super) hits: Vec<EndedHit>,
    pub(super) report: Report,
}

impl Transport {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Clear => &[],
            Self::Tls12 => const { &[&TLS12] },
            Self::Tls13 => const { &[&TLS13] },
        }
    }
}

impl Request {
    /// The length of the body.
    pub(super) fn content_length(&self) -> usize {
        self.header("content-length")
            .map_or(0, |length| length.parse().expect("a number"))
    }

    /// The value of a header, whose name is given in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let line = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
        line.map(|(_, value)| value.trim())
    }

    /// Reads the body and answers with [`OK_RESPONSE`]; returns the connection if it is still open.
    pub(super) fn accept(&self, mut peer: Peer) -> Option<Peer> {
        (peer.skip(self.content_length()) && peer.send(OK_RESPONSE)).then_some(peer)
    }
}

impl GatedServer {
    /// Runs `script` for the head of each request; it returns the connection unless it ended it.
    ///
    /// The next hit begins after the script has returned.
    pub(super) fn serve(
        transport: Transport,
        script: impl Fn(&Request, Peer) -> Option<Peer> + Send + Sync + 'static,
    ) -> Self {
        Self::start(transport, HitGate::new(1), |_, peer, _| Some(peer), script)
    }

    /// Runs `opening` for the first connection, and `script` for the head of each request.
    ///
    /// The connection is opened ahead of the first hit, which begins when `opening` has returned.
    pub(super) fn serve_opened(
        transport: Transport,
        opening: impl Fn(Peer) -> Option<Peer> + Send + Sync + 'static,
        script: impl Fn(&Request, Peer) -> Option<Peer> + Send + Sync + 'static,
    ) -> Self {
        let open = move |number, mut peer: Peer, gate: &HitGate| {
            if number > 0 {
                return Some(peer);
            }
            peer.complete_handshake();
            gate.wait_for_opening();
            let next = opening(peer);
            gate.allow(1);
            next
        };
        Self::start(transport, HitGate::new(0), open, script)
    }

    /// Runs `opening` for each connection and its number, and `script` for each request.
    fn start(
        transport: Transport,
        gate: HitGate,
        opening: impl Fn(u64, Peer, &HitGate) -> Option<Peer> + Send + Sync + 'static,
        script: impl Fn(&Request, Peer) -> Option<Peer> + Send + Sync + 'static,
    ) -> Self {
        let tls = (transport != Transport::Clear)
            .then(|| server_config(&CERTIFICATES, transport.versions(), false));
        let (connections, requests) = (AtomicU64::new(0), AtomicU64::new(0));
        let to_allow = gate.clone();
        let server = ScriptedServer::serve_owned(move |connection| {
            let peer = Peer::new(connection.stream, tls.as_ref());
            let number = connections.fetch_add(1, Ordering::SeqCst);
            let Some(mut peer) = opening(number, peer, &to_allow) else {
                return;
            };
            while let Some(head) = peer.head() {
                let number = requests.fetch_add(1, Ordering::SeqCst);
                let gate = to_allow.clone();
                let request = Request { number, head, gate };
                let next = script(&request, peer);
                to_allow.allow(number + 2);
                match next {
                    Some(next) => peer = next,
                    None => break,
                }
            }
        });
        Self {
            server,
            gate,
            transport,
        }
    }

    /// Runs `script` for the request of this number, and accepts all others.
    pub(super) fn serve_at(
        transport: Transport,
        number: u64,
        script: impl Fn(&Request, Peer) -> Option<Peer> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(transport, move |request, peer| {
            if request.number == number {
                script(request, peer)
            } else {
                request.accept(peer)
            }
        })
    }

    /// The number of connections so far.
    pub(super) fn connections(&self) -> u64 {
        self.server.connections()
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// A builder with the URL of the server.
    pub(super) fn http(&self) -> HttpBuilder {
        let url = self.url();
        match self.transport {
            Transport::Clear => Http::builder(&url),
            Transport::Tls12 | Transport::Tls13 => {
                let ca = CERTIFICATES.ca.clone();
                Http::builder(&url.replace("http:", "https:")).cacert_pem(ca)
            }
        }
    }

    /// Runs this many hits of one slot, each as soon as the script for the one before has returned.
    pub(super) fn run(&self, http: HttpBuilder, hits: u64) -> FinishedHits {
        self.run_with_pauses(http, hits, Duration::ZERO)
    }

    /// Runs hits in turn, with a pause before each but the first.
    pub(super) fn run_with_pauses(
        &self,
        http: HttpBuilder,
        hits: u64,
        pause: Duration,
    ) -> FinishedHits {
        self.run_within(http, hits, pause, Duration::from_secs(8))
    }

    /// Runs hits in turn, with a pause before each but the first, each within `timeout`.
    pub(super) fn run_within(
        &self,
        http: HttpBuilder,
        hits: u64,
        pause: Duration,
        timeout: Duration,
    ) -> FinishedHits {
        let hammer = GatedHammer {
            hammer: http.build().expect("valid options"),
            gate: self.gate.clone(),
            pause,
        };
        let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
            .threads(1)
            .max_in_flight(1)
            .timeout(timeout);
        let report = run.execute().expect("a finished run");
        FinishedHits {
            hits: self.gate.ended(),
            report,
        }
    }
}

impl FinishedHits {
    /// The results of the hits, in order.
    pub(super) fn results(&self) -> Vec<&str> {
        self.hits.iter().map(|hit| &*hit.result).collect()
    }

    /// The numbers of connections that were opened, closed by the target, dropped and retired.
    pub(super) fn connection_counts(&self) -> [u64; 4] {
        ["opened", "closed_by_target", "dropped", "retired"]
            .map(|name| self.count(&format!("connections_{name}")))
    }

    /// A counter of the report.
    pub(super) fn count(&self, counter: &str) -> u64 {
        self.report.counts.get(counter).copied().unwrap_or(0)
    }
}
