//! Rules for the bodies of rows.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use hammer_data::{Template, TemplateContext, TemplateScope, VariableValue, VariesBy};
use hammer_diagnostic::printable_path;
use hammer_files::InputFile;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::Deserialize;

use super::PlaybackRow;
use super::path_pattern::PathPattern;
use super::playback_row::target_path;
use crate::{Error, ErrorKind};

/// Maximum length of a filler body.
const MAX_FILLER_BYTES: u64 = 64 << 20;

/// The bodies of rows with methods other than GET, HEAD and OPTIONS. The first rule that matches the
/// method and the path counts.
///
/// ```
/// use hammer_replay::play::BodyRules;
///
/// let text = "[[body]]\nmethod = 'POST'\npath = '/cart/{id}'\ntemplate = '{\"item\": {{path.id}}}'\n";
/// let bodies = BodyRules::parse(text, "bodies.toml", std::path::Path::new(""))?;
/// assert_eq!(bodies.len(), 1);
/// # Ok::<(), hammer_replay::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct BodyRules {
    rules: Vec<BodyRule>,
    seed: u64,
    /// The shared memory of filler bodies, as long as the longest one so far.
    filler: Arc<Mutex<Bytes>>,
}

#[derive(Debug, Clone)]
struct BodyRule {
    method: Option<String>,
    path: Option<PathPattern>,
    content_type: Option<String>,
    body: BodySource,
}

#[derive(Debug, Clone)]
enum BodySource {
    Literal(Bytes),
    Template(Template),
    /// Filler bytes of the logged length.
    LoggedLength,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyRulesFile {
    #[serde(default)]
    body: Vec<BodyRuleEntry>,
}

/// A rule as written in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyRuleEntry {
    method: Option<String>,
    path: Option<String>,
    #[serde(rename = "content-type")]
    content_type: Option<String>,
    text: Option<String>,
    file: Option<String>,
    template: Option<String>,
    length: Option<String>,
}

impl BodyRules {
    /// Reads a file of rules, of at most 16 MiB. Files that it names are relative to its folder, and
    /// have at most 256 MiB each.
    ///
    /// # Errors
    ///
    /// If one of the files cannot be read, or a rule is malformed.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = printable_path(path);
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let text = InputFile::BodyRules.read_text(path).map_err(failed)?;
        Self::parse(&text, &name, path.parent().unwrap_or(Path::new("")))
    }

    /// Parses the text of a rules file. `name` is used in messages, and files that the rules name are
    /// relative to `folder`.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Self, Error> {
        let failed = |problem: String| Error::new(ErrorKind::Bodies, format!("{name}: {problem}"));
        let file: BodyRulesFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            // Backquotes are for settings.
            let problem = error.message().replace('`', "'");
            let message = format!("{name}:{line}: {problem}");
            Error::new(ErrorKind::Bodies, message)
        })?;
        let rules = file.body.into_iter().enumerate();
        let rules = rules.map(|(index, entry)| {
            entry
                .into_rule(folder)
                .map_err(|problem| failed(format!("body {}: {problem}", index + 1)))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// Sets the seed of random values in templates. They also depend on the row, its copy and the pass.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Returns the number of rules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Returns true if there are no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the body of a row and its content type, or the reason that it is not sent.
    pub(super) fn body_for(
        &self,
        planned: &PlaybackRow<'_>,
    ) -> Result<(Bytes, Option<&str>), &'static str> {
        let path = String::from_utf8_lossy(target_path(planned.row.target));
        for rule in &self.rules {
            if rule
                .method
                .as_deref()
                .is_some_and(|method| method != planned.row.method)
            {
                continue;
            }
            let captures = match &rule.path {
                None => Some(vec![]),
                Some(pattern) => pattern.match_path(&path),
            };
            let Some(captures) = captures else { continue };
            let body = match &rule.body {
                BodySource::Literal(bytes) => bytes.clone(),
                BodySource::Template(template) => {
                    BodyRenderContext::new(self.seed, planned, &captures).render(template)?
                }
                BodySource::LoggedLength => {
                    self.filler_body(planned.row.body_bytes.unwrap_or(0))?
                }
            };
            return Ok((body, rule.content_type.as_deref()));
        }
        Err("no_body_rule")
    }

    /// Returns a filler body. All of them share memory.
    fn filler_body(&self, length: u64) -> Result<Bytes, &'static str> {
        if length > MAX_FILLER_BYTES {
            return Err("body_too_long");
        }
        let length = length as usize;
        let mut filler = self.filler.lock().unwrap_or_else(PoisonError::into_inner);
        if filler.len() < length {
            *filler = vec![b'x'; length.next_power_of_two()].into();
        }
        Ok(filler.slice(..length))
    }
}

