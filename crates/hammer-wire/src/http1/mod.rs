//! Requests and responses of HTTP/1.1 (RFC 9112).
