//! One event is one line, whatever is in it: what could end the line or steer the terminal is escaped. In JSON most of it
//! is by the format itself; where colours are on, `tracing-subscriber` has escaped what is not its own.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Where events are written to, each in one go.
pub(super) struct Lines<W> {
    to: W,
    form: Form,
}

/// What an event looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// Here the format itself steers the terminal.
    Coloured,
    Json,
}

impl<W> Lines<W> {
    pub(super) fn new(to: W, form: Form) -> Self {
        Self { to, form }
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.to.write_all(line(event, self.form).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The event with its own line break alone.
fn line(event: &[u8], form: Form) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !(form == Form::Coloured && c == '\x1b');
    let event = String::from_utf8_lossy(event);
    let text = event.strip_suffix('\n').unwrap_or(&event);
    if !text.contains(steers) {
        return event;
    }
    let mut line = String::with_capacity(event.len() + 16);
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match (steers(c), form) {
            (false, _) => line.write_char(c),
            (true, Form::Json) => write!(line, "\\u{:04x}", u32::from(c)),
            (true, _) => write!(line, "{}", c.escape_default()),
        };
    }
    line.push('\n');
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: &str, form: Form, written: &str) {
        let mut bytes = Vec::new();
        Lines::new(&mut bytes, form).write_all(event.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), written);
    }

    #[test]
    fn an_event_is_one_line() {
        check("plain\n", Form::Plain, "plain\n");
        check("a\r\nINFO b\tc\u{85}d\n", Form::Plain, "a\\r\\nINFO b\\tc\\u{85}d\n");
        check("\u{1b}[31mred\n", Form::Plain, "\\u{1b}[31mred\n");
        check("ends\n\n", Form::Plain, "ends\\n\n");
    }

    #[test]
    fn colours_stay_where_they_are_on() {
        check("\u{1b}[31mred\u{1b}[0m\n", Form::Coloured, "\u{1b}[31mred\u{1b}[0m\n");
        check("\u{1b}[31ma\nb\u{7}\n", Form::Coloured, "\u{1b}[31ma\\nb\\u{7}\n");
    }

    #[test]
    fn json_stays_json() {
        let event = "{\"message\":\"a\\nb\u{7f}\u{85}\u{9b}\"}\n";
        check(event, Form::Json, "{\"message\":\"a\\nb\\u007f\\u0085\\u009b\"}\n");
        let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
        assert_eq!(read(&line(event.as_bytes(), Form::Json)), read(event));
    }
}
