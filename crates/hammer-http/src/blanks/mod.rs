//! What differs from hit to hit in a request, and how it is filled in.

mod content;
mod moment;
mod path;
mod sheet;
mod texts;

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;
use hyper::Uri;
use hyper::header::{AUTHORIZATION, HeaderValue};

pub(crate) use self::content::Content;
pub(crate) use self::moment::Moment;
pub(crate) use self::path::place;
pub(crate) use self::sheet::{Desk, Sheet};
pub(crate) use self::texts::Texts;
use crate::fault;

/// The places of a request that each hit has its own text for.
#[derive(Default)]
pub(crate) struct Blanks {
    pub(crate) target: Option<TargetBlank>,
    pub(crate) headers: Vec<HeaderBlank>,
    pub(crate) body: Option<Content>,
}

/// What the request line asks for.
pub(crate) struct TargetBlank {
    /// What stands before it for a proxy that reads the request.
    pub(crate) before: Box<str>,
    /// Path and query.
    pub(crate) text: Template,
}

/// The value of a header.
pub(crate) struct HeaderBlank {
    /// Which of all values of the request it is, in their order.
    pub(crate) place: usize,
    pub(crate) text: Template,
    /// Whether the text is user and password, for the scheme Basic.
    pub(crate) basic: bool,
}

impl Blanks {
    pub(crate) fn is_empty(&self) -> bool {
        self.target.is_none() && self.headers.is_empty() && self.body.is_none()
    }

    /// Has each hit send this as `Authorization`, which was not sent so far.
    pub(crate) fn add_authorization(
        &mut self,
        request: &mut crate::template::Template,
        text: Template,
    ) {
        let mut holder = HeaderValue::from_static("");
        holder.set_sensitive(true);
        let headers = &mut request.head.headers;
        headers.insert(AUTHORIZATION, holder);
        request.varying.push(AUTHORIZATION);
        self.headers.push(HeaderBlank {
            // What is new is the last.
            place: headers.len() - 1,
            text,
            basic: false,
        });
    }

    /// How many hits there are rows for, if they come to an end.
    pub(crate) fn most_hits(&self) -> Option<u64> {
        self.texts().filter_map(Template::most_hits).min()
    }

    /// All texts that differ.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Template> {
        let target = self.target.iter().map(|target| &target.text);
        let headers = self.headers.iter().map(|header| &header.text);
        let body = self.body.iter().flat_map(Content::texts);
        target.chain(headers).chain(body)
    }

    /// Fills in what this hit sends; `body`, if hits take bodies in turn, is the one of this hit.
    ///
    /// # Errors
    ///
    /// If a value is missing, or HTTP has no room for it where it stands.
    pub(crate) fn fill(
        &self,
        body: Option<&Content>,
        moment: &mut Moment<'_>,
        sheet: &mut Sheet,
        desk: &mut Desk,
    ) -> Result<(), Failure> {
        let Desk { text, ends } = desk;
        text.clear();
        ends.clear();
        if let Some(target) = &self.target {
            text.extend_from_slice(target.before.as_bytes());
            let start = text.len();
            moment.render(&target.text, text)?;
            path::escape(text, start);
            ends.push(text.len());
        }
        for header in &self.headers {
            let start = text.len();
            moment.render(&header.text, text)?;
            if header.basic {
                let given = BASE64_STANDARD.encode(&text[start..]);
                text.truncate(start);
                text.extend_from_slice(b"Basic ");
                text.extend_from_slice(given.as_bytes());
            }
            ends.push(text.len());
        }
        let body = body.or(self.body.as_ref());
        let start = text.len();
        if let Some(Content::Varying(varying)) = body {
            varying.render(moment, text)?;
        }
        moment.nothing_missing()?;
        let coded = match body {
            Some(Content::Varying(varying)) => varying.coded(&mut *text, start)?,
            _ => None,
        };
        self.write(sheet, desk, body, coded)
    }

    /// Writes what was rendered where it belongs.
    fn write(
        &self,
        sheet: &mut Sheet,
        desk: &Desk,
        body: Option<&Content>,
        coded: Option<Bytes>,
    ) -> Result<(), Failure> {
        self.wipe(sheet, body.is_some());
        let whole = sheet.keep(&desk.text);
        let mut begin = 0;
        let mut pieces = desk.ends.iter().map(|end| {
            let piece = whole.slice(begin..*end);
            begin = *end;
            piece
        });
        let head = &mut sheet.template.head;
        if self.target.is_some() {
            let target = pieces.next().unwrap_or_default();
            // All but its length was seen to.
            head.uri = Uri::from_maybe_shared(target).map_err(|_| fault::URL_TOO_LONG)?;
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for (blank, piece) in self.headers.iter().zip(&mut pieces) {
            if let Some((_, value)) = values.nth(blank.place - next) {
                let sensitive = value.is_sensitive();
                *value =
                    HeaderValue::from_maybe_shared(piece).map_err(|_| fault::MALFORMED_HEADER)?;
                value.set_sensitive(sensitive);
            }
            next = blank.place + 1;
        }
        match (body, coded) {
            (_, Some(coded)) => sheet.template.body = coded,
            (Some(Content::Fixed(body)), None) => sheet.template.body = body.clone(),
            (Some(Content::Varying(_)), None) => {
                let start = desk.ends.last().copied().unwrap_or_default();
                sheet.template.body = whole.slice(start..);
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// Lets go of what the last hit sent, so that its memory is free for this one.
    fn wipe(&self, sheet: &mut Sheet, body: bool) {
        let head = &mut sheet.template.head;
        if self.target.is_some() {
            head.uri = Uri::default();
        }
        let mut values = head.headers.iter_mut();
        let mut next = 0;
        for blank in &self.headers {
            if let Some((_, value)) = values.nth(blank.place - next) {
                let sensitive = value.is_sensitive();
                *value = HeaderValue::from_static("");
                value.set_sensitive(sensitive);
            }
            next = blank.place + 1;
        }
        // One that is the same for all hits stays.
        if body {
            sheet.template.body.clear();
        }
    }
}

impl fmt::Debug for Blanks {
    /// Nothing of the texts, which may have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blanks")
            .field("texts", &self.texts().count())
            .finish_non_exhaustive()
    }
}
