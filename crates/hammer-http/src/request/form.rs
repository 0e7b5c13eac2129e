//! Forms, as browsers send them: multipart/form-data (RFC 7578).

use std::fs;
use std::path::Path;
use std::str::FromStr;

use bytes::Bytes;
use memchr::memmem;

use crate::{Error, ErrorKind};

/// A field of a form, in the spelling of curl's `-F`.
///
/// `name=value` is a text, `name=@FILE` a file that is uploaded under its name, `name=<FILE` a text
/// from a file. After each may come `;type=TYPE` and `;filename=NAME`. A value or a path with a
/// semicolon is quoted: `name="a;b"`, where `\"` and `\\` stand for a quote and a backslash. Files
/// are read when the field is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    name: String,
    content: Bytes,
    file_name: Option<String>,
    content_type: Option<String>,
    /// Whether the content is what was given, and not that of a file.
    is_literal: bool,
}

/// A part of a form, as it is sent.
pub(crate) enum FormPiece<'f> {
    /// What stands around fields, and files.
    Fixed(Vec<u8>),
    /// The text of a field, and its name.
    Text(&'f Bytes, &'f str),
}

impl FormField {
    /// A field with this text.
    pub fn text(name: impl Into<String>, text: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            content: text.into(),
            file_name: None,
            content_type: None,
            is_literal: true,
        }
    }
}

/// What may be shown of a field: its name, since its value may be a secret.
fn shown_name(spelled: &str) -> &str {
    spelled.split('=').next().unwrap_or_default()
}

impl FromStr for FormField {
    type Err = Error;

    fn from_str(spelled: &str) -> Result<Self, Error> {
        let Some((name, rest)) = spelled.split_once('=') else {
            let right = "it should be name=value, name=@FILE or name=<FILE";
            return Err(form_error(format!(
                "malformed field {:?} of a form: {right}",
                shown_name(spelled)
            )));
        };
        let from_file = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '@' | '<'));
        let (value, mut options) =
            parse_value(rest.strip_prefix(['@', '<']).unwrap_or(rest), spelled)?;
        let mut field = Self::text(name, value.clone());
        if let Some(how) = from_file {
            let path = Path::new(&value);
            field.content = read_file(path)?;
            field.is_literal = false;
            if how == '@' {
                let name = path.file_name().unwrap_or_default();
                field.file_name = Some(name.to_string_lossy().into_owned());
                field.content_type = Some(guess_media_type(path).to_owned());
            }
        }
        let mut typed = false;
        while let Some(rest) = options.strip_prefix(';') {
            let (option, next) = match rest.split_once('=') {
                Some((key, rest)) => {
                    let (value, next) = parse_value(rest, spelled)?;
                    ((key.trim(), value), next)
                }
                None => ((rest, String::new()), ""),
            };
            match option {
                ("type", value) if is_media_type(&value) => {
                    field.content_type = Some(value);
                    typed = true;
                }
                ("type", value) => {
                    let right = "it should be like text/plain";
                    return Err(form_error(format!(
                        "malformed type {value:?} in the field {:?}: {right}",
                        shown_name(spelled)
                    )));
                }
                ("filename", value) => field.file_name = Some(value),
                // A type has parameters of its own: `type=text/plain;charset=utf-8`.
                (key, value) if typed && is_token(key) && !value.contains(['"', '\r', '\n']) => {
                    let so_far = field.content_type.unwrap_or_default();
                    field.content_type = Some(format!("{so_far}; {key}={value}"));
                }
                (key, _) => {
                    let known = "known are type and filename; a value with a semicolon is quoted";
                    return Err(form_error(format!(
                        "unknown option {key:?} in the field {:?}: {known}",
                        shown_name(spelled)
                    )));
                }
            }
            options = next;
        }
        Ok(field)
    }
}

