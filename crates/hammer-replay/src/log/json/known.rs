use super::Map;
use crate::log::text::{Base, What};
use crate::time::{Style, Unit};

/// Logs of JSON whose keys are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Envoy,
    Caddy,
    Traefik,
    GoogleLb,
    Har,
    Vegeta,
}

impl Known {
    /// What its keys mean.
    pub(crate) fn map(self) -> Map {
        let any = |base| What::time(base, Style::Any);
        match self {
            // Source: Istio, "Envoy Access Logs", and Envoy Gateway, "Proxy access logs". Names are
            // the operator's; these are what both begin with.
            Self::Envoy => Map::of([
                ("start_time", any(Base::Start)),
                ("method", What::Method),
                ("path", What::Target),
                ("x-envoy-origin-path", What::Target),
                ("x-envoy-original-path", What::Target),
                (":authority", What::Host),
                ("authority", What::Host),
                ("response_code", What::Status),
                ("duration", What::Duration(Unit::Millis)),
                ("bytes_sent", What::Bytes),
                ("bytes_received", What::Body),
                ("x-forwarded-for", What::Client),
                ("x_forwarded_for", What::Client),
                ("downstream_remote_address", What::Client),
                ("route_name", What::Route),
            ]),
            // Source: Caddy, "How Logging Works": written when it has been answered.
            Self::Caddy => Map::of([
                ("ts", any(Base::End)),
                ("request.method", What::Method),
                ("request.uri", What::Target),
                ("request.host", What::Host),
                ("request.remote_ip", What::Client),
                ("request.client_ip", What::Client),
                ("duration", What::Duration(Unit::Seconds)),
                ("status", What::Status),
                ("size", What::Bytes),
                ("bytes_read", What::Body),
            ]),
            // Source: Traefik, "Access Logs", the fields of its JSON.
            Self::Traefik => Map::of([
                ("StartUTC", any(Base::Start)),
                ("RequestMethod", What::Method),
                ("RequestPath", What::Target),
                ("RequestHost", What::Host),
                ("ClientHost", What::Client),
                ("Duration", What::Duration(Unit::Nanos)),
                ("DownstreamStatus", What::Status),
                ("DownstreamContentSize", What::Bytes),
                ("RequestContentSize", What::Body),
                ("RouterName", What::Route),
            ]),
            // Source: Google Cloud, "External Application Load Balancer logging" and HttpRequest of
            // LogEntry. The sizes have the heads in them, so they are no bodies.
            Self::GoogleLb => Map::of([
                ("timestamp", any(Base::Start)),
                ("httpRequest.requestMethod", What::Method),
                ("httpRequest.requestUrl", What::Url),
                ("httpRequest.status", What::Status),
                ("httpRequest.latency", What::Duration(Unit::Seconds)),
                ("httpRequest.remoteIp", What::Client),
            ]),
            // Source: HTTP Archive 1.2, "entries".
            Self::Har => Map::of([
                ("startedDateTime", any(Base::Start)),
                ("time", What::Duration(Unit::Millis)),
                ("request.method", What::Method),
                ("request.url", What::Url),
                ("request.bodySize", What::Body),
                ("response.status", What::Status),
                ("response.content.size", What::Bytes),
                ("serverIPAddress", What::Nothing),
            ]),
            // Source: vegeta's README, the JSON of its targets and of its results. Targets have no time.
            Self::Vegeta => Map::of([
                ("timestamp", any(Base::Start)),
                ("latency", What::Duration(Unit::Nanos)),
                ("method", What::Method),
                ("url", What::Url),
                ("code", What::Status),
                ("bytes_in", What::Bytes),
                ("bytes_out", What::Body),
                ("body", What::Base64),
            ]),
        }
    }
}
