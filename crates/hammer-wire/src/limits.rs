//! Limits on responses, the same for HTTP/1.1 and HTTP/2.

/// Maximum size of the head of a response, in bytes: 64 KiB.
///
/// Each field counts as its decoded name and value, plus four bytes: the `": "` and the line break
/// that it takes in HTTP/1.1.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Maximum number of fields in the head of a response.
pub const MAX_HEADERS: usize = 256;

/// Maximum number of interim responses (status 1xx) before the final one.
pub const MAX_INTERIM_RESPONSES: u32 = 100;
