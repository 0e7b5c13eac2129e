//! Templates in topics, payloads and identities.

pub(crate) mod render_context;
pub(crate) mod template_compiler;
