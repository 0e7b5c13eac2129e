//! The rendered parts of a request.

use bytes::Bytes;

/// The rendered parts of one hit, in memory that the next hit uses again.
#[derive(Debug, Default)]
pub(crate) struct RenderedRequest {
    /// The target, if it varies, and then the values of headers.
    pub(super) values: Vec<u8>,
    /// The end of each part in `values`.
    pub(super) ends: Vec<usize>,
    pub(super) body: RenderedBody,
    pub(super) body_bytes: Vec<u8>,
}

/// The body of one hit.
#[derive(Debug, Default)]
pub(super) enum RenderedBody {
    /// That of the request.
    #[default]
    Unchanged,
    /// One of several bodies that hits rotate through.
    Shared(Bytes),
    /// Rendered for this hit.
    Rendered,
}

impl RenderedRequest {
    /// Forgets the parts of the previous hit, and keeps their memory.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.ends.clear();
        self.body = RenderedBody::Unchanged;
        self.body_bytes.clear();
    }

    /// The parts of the head, in the order of the request.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let value = &self.values[begin..*end];
            begin = *end;
            value
        })
    }

    /// The first part of the head: the target, if it varies.
    pub(crate) fn target(&self) -> &[u8] {
        self.values().next().unwrap_or_default()
    }

    /// The body of this hit, which outlives the memory of the parts.
    pub(crate) fn shared_body(&self, unchanged: &Bytes) -> Bytes {
        match &self.body {
            RenderedBody::Unchanged => unchanged.clone(),
            RenderedBody::Shared(body) => body.clone(),
            RenderedBody::Rendered => Bytes::copy_from_slice(&self.body_bytes),
        }
    }

    /// The body of this hit; `unchanged` is that of the request.
    pub(crate) fn body<'a>(&'a self, unchanged: &'a [u8]) -> &'a [u8] {
        match &self.body {
            RenderedBody::Unchanged => unchanged,
            RenderedBody::Shared(body) => body,
            RenderedBody::Rendered => &self.body_bytes,
        }
    }
}
