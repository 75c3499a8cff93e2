//! Where a value was written: in a file, in the environment, on the command line, or nowhere (its
//! default).
//!
//! What a reader must know: an environment variable and a flag are texts too, so they carry spans
//! just as a file does, and one renderer (`diagnostic.rs`) puts a caret under all three.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::mask;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value itself.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody wrote it; it is the default.
    #[default]
    Default,
    /// A configuration file.
    File(Place),
    /// An environment variable.
    Env(Place),
    /// A flag of the command line.
    Flag(Place),
}

/// A span of a text that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole text.
    pub source: Arc<Source>,
    /// The bytes meant.
    pub span: Range<usize>,
}

/// A text that holds settings: a whole file, `NAME=value`, or `--flag value`.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    shown: String,
}

impl Origin {
    /// A span of a file.
    pub fn file(source: &Arc<Source>, span: Range<usize>) -> Self {
        Origin::File(Place {
            source: Arc::clone(source),
            span,
        })
    }

    /// An environment variable, at its value.
    pub fn env(name: &str, value: &str) -> Self {
        Origin::Env(Place::assigned(name, '=', value))
    }

    /// A flag of the command line, at its value; the name is written as the user does, `--port`.
    pub fn flag(name: &str, value: &str) -> Self {
        Origin::Flag(Place::assigned(name, ' ', value))
    }

    /// The place, if somebody wrote the value at all.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Origin::Default => None,
            Origin::File(place) | Origin::Env(place) | Origin::Flag(place) => Some(place),
        }
    }

    /// The same text at another span.
    #[must_use]
    pub fn with_span(&self, span: Range<usize>) -> Self {
        let mut moved = self.clone();
        if let Origin::File(place) | Origin::Env(place) | Origin::Flag(place) = &mut moved {
            place.span = span;
        }
        moved
    }

    /// The name in front of the value of a variable or flag: what a fault of the name itself points
    /// at.
    #[must_use]
    pub(super) fn at_name(&self) -> Self {
        match self {
            Origin::Env(place) | Origin::Flag(place) => self.with_span(0..place.source.name.len()),
            Origin::Default | Origin::File(_) => self.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(place) => {
                let (line, column) = place.line_column();
                write!(f, "{}:{line}:{column}", place.source.name)
            }
            Origin::Env(place) => write!(f, "environment {}", place.source.name),
            Origin::Flag(place) => write!(f, "flag {}", place.source.name),
        }
    }
}

impl Place {
    fn assigned(name: &str, between: char, value: &str) -> Self {
        let text = format!("{name}{between}{value}");
        let span = name.len() + between.len_utf8()..text.len();
        let source = Source::new(name, text);
        Place { source, span }
    }

    /// Line and column of the first character, both counted from 1, columns in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.source.text.get(..self.span.start).unwrap_or(&self.source.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

impl Source {
    /// A file's text; the name is its path as the user gave it.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let (name, text) = (name.into(), text.into());
        let shown = mask::hide(&text);
        Arc::new(Self { name, text, shown })
    }

    /// The path of the file, the name of the variable, or the flag.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as it was written, with its secrets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it may be shown: of the same length, with `*` where a secret stands.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Names the source only: its text may hold a password.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
