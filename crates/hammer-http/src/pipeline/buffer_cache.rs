use crate::request::prepared::PreparedRequest;
use crate::request::template::RequestBuffer;

/// So many requests a slot has copies of to fill in. Who sends more makes some anew.
const MAX_BUFFERS: usize = 16;

/// The copies of a slot, the last used one first.
#[derive(Default)]
pub(super) struct RequestBufferCache(Vec<(usize, RequestBuffer)>);

impl RequestBufferCache {
    /// The copy of `template`, which is the one of this number.
    pub(super) fn buffer_for(
        &mut self,
        number: usize,
        request: &PreparedRequest,
    ) -> &mut RequestBuffer {
        match self.0.iter().position(|(of, _)| *of == number) {
            Some(place) => self.0[..=place].rotate_right(1),
            None => {
                self.0.truncate(MAX_BUFFERS - 1);
                self.0
                    .insert(0, (number, RequestBuffer::new(request.clone())));
            }
        }
        &mut self.0[0].1
    }
}
