//! JSON in ASCII alone, as Ironic writes it: any other character is an escape. Nearly all answers are ASCII as they
//! are, which one look at their bytes says; only the others are written again.

use std::fmt::Write as _;
use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// JSON text with escapes for all that is not ASCII.
pub(crate) fn bytes(json: Bytes) -> Bytes {
    if json.is_ascii() {
        return json;
    }
    match str::from_utf8(&json) {
        Ok(text) => Bytes::from(escaped(text)),
        // No JSON, then; not for this place to spoil further.
        Err(_) => json,
    }
}

/// The same for a text that is at hand as one.
pub(crate) fn text(json: String) -> String {
    if json.is_ascii() { json } else { escaped(&json) }
}

/// Writes a value as such JSON, with no second look at it.
pub(crate) fn write(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let mut serializer = Serializer::with_formatter(json, Ascii);
    let written = value.serialize(&mut serializer);
    written.expect("what is shown has a form in JSON, and a vector takes all");
}

struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() {
            writer.write_all(fragment.as_bytes())
        } else {
            writer.write_all(escaped(fragment).as_bytes())
        }
    }

    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.write_string_fragment(writer, fragment)
    }
}

/// In JSON only strings hold such characters, so each may be replaced wherever it stands.
fn escaped(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(ascii, "\\u{unit:04x}").expect("a string takes what is written to it");
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_not_ascii_is_escaped_and_means_the_same() {
        let value = json!({ "é": "naïve \u{1F600} \"\\ \u{7f}", "plain": [1, "x"] });
        let ascii = text(value.to_string());
        assert!(
            ascii.is_ascii() && ascii.contains("\\u00e9") && ascii.contains("\\ud83d\\ude00"),
            "{ascii}"
        );
        assert_eq!(serde_json::from_str::<Value>(&ascii).unwrap(), value);
        assert_eq!(bytes(value.to_string().into()), ascii);
        let raw = RawValue::from_string("[ \"\u{1F600}\" ]".into()).unwrap();
        let mut json = Vec::new();
        write(&mut json, &value);
        write(&mut json, &raw);
        assert_eq!(str::from_utf8(&json).unwrap(), format!("{ascii}[ \"\\ud83d\\ude00\" ]"));
    }

    #[test]
    fn ascii_is_left_alone() {
        let json = Bytes::from_static(b"{\"a\": 1}");
        assert_eq!(bytes(json.clone()).as_ptr(), json.as_ptr());
    }
}
