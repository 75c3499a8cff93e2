//! Keeps secrets out of what is shown: the lines under a diagnostic, `config show`, logs. The passwords of URLs are
//! found here for nodes as well (`http/nodes/mask.rs`).
//!
//! What is secret is told by shape, because a driver's section is free-form and a file with broken
//! syntax has no keys at all: the password of a URL, and the value of a key whose name speaks of a
//! secret. A harmless value hidden is cheaper than a secret shown.

use std::borrow::Cow;
use std::ops::Range;

use bessemer::host::speaks_of_secrets;

/// What stands for a secret where its length need not be kept.
pub(crate) const MASK: &str = "******";

/// The text with the passwords of its URLs masked.
pub(crate) fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    for span in url_passwords(text).into_iter().rev() {
        shown.to_mut().replace_range(span, MASK);
    }
    shown
}

/// The text with every secret overwritten by as many `*` as it has bytes, so that spans and carets
/// stay right.
pub(super) fn hide(text: &str) -> String {
    let mut spans = url_passwords(text);
    spans.extend(secret_values(text));
    stars(text, spans)
}

/// The spans overwritten by `*`; line ends stay.
pub(super) fn stars(text: &str, spans: Vec<Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        let hidden = bytes.get_mut(span).into_iter().flatten();
        hidden
            .filter(|byte| !matches!(byte, b'\n' | b'\r'))
            .for_each(|byte| *byte = b'*');
    }
    // A span that cut a character in two would leave no text at all rather than half a secret.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The password is taken up to the last `@` before a space: one with an unescaped `/`, `@` or quote
/// in it must not slip through.
fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for (at, separator) in text.match_indices("://") {
        let start = at + separator.len();
        let url = text[start..].split(char::is_whitespace).next().unwrap_or_default();
        if let Some(end) = url.rfind('@')
            && let Some(colon) = url[..end].find(':')
        {
            let password = start + colon + 1..start + end;
            // Two schemes in one word have one password between them.
            if spans.last().is_none_or(|last: &Range<usize>| last.end < password.start) {
                spans.push(password);
            }
        }
    }
    spans
}

/// The values behind `password =` and its like, wherever in a line they stand.
fn secret_values(text: &str) -> Vec<Range<usize>> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(is_key).map(|found| at + found) {
        let end = text[start..].find(|c| !is_key(c)).map_or(text.len(), |len| start + len);
        at = end;
        if !speaks_of_secrets(&text[start..end]) {
            continue;
        }
        let after_key = text[end..]
            .trim_start_matches(['"', '\''])
            .trim_start_matches([' ', '\t']);
        if let Some(value) = after_key.strip_prefix('=') {
            let value = value.trim_start_matches([' ', '\t']);
            let value_at = text.len() - value.len();
            at = value_at + value_len(value);
            spans.push(value_at..at);
        }
    }
    spans
}

/// A quoted value ends with its quote, a list or table with the line of its bracket, any other
/// value where the next thing begins.
fn value_len(value: &str) -> usize {
    for quote in ["\"\"\"", "'''"] {
        if let Some(rest) = value.strip_prefix(quote) {
            return closing(rest, quote).map_or(value.len(), |len| len + 2 * quote.len());
        }
    }
    let line = value.find('\n').unwrap_or(value.len());
    match value.chars().next() {
        Some('"') => closing(&value[1..line], "\"").map_or(line, |len| len + 2),
        Some('\'') => closing(&value[1..line], "'").map_or(line, |len| len + 2),
        Some('[' | '{') => {
            let bracket = value.find([']', '}']).unwrap_or(value.len());
            value[bracket..].find('\n').map_or(value.len(), |len| bracket + len)
        }
        _ => value.find(['\n', ',', '}', '#']).unwrap_or(value.len()),
    }
}

fn closing(rest: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if escaped {
            escaped = false;
        } else if rest[at..].starts_with(quote) {
            return Some(at);
        } else {
            escaped = c == '\\' && quote.starts_with('"');
        }
    }
    None
}