/// The values of a row for the template of its body.
struct BodyRenderContext<'a> {
    number: u64,
    rng: Xoshiro256PlusPlus,
    captures: &'a [&'a str],
}

impl<'a> BodyRenderContext<'a> {
    fn new(seed: u64, planned: &PlaybackRow<'_>, captures: &'a [&'a str]) -> Self {
        let copy = u64::from(planned.copy).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let pass = planned.pass.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let row_seed = planned.number.wrapping_mul(0xd134_2543_de82_ef95) ^ copy ^ pass;
        Self {
            number: planned.number,
            rng: Xoshiro256PlusPlus::seed_from_u64(seed ^ row_seed),
            captures,
        }
    }

    fn render(mut self, template: &Template) -> Result<Bytes, &'static str> {
        let mut body = vec![];
        // Only feeders can fail, and there are none.
        let rendered = template.render(&mut self, &mut body);
        rendered.map_err(|_| "no_body_rule")?;
        Ok(body.into())
    }
}

impl TemplateContext for BodyRenderContext<'_> {
    type Rng = Xoshiro256PlusPlus;

    fn rng(&mut self) -> &mut Self::Rng {
        &mut self.rng
    }

    fn hit(&self) -> u64 {
        self.number
    }

    // `compile_template` rejects templates that use the slot.
    fn slot(&self) -> u64 {
        0
    }

    fn variable(&self, index: usize) -> VariableValue<'_> {
        VariableValue::Bytes(
            self.captures
                .get(index)
                .copied()
                .unwrap_or_default()
                .as_bytes(),
        )
    }
}

impl BodyRuleEntry {
    fn into_rule(self, folder: &Path) -> Result<BodyRule, String> {
        let path = self.path.as_deref().map(PathPattern::parse).transpose()?;
        if let Some(method) = &self.method {
            let upper_case = method.to_ascii_uppercase();
            if method.is_empty() || *method != upper_case {
                let upper_case = if upper_case.is_empty() {
                    "POST"
                } else {
                    &upper_case
                };
                return Err(format!(
                    "expected a method in upper case, found '{method}' (try '{upper_case}')"
                ));
            }
        }
        if let Some(content_type) = &self.content_type {
            let is_printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
            if content_type.trim().is_empty() || !content_type.bytes().all(is_printable) {
                return Err(format!(
                    "content-type {content_type:?} is not a valid header value (try \
                     'application/json')"
                ));
            }
        }
        let body = match (self.text, self.file, self.template, self.length) {
            (Some(text), None, None, None) => BodySource::Literal(text.into()),
            (None, Some(file), None, None) => {
                let read = InputFile::Body.read(&folder.join(&file));
                let read = read.map_err(|error| format!("cannot read file '{file}': {error}"))?;
                BodySource::Literal(read.into())
            }
            (None, None, Some(text), None) => compile_template(&text, path.as_ref())?,
            (None, None, None, Some(length)) if length == "logged" => BodySource::LoggedLength,
            (None, None, None, Some(length)) => {
                return Err(format!("expected length 'logged', found '{length}'"));
            }
            _ => return Err("expected exactly one of text, file, template and length".into()),
        };
        Ok(BodyRule {
            method: self.method,
            path,
            content_type: self.content_type,
            body,
        })
    }
}

