//! The value of `--cert`: a file, and the password of the key in curl's syntax.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A client certificate, with the password of its key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ClientCertArg {
    pub(super) path: PathBuf,
    pub(super) password: Option<String>,
}

impl FromStr for ClientCertArg {
    type Err = Infallible;

    /// Splits `FILE:PASSWORD` at the first colon; `\:` and `\\` stand for the second character, as in
    /// curl. The name of an existing file is taken as it is.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let whole = || Self {
            path: text.into(),
            password: None,
        };
        if Path::new(text).exists() {
            return Ok(whole());
        }
        let mut path = String::new();
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            match next {
                ':' if is_drive(&path) => path.push(':'),
                ':' => {
                    return Ok(Self {
                        path: path.into(),
                        password: Some(rest.as_str().to_owned()),
                    });
                }
                '\\' if rest.as_str().starts_with([':', '\\']) => path.extend(rest.next()),
                other => path.push(other),
            }
        }
        Ok(Self {
            path: path.into(),
            password: None,
        })
    }
}

/// Returns true for the letter of a drive on Windows, whose colon belongs to the path.
fn is_drive(path: &str) -> bool {
    cfg!(windows)
        && path.len() == 1
        && path.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// Hides the password.
impl fmt::Debug for ClientCertArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_and_its_password_have_the_syntax_of_curl() {
        for (text, path, password) in [
            ("a.pem", "a.pem", None),
            ("a.pem:", "a.pem", Some("")),
            ("a.pem:b:c", "a.pem", Some("b:c")),
            (r"a\:b.pem:c\:d", "a:b.pem", Some(r"c\:d")),
            (r"a\\b\c.pem", r"a\b\c.pem", None),
        ] {
            let Ok(parsed) = text.parse::<ClientCertArg>();
            assert_eq!(parsed.path, Path::new(path), "{text}");
            assert_eq!(parsed.password.as_deref(), password, "{text}");
            assert_eq!(format!("{parsed:?}"), format!("{path:?}"));
        }
    }

    #[test]
    fn the_name_of_an_existing_file_may_have_a_colon() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a:b.pem");
        std::fs::write(&path, "").expect("a written file");
        let text = path.to_str().expect("a name in UTF-8");
        let Ok(parsed) = text.parse::<ClientCertArg>();
        assert_eq!((parsed.path, parsed.password), (path, None));
    }
}
