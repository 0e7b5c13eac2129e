use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use bytes::Bytes;
use hammer_data::{Template, TemplateContext, TemplateScope, VariableValue, VariesBy};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde::Deserialize;

use super::PlannedRow;
use super::path_pattern::PathPattern;
use super::planned_row::target_path;
use crate::{Error, ErrorKind};

/// The longest body that is made to a logged length.
const MAX_FILLER_BYTES: u64 = 64 << 20;

/// What rows send that do not merely ask: by their method and path, the first rule that fits.
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
    /// What bodies of a logged length are slices of: as long as the longest so far.
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
    /// As many bytes as were logged.
    LoggedLength,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyRulesFile {
    #[serde(default)]
    body: Vec<BodyRuleEntry>,
}

/// A rule as it stands in the file.
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
    /// Reads a file of rules; the files that it names are beside it.
    ///
    /// # Errors
    ///
    /// If it or one of those can't be read, or a rule is malformed.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let text = fs::read_to_string(path).map_err(failed)?;
        Self::parse(&text, &name, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a file called `name`, which stands in `folder`.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(ErrorKind::Bodies, format!("{name}: {what}"));
        let file: BodyRulesFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            let what = format!("{name}:{line}: {}", error.message());
            Error::new(ErrorKind::Bodies, what)
        })?;
        let rules = file.body.into_iter().enumerate();
        let rules = rules.map(|(index, written)| {
            written
                .into_rule(folder)
                .map_err(|what| wrong(format!("body {}: {what}", index + 1)))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// What the chance in templates comes from, besides the row, its copy and the pass.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a row sends, and the type of that, or why it sends nothing.
    pub(super) fn body_for(
        &self,
        cue: &PlannedRow<'_>,
    ) -> Result<(Bytes, Option<&str>), &'static str> {
        let path = String::from_utf8_lossy(target_path(cue.row.target));
        for rule in &self.rules {
            if rule
                .method
                .as_deref()
                .is_some_and(|method| method != cue.row.method)
            {
                continue;
            }
            let found = match &rule.path {
                None => Some(vec![]),
                Some(pattern) => pattern.match_path(&path),
            };
            let Some(found) = found else { continue };
            let body = match &rule.body {
                BodySource::Literal(bytes) => bytes.clone(),
                BodySource::Template(template) => {
                    BodyRenderContext::new(self.seed, cue, &found).render(template)?
                }
                BodySource::LoggedLength => self.filler_body(cue.row.body_bytes.unwrap_or(0))?,
            };
            return Ok((body, rule.content_type.as_deref()));
        }
        Err("no_body_rule")
    }

    /// A body of so many bytes, which shares its memory with all others.
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

/// A row, as the template of its body sees it.
struct BodyRenderContext<'a> {
    number: u64,
    rng: Xoshiro256PlusPlus,
    captures: &'a [&'a str],
}

impl<'a> BodyRenderContext<'a> {
    fn new(seed: u64, cue: &PlannedRow<'_>, captures: &'a [&'a str]) -> Self {
        let copy = u64::from(cue.copy).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let pass = cue.pass.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let own = cue.number.wrapping_mul(0xd134_2543_de82_ef95) ^ copy ^ pass;
        Self {
            number: cue.number,
            rng: Xoshiro256PlusPlus::seed_from_u64(seed ^ own),
            captures,
        }
    }

    fn render(mut self, template: &Template) -> Result<Bytes, &'static str> {
        let mut body = vec![];
        // Only feeders fail, and there is none.
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

    // A rule with it is refused.
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
            let right = method.to_ascii_uppercase();
            if method.is_empty() || *method != right {
                let right = if right.is_empty() { "POST" } else { &right };
                return Err(format!(
                    "method is '{method}', which no row has; right would be '{right}'"
                ));
            }
        }
        if let Some(content_type) = &self.content_type {
            let shown = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
            if content_type.trim().is_empty() || !content_type.bytes().all(shown) {
                return Err(format!(
                    "content-type is {content_type:?}, which no header can have; right would be \
                     'application/json'"
                ));
            }
        }
        let body = match (self.text, self.file, self.template, self.length) {
            (Some(text), None, None, None) => BodySource::Literal(text.into()),
            (None, Some(file), None, None) => {
                let read = fs::read(folder.join(&file));
                let read = read.map_err(|error| format!("file '{file}' can't be read: {error}"))?;
                BodySource::Literal(read.into())
            }
            (None, None, Some(text), None) => compile_template(&text, path.as_ref())?,
            (None, None, None, Some(length)) if length == "logged" => BodySource::LoggedLength,
            (None, None, None, Some(length)) => {
                return Err(format!("length is '{length}'; right would be 'logged'"));
            }
            _ => return Err("it needs one of text, file, template and length".into()),
        };
        Ok(BodyRule {
            method: self.method,
            path,
            content_type: self.content_type,
            body,
        })
    }
}

