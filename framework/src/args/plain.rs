//! The bodies that nearly all callers send: an object of plain texts without escapes, integers, booleans and `null`.
//! Such a body is taken apart here, in one go, at a third of what it costs to have serde_json find the end of each
//! value. What is not plain, or is not JSON at all, is serde_json's to read and to complain of: nothing is refused
//! here, and nothing is taken that serde_json would not take.

/// Calls `member` with each key and the text of its value, as it was written. `None` if the body is not plain, or
/// `member` did not like one: some members may have been passed on by then.
pub(super) fn members<'a>(body: &'a str, mut member: impl FnMut(&'a str, &'a str) -> Option<()>) -> Option<()> {
    let mut rest = Rest { body, at: 0 };
    rest.token(b'{')?;
    if rest.token(b'}').is_none() {
        loop {
            rest.space();
            let key = rest.string()?;
            rest.token(b':')?;
            rest.space();
            let value = rest.scalar()?;
            member(&key[1..key.len() - 1], value)?;
            if rest.token(b',').is_none() {
                break rest.token(b'}')?;
            }
        }
    }
    rest.space();
    (rest.at == body.len()).then_some(())
}

/// What is still to be read of a body.
struct Rest<'a> {
    body: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn next(&self) -> Option<u8> {
        self.body.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.next() {
            self.at += 1;
        }
    }

    /// This character after white space; none is taken if another one is there.
    fn token(&mut self, token: u8) -> Option<()> {
        self.space();
        (self.next()? == token).then(|| self.at += 1)
    }

    /// A string without escapes, with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let from = self.at;
        if self.next()? != b'"' {
            return None;
        }
        let text = &self.body.as_bytes()[from + 1..];
        let end = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        if text[end] != b'"' {
            return None;
        }
        self.at = from + end + 2;
        Some(&self.body[from..self.at])
    }

    fn scalar(&mut self) -> Option<&'a str> {
        match self.next()? {
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.integer(),
        }
    }

    fn word(&mut self, word: &'static str) -> Option<&'a str> {
        let value = self.body.get(self.at..self.at + word.len())?;
        self.at += word.len();
        (value == word).then_some(value)
    }

    /// `-?(0|[1-9][0-9]*)`. What makes it another number, or none, comes next then, where only `,` or `}` may.
    fn integer(&mut self) -> Option<&'a str> {
        let from = self.at;
        self.at += usize::from(self.next()? == b'-');
        let digits = self.at;
        while let Some(b'0'..=b'9') = self.next() {
            self.at += 1;
        }
        let text = &self.body[digits..self.at];
        let is_integer = text == "0" || !text.is_empty() && !text.starts_with('0');
        is_integer.then(|| &self.body[from..self.at])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(body: &str) -> Option<Vec<(&str, &str)>> {
        let mut found = Vec::new();
        members(body, |key, value| {
            found.push((key, value));
            Some(())
        })?;
        Some(found)
    }

    #[test]
    fn plain_members_are_as_they_were_written() {
        assert_eq!(
            read(" {\"a\": \"x y\", \"b\" : -7,\n\"c\":0,\"d\":true , \"\":false,\"ä\":null } "),
            Some(vec![
                ("a", "\"x y\""),
                ("b", "-7"),
                ("c", "0"),
                ("d", "true"),
                ("", "false"),
                ("ä", "null"),
            ])
        );
        assert_eq!(read("{}"), Some(vec![]));
        assert_eq!(read(" { } "), Some(vec![]));
    }

    #[test]
    fn others_are_left_to_serde_json() {
        for body in [
            "",
            "null",
            "[]",
            "{\"a\": {}}",
            "{\"a\": [1]}",
            "{\"a\": \"\\n\"}",
            "{\"\\u0061\": 1}",
            "{\"a\": 1.5}",
            "{\"a\": 1e3}",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    /// Whatever is done to a plain body, what is taken here is what serde_json takes.
    #[test]
    fn nothing_is_taken_that_is_not_json() {
        let sound = "{\"a\": \"x\", \"b\": -70, \"c\": true, \"d\": null, \"e\": false, \"f\": 0}";
        let put = [
            "", "\"", "\\", ",", ":", "{", "}", "[", "-", "0", "1", "9", ".", "e", "t", "n", " ", "\n", "\u{1}", "ä",
            "+",
        ];
        let mut taken = 0;
        for at in 0..=sound.len() {
            for cut in 0..=2.min(sound.len() - at) {
                for put in put {
                    let body = format!("{}{put}{}", &sound[..at], &sound[at + cut..]);
                    let Some(members) = read(&body) else { continue };
                    taken += 1;
                    let value: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}"));
                    for (key, text) in &members {
                        // The last of equal keys is the one that serde_json keeps.
                        let last = members.iter().rfind(|(other, _)| other == key).unwrap();
                        assert_eq!(
                            value[key],
                            serde_json::from_str::<Value>(last.1).unwrap(),
                            "{body}: {text}"
                        );
                    }
                }
            }
        }
        assert!(taken > 500, "{taken}");
    }
}
