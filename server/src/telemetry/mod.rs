//! What the server tells of itself: events with fields (`tracing`) and the access log, both on standard error.
//!
//! An event is one line and is told once, where it is known what becomes of it. One that belongs to a call has the
//! fields that [`call_event`] gives it; one that belongs to a request has its `request_id`, as the access log's line has.

pub(crate) mod access;
mod lines;
pub(crate) mod panics;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;

use self::lines::{Form, Lines};
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
    let coloured = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_max_level(level).with_target(false);
    let started = if is_human(log) {
        let form = if coloured { Form::Coloured } else { Form::Plain };
        let lines = move || Lines::new(std::io::stderr(), form);
        builder.with_ansi(coloured).with_writer(lines).try_init()
    } else {
        let lines = || Lines::new(std::io::stderr(), Form::Json);
        builder.json().flatten_event(true).with_writer(lines).try_init()
    };
    match started {
        Ok(()) => panics::start(),
        Err(_) => tracing::debug!("the event log was started by someone else"),
    }
}

/// An event of a call, with what all such have: its request, node, driver and method.
/// `call_event!(warn, call, %error, "what happened")`
macro_rules! call_event {
    ($level:ident, $call:expr, $($rest:tt)+) => {
        tracing::$level!(
            request_id = $call.request_id(),
            node = $call.node().map(tracing::field::display),
            driver = $call.driver(),
            method = $call.method(),
            $($rest)+
        )
    };
}
pub(crate) use call_event;

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