/// A template in which `{{path.NAME}}` is what stands for `{NAME}` in the path.
fn compile_template(text: &str, path: Option<&PathPattern>) -> Result<BodySource, String> {
    let names = path.iter().flat_map(|pattern| pattern.names());
    let words = names.fold(TemplateScope::new(), |words, name| {
        words.variable(&format!("path.{name}"), VariesBy::Hit, None)
    });
    let template = Template::compile(text, &words).map_err(|error| format!("template: {error}"))?;
    if template.varies_by(VariesBy::Slot) {
        return Err(
            "template: which slot sends it is not known before; right would be {{hit}}".into(),
        );
    }
    let clock = |name: &&str| matches!(*name, "now" | "now_ms");
    if let Some(name) = template.variables().find(clock) {
        return Err(format!(
            "template: {{{{{name}}}}} would be the time at which the row was read, which is ahead of when \
             it is sent; right would be a time that stands in the text"
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

    /// What a row with a body of this length sends.
    fn sent(
        bodies: &BodyRules,
        method: &str,
        target: &str,
        length: u64,
    ) -> Result<Bytes, &'static str> {
        let cue = PlannedRow {
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
        bodies.body_for(&cue).map(|(body, _)| body)
    }

    #[test]
    fn the_first_rule_that_fits_says_what_is_sent() {
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
        // A value that looks like a variable is none.
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
                found.as_deref().map_err(|why| *why),
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
    fn what_is_wrong_with_a_rule_is_told() {
        for (text, wrong) in [
            ("[[body]]\n", "b.toml: body 1: it needs one of text"),
            (
                "[[body]]\ntext = ''\nfile = 'a'\n",
                "b.toml: body 1: it needs one of text",
            ),
            ("[[body]]\nlength = '7'\n", "b.toml: body 1: length is '7'"),
            (
                "[[body]]\ntext = ''\npath = 'a'\n",
                "b.toml: body 1: path 'a' does not begin",
            ),
            (
                "[[body]]\nfile = '/no/such'\n",
                "b.toml: body 1: file '/no/such' can't be read",
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
                "b.toml: body 1: method is 'post', which no row has; right would be 'POST'",
            ),
            (
                "[[body]]\ntext = ''\ncontent-type = \"a/b\\r\\nX: y\"\n",
                "b.toml: body 1: content-type is \"a/b\\r\\nX: y\", which no header can have",
            ),
            (
                "[[body]]\ntext = ''\npath = '/{id}/{id}'\n",
                "b.toml: body 1: path '/{id}/{id}' has two segments called id",
            ),
            (
                "[[body]]\ntemplate = '{{slot}}'\n",
                "b.toml: body 1: template: which slot",
            ),
            ("\n[[body]]\nhead = 1\n", "b.toml:3: unknown field `head`"),
        ] {
            let error = bodies(text).unwrap_err();
            assert!(error.starts_with(wrong), "{error}");
        }
    }
}