/// The value of `Content-Type` and the body of a form in pieces, the same whenever it is made.
pub(crate) fn encode(fields: &[FormField]) -> (String, Vec<FormPiece<'_>>) {
    let boundary = boundary(fields);
    let mut pieces = Vec::new();
    let mut body = Vec::new();
    for field in fields {
        let name = quote_name(&field.name);
        body.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name={name}").as_bytes(),
        );
        if let Some(file_name) = &field.file_name {
            body.extend_from_slice(format!("; filename={}", quote_name(file_name)).as_bytes());
        }
        if let Some(content_type) = &field.content_type {
            body.extend_from_slice(format!("\r\nContent-Type: {content_type}").as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        if field.is_literal {
            pieces.push(FormPiece::Fixed(std::mem::take(&mut body)));
            pieces.push(FormPiece::Text(&field.content, &field.name));
        } else {
            body.extend_from_slice(&field.content);
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    pieces.push(FormPiece::Fixed(body));
    (format!("multipart/form-data; boundary={boundary}"), pieces)
}

/// A line that no field has in it.
fn boundary(fields: &[FormField]) -> String {
    let candidates =
        (0..=u32::MAX).map(|number| format!("------------------------hammer{number:08x}"));
    let free = |boundary: &String| {
        let finder = memmem::Finder::new(boundary);
        fields
            .iter()
            .all(|field| finder.find(&field.content).is_none())
    };
    // Some number of eight digits is in none of them, unless they fill the memory.
    candidates.into_iter().find(free).unwrap_or_default()
}

/// A name as HTML's standard writes it (section 4.10.21.8): three characters are escaped.
fn quote_name(name: &str) -> String {
    let escaped = name
        .replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!("\"{escaped}\"")
}

/// The word that `text` begins with, quoted or up to a semicolon, and what comes after it.
fn parse_value<'a>(text: &'a str, spelled: &str) -> Result<(String, &'a str), Error> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            '"' => {
                let rest = &quoted[at + 1..];
                if rest.is_empty() || rest.starts_with(';') {
                    return Ok((value, rest));
                }
                let right = "after a quoted value comes ;type=… or ;filename=…";
                return Err(form_error(format!(
                    "malformed field {:?} of a form: {right}",
                    shown_name(spelled)
                )));
            }
            other => value.push(other),
        }
    }
    let right = "the quote at its begin is never closed";
    Err(form_error(format!(
        "malformed field {:?} of a form: {right}",
        shown_name(spelled)
    )))
}

fn is_token(text: &str) -> bool {
    let other = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(other)
}

fn is_media_type(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(main, sub)| is_token(main) && is_token(sub))
}

