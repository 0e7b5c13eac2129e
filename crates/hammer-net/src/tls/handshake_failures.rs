//! Failures of a handshake other than alerts and refused certificates.

use rustls::{Error, InvalidMessage, PeerIncompatible};

use super::failure_pair::{FailurePair, failure_pair};

pub(super) const CLOSED: FailurePair = failure_pair!(
    "closed",
    "the server closed the connection during the TLS handshake: check that the port speaks TLS, and see the \
     server's log, since some servers reject a handshake without an alert",
    "the proxy closed the connection during the TLS handshake: check its port and scheme (https:// or http://), \
     and see its log",
);
const NOT_SPOKEN: FailurePair = failure_pair!(
    "not_spoken",
    "the server did not answer in TLS: check the port, or use a URL without TLS",
    "the proxy did not answer in TLS: check its port and scheme (https:// or http://)",
);
const MALFORMED_MESSAGE: FailurePair = failure_pair!(
    "malformed_message",
    "a TLS message of the server is malformed: RUST_LOG=debug shows why",
    "a TLS message of the proxy is malformed: RUST_LOG=debug shows why",
);
const VERSION_NOT_ALLOWED: FailurePair = failure_pair!(
    "version",
    "the server answers with a TLS version that was not offered: change `tls_min` or `tls_max`; this TLS library \
     has 1.2 and 1.3 only",
    "the proxy answers with a TLS version that was not offered; this TLS library has 1.2 and 1.3 only",
);
const INCOMPATIBLE: FailurePair = failure_pair!(
    "incompatible",
    "the server does not support a part of TLS that this TLS library requires: RUST_LOG=debug shows which",
    "the proxy does not support a part of TLS that this TLS library requires: RUST_LOG=debug shows which",
);
const BROKEN_RULE: FailurePair = failure_pair!(
    "broken_rule",
    "the server breaks a rule of TLS in the handshake: RUST_LOG=debug shows which",
    "the proxy breaks a rule of TLS in the handshake: RUST_LOG=debug shows which",
);
const HANDSHAKE_FAILED: FailurePair = failure_pair!(
    "failed",
    "the TLS handshake failed: RUST_LOG=debug shows the error",
    "the TLS handshake with the proxy failed: RUST_LOG=debug shows the error",
);
/// TLS ended with an error after the handshake.
pub(super) const BROKEN: FailurePair = failure_pair!(
    "broken",
    "TLS failed after the handshake because of a broken record or message: RUST_LOG=debug shows it; see the \
     server's log, and check devices in between",
    "TLS with the proxy failed after the handshake because of a broken record or message: RUST_LOG=debug shows it",
);
pub(super) const KEY_EXHAUSTED: FailurePair = failure_pair!(
    "key_exhausted",
    "a connection over TLS 1.2 has sent as many records as its key may seal: use TLS 1.3, or connections \
     that end earlier",
    "a connection to the proxy over TLS 1.2 has sent as many records as its key may seal: use connections that \
     end earlier",
);

/// All of these failures.
pub(super) const PAIRS: [FailurePair; 9] = [
    CLOSED,
    NOT_SPOKEN,
    MALFORMED_MESSAGE,
    VERSION_NOT_ALLOWED,
    INCOMPATIBLE,
    BROKEN_RULE,
    HANDSHAKE_FAILED,
    BROKEN,
    KEY_EXHAUSTED,
];

/// Returns the failures of an error of rustls in a handshake.
pub(super) fn of_error(error: &Error) -> FailurePair {
    use PeerIncompatible as P;
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => NOT_SPOKEN,
        Error::InvalidMessage(InvalidMessage::UnknownProtocolVersion) => NOT_SPOKEN,
        Error::InvalidMessage(_) => MALFORMED_MESSAGE,
        Error::PeerIncompatible(
            P::ServerDoesNotSupportTls12Or13 | P::ServerTlsVersionIsDisabledByOurConfig,
        ) => VERSION_NOT_ALLOWED,
        Error::PeerIncompatible(_) => INCOMPATIBLE,
        Error::PeerMisbehaved(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. } => BROKEN_RULE,
        _ => HANDSHAKE_FAILED,
    }
}
