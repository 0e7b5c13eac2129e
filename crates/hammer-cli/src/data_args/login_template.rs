//! A name and a secret as templates: `NAME[:SECRET]` or `@FILE`.

use std::fmt;
use std::path::Path;

use hammer_data::{Template, TemplateScope};
use hammer_files::InputFile;

/// A name and a secret, separated by a colon: templates, or the literal line of a file.
#[derive(Clone)]
pub(super) struct CredentialTemplate {
    name: String,
    secret: Option<String>,
    /// True if braces are literal.
    literal: bool,
}

impl CredentialTemplate {
    /// Parses `NAME[:SECRET]`, or reads that line from `@FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (line, literal) = match text.strip_prefix('@') {
            Some(path) => {
                let read = InputFile::Secret.read_text(Path::new(path));
                let read =
                    read.map_err(|error| format!("failed to read the file {path:?}: {error}"))?;
                (read.trim_end_matches(['\r', '\n']).to_owned(), true)
            }
            None => (text.to_owned(), false),
        };
        if line.contains(['\r', '\n']) {
            return Err("found more than one line; expected NAME:SECRET".into());
        }
        let colon = find_separator(&line, literal);
        let (name, secret) = match colon {
            Some(colon) => (&line[..colon], Some(line[colon + 1..].to_owned())),
            None => (&line[..], None),
        };
        if name.is_empty() {
            return Err("missing name; expected NAME:SECRET".into());
        }
        Ok(Self {
            name: name.to_owned(),
            secret,
            literal,
        })
    }

    /// Compiles both templates. Errors do not contain the text, which may be secret.
    pub(super) fn compile(
        &self,
        scope: &TemplateScope,
    ) -> Result<(Template, Option<Template>), String> {
        let scope = scope.clone().literal(self.literal);
        let compile = |part: &str, text: &String| {
            Template::compile(text, &scope).map_err(|error| {
                error
                    .redacted()
                    .about(format!("invalid template in the {part}"))
                    .to_string()
            })
        };
        let secret = self.secret.as_ref().map(|text| compile("secret", text));
        Ok((compile("name", &self.name)?, secret.transpose()?))
    }
}

/// Finds the first colon outside braces.
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

impl fmt::Debug for CredentialTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_colon_in_braces_does_not_separate() {
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
            let login = CredentialTemplate::parse(line).expect(line);
            assert_eq!((&login.name[..], login.secret.as_deref()), (name, secret));
        }
        for (line, problem) in [
            ("", "missing name"),
            (":x", "missing name"),
            ("a\nb", "one line"),
        ] {
            let error = CredentialTemplate::parse(line).expect_err(line);
            assert!(error.contains(problem), "{line}: {error}");
        }
    }

    #[test]
    fn a_file_is_taken_literally() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), "id:{{x}}:y\n").expect("the file is writable");
        let login = CredentialTemplate::parse(&format!("@{}", file.path().display()))
            .expect("the file is readable");
        let (name, secret) = login
            .compile(&TemplateScope::new())
            .expect("a literal text");
        let secret = secret.expect("a secret");
        assert_eq!(name.literal(), Some(&b"id"[..]));
        assert_eq!(secret.literal(), Some(&b"{{x}}:y"[..]));
        assert!(CredentialTemplate::parse("@/nowhere/login").is_err());
    }
}