/// Compiles a template in which `{{path.NAME}}` is the segment `{NAME}` of the path.
fn compile_template(text: &str, path: Option<&PathPattern>) -> Result<BodySource, String> {
    let names = path.iter().flat_map(|pattern| pattern.names());
    let scope = names.fold(TemplateScope::new(), |scope, name| {
        scope.variable(&format!("path.{name}"), VariesBy::Hit, None)
    });
    let template = Template::compile(text, &scope).map_err(|error| format!("template: {error}"))?;
    if template.depends_on(VariesBy::Slot) {
        return Err("template: {{slot}} is unknown when bodies are made (try {{hit}})".into());
    }
    let is_clock = |name: &&str| matches!(*name, "now" | "now_ms");
    if let Some(name) = template.variables().find(is_clock) {
        return Err(format!(
            "template: {{{{{name}}}}} would be the time at which the row is read, not sent (try a fixed \
             time)"
        ));
    }
    Ok(match template.literal() {
        Some(bytes) => BodySource::Literal(Bytes::copy_from_slice(bytes)),
        None => BodySource::Template(template),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::TimelineRow;

    fn bodies(text: &str) -> Result<BodyRules, String> {
        BodyRules::parse(text, "b.toml", Path::new("")).map_err(|error| error.to_string())
    }

    /// Returns the body that a row with this logged length sends.
    fn sent(
        bodies: &BodyRules,
        method: &str,
        target: &str,
        length: u64,
    ) -> Result<Bytes, &'static str> {
        let planned = PlaybackRow {
            row: TimelineRow {
                method,
                body_bytes: Some(length),
                ..TimelineRow::get(target.as_bytes())
            },
            number: 5,
            copy: 0,
            pass: 0,
            body: Bytes::new(),
            content_type: None,
        };
        bodies.body_for(&planned).map(|(body, _)| body)
    }

    #[test]
    fn the_first_matching_rule_makes_the_body() {
        let text = "
            [[body]]
            method = 'POST'
            path = '/cart/{id}/items/{item}'
            template = '{\"cart\": \"{{path.id | json}}\", \"item\": {{path.item}}, \"n\": {{hit}}}'
            content-type = 'application/json'
            [[body]]
            path = '/up*'
            length = 'logged'
            [[body]]
            method = 'PUT'
            text = 'put {{hit}}'
        ";
        let bodies = bodies(text).unwrap();
        let cart = "{\"cart\": \"a\", \"item\": 7, \"n\": 5}";
        // A value that looks like a variable is not expanded.
        let braces = "{\"cart\": \"{{path.item}}\", \"item\": 7, \"n\": 5}";
        for (method, target, body) in [
            ("POST", "/cart/a/items/7?x", Ok(cart)),
            ("POST", "/cart/{{path.item}}/items/7", Ok(braces)),
            ("POST", "/cart/a/items/", Err("no_body_rule")),
            ("POST", "/cart/a/items/7/more", Err("no_body_rule")),
            ("PUT", "/cart/a/items/7", Ok("put {{hit}}")),
            ("POST", "/upload/7", Ok("xxx")),
            ("POST", "/down", Err("no_body_rule")),
        ] {
            let found = sent(&bodies, method, target, 3);
            let found = found.map(|body| String::from_utf8_lossy(&body).into_owned());
            assert_eq!(
                found.as_deref().map_err(|reason| *reason),
                body,
                "{method} {target}"
            );
        }
    }

    #[test]
    fn bodies_of_a_logged_length_share_their_memory() {
        let bodies = bodies("[[body]]\nlength = 'logged'\n").unwrap();
        let long = sent(&bodies, "POST", "/", MAX_FILLER_BYTES).unwrap();
        assert_eq!(long.len() as u64, MAX_FILLER_BYTES);
        for length in [MAX_FILLER_BYTES, 1, 70_000] {
            let body = sent(&bodies, "POST", "/", length).unwrap();
            assert_eq!((body.len() as u64, body.as_ptr()), (length, long.as_ptr()));
        }
        assert_eq!(
            sent(&bodies, "POST", "/", MAX_FILLER_BYTES + 1),
            Err("body_too_long")
        );
        assert_eq!(sent(&bodies, "POST", "/", u64::MAX), Err("body_too_long"));
    }

    #[test]
    fn malformed_rules_are_rejected() {
        for (text, message) in [
            ("[[body]]\n", "b.toml: body 1: expected exactly one of text"),
            (
                "[[body]]\ntext = ''\nfile = 'a'\n",
                "b.toml: body 1: expected exactly one of text",
            ),
            (
                "[[body]]\nlength = '7'\n",
                "b.toml: body 1: expected length 'logged', found '7'",
            ),
            (
                "[[body]]\ntext = ''\npath = 'a'\n",
                "b.toml: body 1: path 'a' does not begin with /",
            ),
            (
                "[[body]]\nfile = '/no/such'\n",
                "b.toml: body 1: cannot read file '/no/such'",
            ),
            (
                "[[body]]\npath = '/{id}'\ntemplate = '{{path.ids}}'\n",
                "b.toml: body 1: template: ",
            ),
            (
                "[[body]]\ntemplate = '{\"at\": {{now_ms}}}'\n",
                "b.toml: body 1: template: {{now_ms}} would be the time at which",
            ),
            (
                "[[body]]\ntemplate = '{{now}}'\n",
                "b.toml: body 1: template: {{now}} would be",
            ),
            (
                "[[body]]\ntext = ''\nmethod = 'post'\n",
                "b.toml: body 1: expected a method in upper case, found 'post' (try 'POST')",
            ),
            (
                "[[body]]\ntext = ''\ncontent-type = \"a/b\\r\\nX: y\"\n",
                "b.toml: body 1: content-type \"a/b\\r\\nX: y\" is not a valid header value",
            ),
            (
                "[[body]]\ntext = ''\npath = '/{id}/{id}'\n",
                "b.toml: body 1: path '/{id}/{id}' has two segments named id",
            ),
            (
                "[[body]]\ntemplate = '{{slot}}'\n",
                "b.toml: body 1: template: {{slot}} is unknown",
            ),
            ("\n[[body]]\nhead = 1\n", "b.toml:3: unknown field 'head'"),
        ] {
            let error = bodies(text).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
