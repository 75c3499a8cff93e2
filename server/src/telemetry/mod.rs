//! What the server tells of itself: events with fields (`tracing`) and the access log, both on standard error.

pub(crate) mod access;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;

use crate::config::{Log, LogFormat, LogLevel};

/// Whether lines are for people or for programs.
pub(crate) fn is_human(log: &Log) -> bool {
    match log.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    }
}

/// Starts the event log. Once per process; a second call changes nothing.
pub(crate) fn start(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = if is_human(log) {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    if started.is_err() {
        tracing::debug!("the event log was started by someone else");
    }
}

/// A text as one line: control characters, by which it could end the line or colour the terminal, are escaped, and
/// what is longer than this is cut, with a mark.
pub(crate) fn one_line(text: &str, bytes_max: usize) -> Cow<'_, str> {
    let kept = &text[..text.floor_char_boundary(bytes_max)];
    if kept.len() == text.len() && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(kept.len() + MARK.len());
    for c in kept.chars() {
        if c.is_control() {
            let _ = write!(line, "{}", c.escape_default());
        } else {
            line.push(c);
        }
    }
    if kept.len() < text.len() {
        line.push_str(MARK);
    }
    Cow::Owned(line)
}

/// Stands where a line was cut.
const MARK: &str = "…";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_one_line_of_a_bounded_length() {
        for (text, line) in [
            ("", ""),
            ("plain", "plain"),
            ("four", "four"),
            ("two\nlines", "two\\nl…"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("a long one", "a lon…"),
            ("äöüäöü", "äö…"),
        ] {
            assert_eq!(one_line(text, 5), line, "{text:?}");
        }
    }
}
