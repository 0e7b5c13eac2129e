//! Known JSON log formats.

use super::JsonFieldMap;
use crate::log::text::{LogField, TimestampedRequestEvent};
use crate::time::{LogTimeUnit, TimestampStyle};

/// A JSON log format with known keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownJsonFormat {
    Envoy,
    Caddy,
    Traefik,
    GoogleLb,
    Har,
    VegetaResults,
    VegetaTargets,
    Cloudflare,
}

impl KnownJsonFormat {
    /// The fields by their keys. Objects without the keys that each line of the format has are in another
    /// format, so that a log with some equal keys is not taken for it.
    pub(crate) fn field_map(self) -> JsonFieldMap {
        let any = |event| LogField::time(event, TimestampStyle::Any);
        match self {
            // Source: Istio, "Envoy Access Logs", and Envoy Gateway, "Proxy access logs". Operators
            // can rename the keys. These are the defaults of both.
            Self::Envoy => JsonFieldMap::from_paths([
                ("start_time", any(TimestampedRequestEvent::Start)),
                ("method", LogField::Method),
                ("path", LogField::Target),
                ("x-envoy-origin-path", LogField::Target),
                ("x-envoy-original-path", LogField::Target),
                (":authority", LogField::Host),
                ("authority", LogField::Host),
                ("response_code", LogField::Status),
                ("duration", LogField::Duration(LogTimeUnit::Millis)),
                ("bytes_sent", LogField::ResponseBytes),
                ("bytes_received", LogField::RequestBytes),
                ("x-forwarded-for", LogField::Client),
                ("x_forwarded_for", LogField::Client),
                ("downstream_remote_address", LogField::Client),
                ("route_name", LogField::Route),
            ])
            .require(&[
                &["start_time"],
                &["method"],
                &["path", "x-envoy-origin-path", "x-envoy-original-path"],
                &["response_code"],
            ]),
            // Source: Caddy, "How Logging Works": a line is written after the response.
            Self::Caddy => JsonFieldMap::from_paths([
                ("ts", any(TimestampedRequestEvent::End)),
                ("request.method", LogField::Method),
                ("request.uri", LogField::Target),
                ("request.host", LogField::Host),
                ("request.remote_ip", LogField::Client),
                ("request.client_ip", LogField::Client),
                ("duration", LogField::Duration(LogTimeUnit::Seconds)),
                ("status", LogField::Status),
                ("size", LogField::ResponseBytes),
                ("bytes_read", LogField::RequestBytes),
            ])
            .require(&[&["ts"], &["request.method"], &["request.uri"], &["status"]]),
            // Source: Traefik, "Access Logs", JSON fields.
            Self::Traefik => JsonFieldMap::from_paths([
                ("StartUTC", any(TimestampedRequestEvent::Start)),
                ("RequestMethod", LogField::Method),
                ("RequestPath", LogField::Target),
                ("RequestHost", LogField::Host),
                ("ClientHost", LogField::Client),
                ("Duration", LogField::Duration(LogTimeUnit::Nanos)),
                ("DownstreamStatus", LogField::Status),
                ("DownstreamContentSize", LogField::ResponseBytes),
                ("RequestContentSize", LogField::RequestBytes),
                ("RouterName", LogField::Route),
            ])
            .require(&[
                &["StartUTC"],
                &["RequestMethod"],
                &["RequestPath"],
                &["DownstreamStatus"],
            ]),
            // Source: Google Cloud, "External Application Load Balancer logging" and HttpRequest of
            // LogEntry. Its sizes include the headers, so they are not body sizes.
            Self::GoogleLb => JsonFieldMap::from_paths([
                ("timestamp", any(TimestampedRequestEvent::Start)),
                ("httpRequest.requestMethod", LogField::Method),
                ("httpRequest.requestUrl", LogField::Url),
                ("httpRequest.status", LogField::Status),
                (
                    "httpRequest.latency",
                    LogField::Duration(LogTimeUnit::Seconds),
                ),
                ("httpRequest.remoteIp", LogField::Client),
            ])
            .require(&[
                &["timestamp"],
                &["httpRequest.requestMethod"],
                &["httpRequest.requestUrl"],
            ]),
            // Source: HTTP Archive 1.2, "entries".
            Self::Har => JsonFieldMap::from_paths([
                ("startedDateTime", any(TimestampedRequestEvent::Start)),
                ("time", LogField::Duration(LogTimeUnit::Millis)),
                ("request.method", LogField::Method),
                ("request.url", LogField::Url),
                ("request.bodySize", LogField::RequestBytes),
                ("response.status", LogField::Status),
                ("response.content.size", LogField::ResponseBytes),
                ("serverIPAddress", LogField::Ignored),
            ])
            .require(&[
                &["startedDateTime"],
                &["request.method"],
                &["request.url"],
                &["response.status"],
            ]),
            // Source: vegeta's README, `vegeta encode`.
            Self::VegetaResults => JsonFieldMap::from_paths([
                ("timestamp", any(TimestampedRequestEvent::Start)),
                ("latency", LogField::Duration(LogTimeUnit::Nanos)),
                ("method", LogField::Method),
                ("url", LogField::Url),
                ("code", LogField::Status),
                ("bytes_in", LogField::ResponseBytes),
                ("bytes_out", LogField::RequestBytes),
                ("body", LogField::Base64Body),
            ])
            .require(&[
                &["timestamp"],
                &["latency"],
                &["code"],
                &["method"],
                &["url"],
            ]),
            // Source: vegeta's JSON schema of a target, which allows no other keys.
            Self::VegetaTargets => JsonFieldMap::from_paths([
                ("method", LogField::Method),
                ("url", LogField::Url),
                ("body", LogField::Base64Body),
                ("header", LogField::Ignored),
            ])
            .require(&[&["method"], &["url"]])
            .close(),
            // Source: Cloudflare, "HTTP requests" of Logpush. Its sizes include the headers, so they are
            // not body sizes.
            Self::Cloudflare => JsonFieldMap::from_paths([
                ("EdgeStartTimestamp", any(TimestampedRequestEvent::Start)),
                ("EdgeEndTimestamp", any(TimestampedRequestEvent::End)),
                ("ClientRequestMethod", LogField::Method),
                ("ClientRequestURI", LogField::Target),
                ("ClientRequestHost", LogField::Host),
                ("ClientIP", LogField::Client),
                ("EdgeResponseStatus", LogField::Status),
            ])
            .require(&[
                &["EdgeStartTimestamp"],
                &["ClientRequestMethod"],
                &["ClientRequestURI"],
                &["EdgeResponseStatus"],
            ]),
        }
    }
}
