use std::borrow::Cow;
use std::ops::Range;

use hammer_data::{Template, TemplateScope, VariesBy};
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, HeaderValue};

use super::{BodyTemplate, DynamicHeader, DynamicTarget, RequestTemplate};
use crate::masking::is_secret_header;
use crate::{Error, ErrorKind};

/// Makes templates of the texts that a builder was given, if it is to.
#[derive(Debug)]
pub(crate) struct TemplateCompiler {
    scope: Option<TemplateScope>,
}

impl TemplateCompiler {
    /// With the words of a run, and those that are captured from answers.
    pub(crate) fn new<'c>(
        scope: Option<TemplateScope>,
        captured: impl Iterator<Item = &'c str>,
    ) -> Self {
        // Without a bound: else each text would reserve it.
        let with = |words: TemplateScope, name: &str| words.variable(name, VariesBy::Slot, None);
        Self {
            scope: scope.map(|words| captured.fold(words, with)),
        }
    }

    /// The template of a text, if it is one; `of` says whose in messages, which don't repeat what is
    /// `secret`.
    pub(crate) fn template(
        &self,
        of: &str,
        text: &str,
        secret: bool,
    ) -> Result<Option<Template>, Error> {
        let words = self.scope.as_ref().filter(|_| text.contains("{{"));
        let compile = |words| {
            let compiled = Template::compile(text, words);
            compiled.map_err(|error| Error::template(of, error, secret))
        };
        words.map(compile).transpose()
    }

    /// Tokens as credentials, if there are tokens.
    pub(crate) fn bearer_template(&self) -> Result<Option<Template>, Error> {
        match &self.scope {
            Some(words) if words.tokens().is_some() => {
                let words = Some(words.clone().literal(false));
                Self { scope: words }.template("the token", "Bearer {{token}}", true)
            }
            _ => Ok(None),
        }
    }

    /// A text that has to be the same in each hit; it is a secret.
    pub(crate) fn literal(&self, of: &str, text: &str) -> Result<String, Error> {
        let Some(template) = self.template(of, text, true)? else {
            return Ok(text.to_owned());
        };
        let literal = template.literal().map(String::from_utf8_lossy);
        literal.map(Cow::into_owned).ok_or_else(|| {
            let message = format!("{of} has a variable, and signatures have one key for all hits");
            Error::new(ErrorKind::Credentials, message)
        })
    }

    /// What a body is; bytes that are no text are sent as they are.
    pub(crate) fn body_template(
        &self,
        of: &str,
        body: bytes::Bytes,
    ) -> Result<BodyTemplate, Error> {
        let template = match std::str::from_utf8(&body) {
            Ok(text) => self.template(of, text, false)?,
            Err(_) => None,
        };
        Ok(template.map_or(BodyTemplate::Fixed(body), |template| {
            BodyTemplate::from_parts(vec![template])
        }))
    }

    /// Where the braces of a text are that is a template.
    pub(super) fn template_spans(&self, text: &str) -> Vec<Range<usize>> {
        let Some(words) = &self.scope else {
            return vec![];
        };
        let mut spans = vec![];
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|open| at + open) {
            at = open + 2;
            if text[..open].ends_with('\\') {
                continue;
            }
            // Braces within quotes close nothing.
            let mut closes = text[at..]
                .match_indices("}}")
                .map(|(close, _)| at + close + 2);
            let whole = |end: &usize| Template::compile(&text[open..*end], words).is_ok();
            if let Some(end) = closes.find(whole) {
                spans.push(open..end);
                at = end;
            }
        }
        spans
    }

    /// A text that is the same in each hit.
    pub(super) fn literal_bytes(&self, text: &str) -> Vec<u8> {
        let template = self.template("", text, false).ok().flatten();
        let literal = template.as_ref().and_then(Template::literal);
        literal.unwrap_or(text.as_bytes()).to_vec()
    }

    /// The blanks of a request that has been put together of texts.
    ///
    /// `path` is what its target differs by, `theirs` are headers for a proxy, which are no texts, and
    /// `basic` is what stands in place of credentials until their text is known.
    pub(crate) fn request_template(
        &self,
        request: &mut crate::request::prepared::PreparedRequest,
        path: Option<Template>,
        body: BodyTemplate,
        theirs: Option<&HeaderMap>,
        basic: Option<(&HeaderValue, &Template)>,
    ) -> Result<RequestTemplate, Error> {
        let head = &mut request.head;
        let target = path.map(|text| {
            let before = match (head.uri.scheme_str(), head.uri.authority()) {
                (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
                _ => String::new(),
            };
            DynamicTarget {
                proxy_prefix: before.into(),
                template: text,
            }
        });
        let (mut headers, mut varying) = (vec![], vec![]);
        for (place, (name, value)) in head.headers.iter_mut().enumerate() {
            if theirs.is_some_and(|theirs| theirs.contains_key(name)) {
                continue;
            }
            if let Some((_, text)) =
                basic.filter(|(holder, _)| name == AUTHORIZATION && value == *holder)
            {
                varying.push(name.clone());
                headers.push(DynamicHeader {
                    index: place,
                    template: text.clone(),
                    basic: true,
                });
            } else if let Some(text) = self.header_template(name, value)? {
                varying.push(name.clone());
                headers.push(DynamicHeader {
                    index: place,
                    template: text,
                    basic: false,
                });
            }
        }
        request.dynamic_headers = varying;
        let body = Some(body).filter(|body| body.as_fixed().is_none());
        if body.is_some() && head.headers.contains_key(CONTENT_LENGTH) {
            let message = "the header Content-Length is given, and bodies differ from hit to hit: leave \
                           it out";
            return Err(Error::new(ErrorKind::Header, message));
        }
        Ok(RequestTemplate {
            target,
            headers,
            body,
        })
    }

    /// What differs in the value of a header; what is always the same is set.
    fn header_template(
        &self,
        name: &HeaderName,
        value: &mut HeaderValue,
    ) -> Result<Option<Template>, Error> {
        let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
            return Ok(None);
        };
        let of = format!("the header {name}");
        let Some(template) = self.template(&of, text, is_secret_header(name))? else {
            return Ok(None);
        };
        let Some(literal) = template.literal() else {
            return Ok(Some(template));
        };
        let mut fixed = HeaderValue::from_bytes(literal).map_err(|cause| {
            let message = format!("{of} has no room for what its template stands for");
            Error::new(ErrorKind::Header, message).with_source(cause)
        })?;
        fixed.set_sensitive(value.is_sensitive());
        *value = fixed;
        Ok(None)
    }
}
