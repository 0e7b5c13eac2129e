//! The state of an HTTP/2 connection (RFC 9113).
