//! Forms as browsers send them: multipart/form-data (RFC 7578).

use std::path::Path;
use std::str::FromStr;

use bytes::Bytes;
use hammer_files::InputFile;
use memchr::memmem;

use crate::{Error, ErrorKind};
use hammer_diagnostic::{printable_path, shortened};

/// A field of a form, in the spelling of curl's `-F`.
///
/// `name=value` is a text, `name=@FILE` an uploaded file, and `name=<FILE` a text from a file. Each can be
/// followed by `;type=TYPE` and `;filename=NAME`. Quote a value or a path that contains a semicolon:
/// `name="a;b"`, with `\"` and `\\` for a quote and a backslash. Parsing the field reads its file, of at
/// most 256 MiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    name: String,
    content: Bytes,
    file_name: Option<String>,
    content_type: Option<String>,
    /// True if the content was given as text, not read from a file.
    is_literal: bool,
}

/// A piece of an encoded form.
pub(crate) enum FormPiece<'f> {
    /// Delimiters, headers of fields, and files.
    Fixed(Vec<u8>),
    /// The text of a field, with the name of the field.
    Text(&'f Bytes, &'f str),
}

impl FormField {
    /// Creates a text field.
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

/// The name of a field, for messages; its value may be a secret.
fn shown_name(spelled: &str) -> &str {
    spelled.split('=').next().unwrap_or_default()
}

impl FromStr for FormField {
    type Err = Error;

    fn from_str(spelled: &str) -> Result<Self, Error> {
        let Some((name, rest)) = spelled.split_once('=') else {
            return Err(form_error(format!(
                "malformed form field {:?}; expected name=value, name=@FILE or name=<FILE",
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
        if let Some(prefix) = from_file {
            let path = Path::new(&value);
            field.content = read_file(path)?;
            field.is_literal = false;
            if prefix == '@' {
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
                    return Err(form_error(format!(
                        "malformed type {value:?} in the form field {:?}; expected one such as \
                         text/plain",
                        shown_name(spelled),
                        value = shortened(&value)
                    )));
                }
                ("filename", value) => field.file_name = Some(value),
                // Parameters of the type, as in `type=text/plain;charset=utf-8`.
                (key, value) if typed && is_token(key) && !value.contains(['"', '\r', '\n']) => {
                    let media_type = field.content_type.unwrap_or_default();
                    field.content_type = Some(format!("{media_type}; {key}={value}"));
                }
                (key, _) => {
                    return Err(form_error(format!(
                        "unknown option {key:?} in the form field {:?}; expected type or filename \
                         (quote a value that contains a semicolon)",
                        shown_name(spelled),
                        key = shortened(key)
                    )));
                }
            }
            options = next;
        }
        Ok(field)
    }
}

/// Encodes a form, deterministically: the value of `Content-Type` and the pieces of the body.
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

/// A boundary that occurs in no field.
fn boundary(fields: &[FormField]) -> String {
    let candidates =
        (0..=u32::MAX).map(|number| format!("------------------------hammer{number:08x}"));
    let is_unused = |boundary: &String| {
        let finder = memmem::Finder::new(boundary);
        fields
            .iter()
            .all(|field| finder.find(&field.content).is_none())
    };
    // Fields that contain all candidates would not fit into memory.
    candidates.into_iter().find(is_unused).unwrap_or_default()
}

/// Quotes a name as the HTML standard does (section 4.10.21.8), with three characters escaped.
fn quote_name(name: &str) -> String {
    let escaped = name
        .replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!("\"{escaped}\"")
}

/// Parses the value at the beginning of `text`, quoted or up to a semicolon; returns the rest as well.
fn parse_value<'a>(text: &'a str, spelled: &str) -> Result<(String, &'a str), Error> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((offset, char)) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            '"' => {
                let rest = &quoted[offset + 1..];
                if rest.is_empty() || rest.starts_with(';') {
                    return Ok((value, rest));
                }
                return Err(form_error(format!(
                    "malformed form field {:?}; expected ;type=… or ;filename=… after a quoted value",
                    shown_name(spelled)
                )));
            }
            other => value.push(other),
        }
    }
    Err(form_error(format!(
        "malformed form field {:?}; expected a closing quote",
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

/// Guesses the media type of a file from its extension.
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
    InputFile::Body
        .read(path)
        .map(Bytes::from)
        .map_err(|cause| {
            form_error(format!("failed to read the file {}", printable_path(path)))
                .with_source(cause)
        })
}

fn form_error(message: String) -> Error {
    Error::new(ErrorKind::Body, message)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn field(spelled: &str) -> FormField {
        spelled
            .parse()
            .unwrap_or_else(|error| panic!("{spelled}: {error}"))
    }

    #[test]
    fn fields_are_parsed_as_by_curl() {
        /// The text of the field; its name, content, media type and file name.
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
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let path = folder.path().join("notes;1.TXT");
        fs::write(&path, "lines\r\n").expect("the folder is writable");
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
    fn errors_name_what_was_expected() {
        let table = [
            ("a", "expected name=value"),
            ("", "expected name=value"),
            ("a=\"b", "expected a closing quote"),
            ("a=\"b\\", "expected a closing quote"),
            ("a=\"b\"c", "after a quoted value"),
            ("a=b;c", "expected type or filename"),
            ("a=b;headers=X: y", "expected type or filename"),
            ("a=b;type=text", "expected one such as text/plain"),
            ("a=b;type=text/x\r\ny", "expected one such as text/plain"),
            ("a=b;type=text/x;c=\"d\r\n\"", "expected type"),
            ("a=@/no/such/file", "failed to read the file /no/such/file"),
            ("a=<", "failed to read"),
        ];
        for (spelled, fragment) in table {
            let error = spelled.parse::<FormField>().expect_err(spelled);
            assert!(error.to_string().contains(fragment), "{spelled}: {error}");
            assert_eq!(error.kind(), ErrorKind::Body);
        }
    }

    /// Encodes a form and joins its pieces.
    fn encode_whole(fields: &[FormField]) -> (String, Vec<u8>) {
        let (content_type, pieces) = encode(fields);
        let bytes = pieces.into_iter().map(|piece| match piece {
            FormPiece::Fixed(bytes) => bytes,
            FormPiece::Text(bytes, _) => bytes.to_vec(),
        });
        (content_type, bytes.collect::<Vec<_>>().concat())
    }

    /// The expected bytes are written by hand after RFC 7578.
    #[test]
    fn a_form_is_encoded_as_the_rfc_says() {
        let fields = [
            field("a=b"),
            field("f\"\r\n=x;filename=\"n\\\"m\";type=text/x"),
            FormField::text("", &b"\0\xff"[..]),
        ];
        let (content_type, body) = encode_whole(&fields);
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
        assert_eq!(encode_whole(&fields).1, body);
    }

    #[test]
    fn the_boundary_occurs_in_no_field() {
        let text_with_boundary = "x\r\n--------------------------hammer00000000\r\n";
        let (content_type, _) = encode(&[FormField::text("a", text_with_boundary)]);
        assert!(content_type.ends_with("hammer00000001"), "{content_type}");
    }
}
