//! Compilation of the texts of a request into templates.

use std::borrow::Cow;
use std::ops::Range;

use hammer_data::{Template, TemplateScope, VariesBy};
use hammer_diagnostic::is_secret_name;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, HeaderValue};

use super::{BodyTemplate, DynamicHeader, DynamicRequestTarget, RequestTemplate};
use crate::{Error, ErrorKind};

/// Compiles the texts of a builder as templates, if there is a scope.
#[derive(Debug)]
pub(crate) struct TemplateCompiler {
    scope: Option<TemplateScope>,
}

impl TemplateCompiler {
    /// Creates a compiler for a scope, extended by the names of captures.
    pub(crate) fn new<'c>(
        scope: Option<TemplateScope>,
        captured: impl Iterator<Item = &'c str>,
    ) -> Self {
        // No length limit, since each template would reserve that much memory.
        let add_capture =
            |scope: TemplateScope, name: &str| scope.variable(name, VariesBy::Slot, None);
        Self {
            scope: scope.map(|scope| captured.fold(scope, add_capture)),
        }
    }

    /// Compiles `text` if it contains a template.
    ///
    /// Messages call the text `name`, and do not repeat it if it is `secret`.
    pub(crate) fn template(
        &self,
        name: &str,
        text: &str,
        secret: bool,
    ) -> Result<Option<Template>, Error> {
        let scope = self.scope.as_ref().filter(|_| text.contains("{{"));
        let compile = |scope| {
            let compiled = Template::compile(text, scope);
            compiled.map_err(|error| Error::template(name, error, secret))
        };
        scope.map(compile).transpose()
    }

    /// The template of a bearer token, if the scope has tokens.
    pub(crate) fn bearer_template(&self) -> Result<Option<Template>, Error> {
        match &self.scope {
            Some(scope) if scope.tokens().is_some() => {
                let scope = Some(scope.clone().literal(false));
                Self { scope }.template("the token", "Bearer {{token}}", true)
            }
            _ => Ok(None),
        }
    }

    /// Evaluates a secret text that must be the same for every hit.
    pub(crate) fn literal(&self, name: &str, text: &str) -> Result<String, Error> {
        let Some(template) = self.template(name, text, true)? else {
            return Ok(text.to_owned());
        };
        let literal = template.literal().map(String::from_utf8_lossy);
        literal.map(Cow::into_owned).ok_or_else(|| {
            let message =
                format!("{name} cannot contain a variable, since all hits are signed with one key");
            Error::new(ErrorKind::Credentials, message)
        })
    }

    /// Compiles a body; bytes that are not UTF-8 are sent unchanged.
    pub(crate) fn body_template(
        &self,
        name: &str,
        body: bytes::Bytes,
    ) -> Result<BodyTemplate, Error> {
        let template = match std::str::from_utf8(&body) {
            Ok(text) => self.template(name, text, false)?,
            Err(_) => None,
        };
        Ok(template.map_or(BodyTemplate::Fixed(body), |template| {
            BodyTemplate::from_parts(vec![template])
        }))
    }

    /// The spans of `text` in braces that are valid templates.
    pub(super) fn template_spans(&self, text: &str) -> Vec<Range<usize>> {
        let Some(scope) = &self.scope else {
            return vec![];
        };
        let mut spans = vec![];
        let mut position = 0;
        while let Some(open) = text[position..].find("{{").map(|open| position + open) {
            position = open + 2;
            if text[..open].ends_with('\\') {
                continue;
            }
            // Closing braces within quotes do not end the span, so try each pair.
            let mut closes = text[position..]
                .match_indices("}}")
                .map(|(close, _)| position + close + 2);
            let compiles = |end: &usize| Template::compile(&text[open..*end], scope).is_ok();
            if let Some(end) = closes.find(compiles) {
                spans.push(open..end);
                position = end;
            }
        }
        spans
    }

    /// Evaluates a text that is known to be the same for every hit.
    pub(super) fn literal_bytes(&self, text: &str) -> Vec<u8> {
        let template = self.template("", text, false).ok().flatten();
        let literal = template.as_ref().and_then(Template::literal);
        literal.unwrap_or(text.as_bytes()).to_vec()
    }

    /// Finds the parts of an assembled request that vary from hit to hit.
    ///
    /// `path` is the template of the target, `proxy_headers` are never templates, and `basic` is the
    /// placeholder for Basic credentials with its template.
    pub(crate) fn request_template(
        &self,
        request: &mut crate::request::prepared::PreparedRequest,
        path: Option<Template>,
        body: BodyTemplate,
        proxy_headers: Option<&HeaderMap>,
        basic: Option<(&HeaderValue, &Template)>,
    ) -> Result<RequestTemplate, Error> {
        let head = &mut request.head;
        let target = path.map(|text| DynamicRequestTarget {
            proxy_prefix: head.proxy_prefix().into(),
            template: text,
        });
        let (mut headers, mut dynamic_headers) = (vec![], vec![]);
        for (index, (name, value)) in head.headers.iter_mut().enumerate() {
            if proxy_headers.is_some_and(|proxy_headers| proxy_headers.contains_key(name)) {
                continue;
            }
            if let Some((_, text)) =
                basic.filter(|(placeholder, _)| name == AUTHORIZATION && value == *placeholder)
            {
                dynamic_headers.push(name.clone());
                headers.push(DynamicHeader {
                    index,
                    template: text.clone(),
                    basic: true,
                });
            } else if let Some(text) = self.header_template(name, value)? {
                dynamic_headers.push(name.clone());
                headers.push(DynamicHeader {
                    index,
                    template: text,
                    basic: false,
                });
            }
        }
        request.dynamic_headers = dynamic_headers;
        let body = Some(body).filter(|body| body.as_fixed().is_none());
        if body.is_some() && head.headers.contains_key(CONTENT_LENGTH) {
            let message = "the header Content-Length cannot be combined with a body that varies from \
                           hit to hit";
            return Err(Error::new(ErrorKind::Header, message));
        }
        Ok(RequestTemplate {
            target,
            headers,
            body,
        })
    }

    /// Compiles the value of a header; a literal result replaces the value at once.
    fn header_template(
        &self,
        name: &HeaderName,
        value: &mut HeaderValue,
    ) -> Result<Option<Template>, Error> {
        let Ok(text) = std::str::from_utf8(value.as_bytes()) else {
            return Ok(None);
        };
        let secret = is_secret_name(name.as_str());
        let name = format!("the header {name}");
        let Some(template) = self.template(&name, text, secret)? else {
            return Ok(None);
        };
        let Some(literal) = template.literal() else {
            return Ok(Some(template));
        };
        let mut fixed = HeaderValue::from_bytes(literal).map_err(|cause| {
            let message =
                format!("the value of {name} contains line breaks or other control characters");
            Error::new(ErrorKind::Header, message).with_source(cause)
        })?;
        fixed.set_sensitive(value.is_sensitive());
        *value = fixed;
        Ok(None)
    }
}
