use std::fmt;
use std::fs;

use hammer_data::{Template, TemplateScope};

/// A name and a secret, with a colon between them: templates, or what a file has.
#[derive(Clone)]
pub(super) struct LoginTemplate {
    name: String,
    secret: Option<String>,
    /// Whether braces stand for themselves.
    literal: bool,
}

impl LoginTemplate {
    /// `NAME[:SECRET]`, or `@FILE` with such a line.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (line, literal) = match text.strip_prefix('@') {
            Some(path) => {
                let read = fs::read_to_string(path);
                let read =
                    read.map_err(|error| format!("failed to read the file {path:?}: {error}"))?;
                (read.trim_end_matches(['\r', '\n']).to_owned(), true)
            }
            None => (text.to_owned(), false),
        };
        if line.contains(['\r', '\n']) {
            return Err("has more than one line; right would be NAME:SECRET".into());
        }
        let colon = find_separator(&line, literal);
        let (name, secret) = match colon {
            Some(colon) => (&line[..colon], Some(line[colon + 1..].to_owned())),
            None => (&line[..], None),
        };
        if name.is_empty() {
            return Err("has no name; right would be NAME:SECRET".into());
        }
        Ok(Self {
            name: name.to_owned(),
            secret,
            literal,
        })
    }

    /// Both as templates; what is wrong with one of them is told without it.
    pub(super) fn compile(
        &self,
        words: &TemplateScope,
    ) -> Result<(Template, Option<Template>), String> {
        let words = words.clone().literal(self.literal);
        let compile = |half: &str, text: &String| {
            Template::compile(text, &words).map_err(|error| {
                let (at, right) = (error.span().start, error.expected());
                format!(
                    "has a {half} that is no template, at its byte {at}; right would be {right}"
                )
            })
        };
        let secret = self.secret.as_ref().map(|text| compile("secret", text));
        Ok((compile("name", &self.name)?, secret.transpose()?))
    }
}

/// Where the first colon is that stands in no braces.
fn find_separator(line: &str, literal: bool) -> Option<usize> {
    let mut from = 0;
    loop {
        let colon = from + line[from..].find(':')?;
        let open = line[from..colon].find("{{").filter(|_| !literal);
        let Some(close) = open.and_then(|open| line[from + open..].find("}}").map(|at| open + at))
        else {
            return Some(colon);
        };
        from += close;
        from = line[from..]
            .find("}}")
            .map_or(line.len(), |at| from + at + 2);
    }
}

impl fmt::Debug for LoginTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_in_braces_is_no_border() {
        for (line, name, secret) in [
            ("id:secret", "id", Some("secret")),
            ("id", "id", None),
            ("id:", "id", Some("")),
            ("a:b:c", "a", Some("b:c")),
            ("{{u.a}}:{{u.b}}", "{{u.a}}", Some("{{u.b}}")),
            ("{{pick a:b c:d}}x:y", "{{pick a:b c:d}}x", Some("y")),
            ("a{{x:y}}", "a{{x:y}}", None),
            ("{{a:b", "{{a", Some("b")),
        ] {
            let login = LoginTemplate::parse(line).expect(line);
            assert_eq!((&login.name[..], login.secret.as_deref()), (name, secret));
        }
        for (line, wrong) in [("", "no name"), (":x", "no name"), ("a\nb", "one line")] {
            let error = LoginTemplate::parse(line).expect_err(line);
            assert!(error.contains(wrong), "{line}: {error}");
        }
    }

    #[test]
    fn a_file_has_both_as_they_stand() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "id:{{x}}:y\n").expect("written");
        let login = LoginTemplate::parse(&format!("@{}", file.path().display())).expect("read");
        let (name, secret) = login.compile(&TemplateScope::new()).expect("as it stands");
        let secret = secret.expect("one");
        assert_eq!(name.literal(), Some(&b"id"[..]));
        assert_eq!(secret.literal(), Some(&b"{{x}}:y"[..]));
        assert!(LoginTemplate::parse("@/nowhere/login").is_err());
    }
}
