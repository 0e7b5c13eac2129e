//! A server that runs a script for each request, and the hits that it is asked by, in turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
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
        let gate = HitGate::new();
        let tls = (transport != Transport::Clear)
            .then(|| server_config(&CERTIFICATES, transport.versions(), false));
        let requests = Arc::new(AtomicU64::new(0));
        let to_allow = gate.clone();
        let server = ScriptedServer::serve_owned(move |connection| {
            let mut peer = Peer::new(connection.stream, tls.as_ref());
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

    /// A builder with the URL of the server.
    pub(super) fn http(&self) -> HttpBuilder {
        let url = self.server.url();
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
        let hammer = GatedHammer {
            hammer: http.build().expect("valid options"),
            gate: self.gate.clone(),
            pause,
        };
        let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(hits))
            .threads(1)
            .max_in_flight(1)
            .timeout(Duration::from_secs(8));
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

    /// A counter of the report.
    pub(super) fn count(&self, counter: &str) -> u64 {
        self.report.counts.get(counter).copied().unwrap_or(0)
    }
}