/// The type of a file by the end of its name.
fn guess_media_type(path: &Path) -> &'static str {
    let end = path.extension().unwrap_or_default().to_ascii_lowercase();
    match end.to_str().unwrap_or_default() {
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

fn read_file(path: &Path) -> Result<Bytes, Error> {
    fs::read(path).map(Bytes::from).map_err(|cause| {
        form_error(format!("the file {} can't be read", path.display())).with_source(cause)
    })
}

fn form_error(message: String) -> Error {
    Error::new(ErrorKind::Body, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(spelled: &str) -> FormField {
        spelled
            .parse()
            .unwrap_or_else(|error| panic!("{spelled}: {error}"))
    }

    #[test]
    fn fields_as_curl_spells_them() {
        /// As it is spelled; name, content, type and name of the file.
        type FieldExpectation<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);
        let table: [FieldExpectation<'_>; 12] = [
            ("a=b", "a", "b", None, None),
            ("a=", "a", "", None, None),
            ("=b", "", "b", None, None),
            ("a=b=c", "a", "b=c", None, None),
            ("a=b;type=text/x", "a", "b", Some("text/x"), None),
            (
                "a=b;type=text/x;charset=utf-8",
                "a",
                "b",
                Some("text/x; charset=utf-8"),
                None,
            ),
            (
                "a=b;filename=c;type=text/x",
                "a",
                "b",
                Some("text/x"),
                Some("c"),
            ),
            ("a=\"b;c\"", "a", "b;c", None, None),
            ("a=\"b\\\"c\\\\d\\e\"", "a", "b\"c\\d\\e", None, None),
            ("a=\"\";filename=\"x;y\"", "a", "", None, Some("x;y")),
            ("a=b\"c", "a", "b\"c", None, None),
            ("ü=ß", "ü", "ß", None, None),
        ];
        for (spelled, name, content, content_type, file_name) in table {
            let field = field(spelled);
            assert_eq!(field.name, name, "{spelled}");
            assert_eq!(field.content, content, "{spelled}");
            assert_eq!(field.content_type.as_deref(), content_type, "{spelled}");
            assert_eq!(field.file_name.as_deref(), file_name, "{spelled}");
        }
    }

    #[test]
    fn files_are_uploaded_or_read_as_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes;1.TXT");
        fs::write(&path, "lines\r\n").expect("it is writable");
        let path = path.display();
        let upload = field(&format!("a=@\"{path}\""));
        assert_eq!(upload.content, "lines\r\n");
        assert_eq!(upload.file_name.as_deref(), Some("notes;1.TXT"));
        assert_eq!(upload.content_type.as_deref(), Some("text/plain"));
        let renamed = field(&format!("a=@\"{path}\";filename=b.bin;type=x/y"));
        assert_eq!(renamed.file_name.as_deref(), Some("b.bin"));
        assert_eq!(renamed.content_type.as_deref(), Some("x/y"));
        let text = field(&format!("a=<\"{path}\""));
        assert_eq!((text.file_name, text.content_type), (None, None));
        assert_eq!(text.content, "lines\r\n");
    }

    #[test]
    fn malformed_fields_are_told_what_would_be_right() {
        let table = [
            ("a", "should be name=value"),
            ("", "should be name=value"),
            ("a=\"b", "never closed"),
            ("a=\"b\\", "never closed"),
            ("a=\"b\"c", "after a quoted value"),
            ("a=b;c", "known are type and filename"),
            ("a=b;headers=X: y", "known are type and filename"),
            ("a=b;type=text", "should be like text/plain"),
            ("a=b;type=text/x\r\ny", "should be like text/plain"),
            ("a=b;type=text/x;c=\"d\r\n\"", "known are"),
            ("a=@/no/such/file", "the file /no/such/file can't be read"),
            ("a=<", "can't be read"),
        ];
        for (spelled, fragment) in table {
            let error = spelled.parse::<FormField>().expect_err(spelled);
            assert!(error.to_string().contains(fragment), "{spelled}: {error}");
            assert_eq!(error.kind(), ErrorKind::Body);
        }
    }

    /// The pieces of a form, one behind the other.
    fn whole(fields: &[FormField]) -> (String, Vec<u8>) {
        let (content_type, pieces) = encode(fields);
        let bytes = pieces.into_iter().map(|piece| match piece {
            FormPiece::Fixed(bytes) => bytes,
            FormPiece::Text(bytes, _) => bytes.to_vec(),
        });
        (content_type, bytes.collect::<Vec<_>>().concat())
    }

    /// Worked out by hand from RFC 7578.
    #[test]
    fn a_form_is_written_as_the_rfc_says() {
        let fields = [
            field("a=b"),
            field("f\"\r\n=x;filename=\"n\\\"m\";type=text/x"),
            FormField::text("", &b"\0\xff"[..]),
        ];
        let (content_type, body) = whole(&fields);
        let boundary = "------------------------hammer00000000";
        assert_eq!(
            content_type,
            format!("multipart/form-data; boundary={boundary}")
        );
        let text = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"f%22%0D%0A\"; \
             filename=\"n%22m\"\r\nContent-Type: text/x\r\n\r\nx\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n"
        );
        let end = format!("\r\n--{boundary}--\r\n");
        assert_eq!(body, [text.as_bytes(), b"\0\xff", end.as_bytes()].concat());
        assert_eq!(whole(&fields).1, body);
    }

    #[test]
    fn no_field_has_the_boundary_in_it() {
        let taken = "x\r\n--------------------------hammer00000000\r\n";
        let (content_type, _) = encode(&[FormField::text("a", taken)]);
        assert!(content_type.ends_with("hammer00000001"), "{content_type}");
    }
}
