//! What is wrong with a setting and how it is told: one [`Diagnostic`] per mistake, and [`Faults`],
//! all mistakes of one start.
//!
//! Nothing here knows which options exist. The driver catalogue reports its faults (a driver that
//! is not compiled in) with the same type.

use std::borrow::Cow;
use std::fmt;
use std::io::IsTerminal;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::mask;
use super::origin::{Origin, Place};

/// Most faults that are rendered.
const SHOWN_MAX: usize = 100;

/// One mistake: what it is, where it was written, and the way out.
///
/// Texts start lower-case, carry the offending value and end without a stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    message: String,
    origin: Origin,
    label: Option<String>,
    contexts: Vec<(Origin, String)>,
    notes: Vec<String>,
    help: Option<String>,
    value: ValueShown,
}

/// Whether the server starts in spite of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does not start.
    Fault,
    /// It starts, and says so.
    Warning,
}

/// Whether a rendered text carries colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// For files, pipes and logs.
    Plain,
    /// For a terminal.
    Terminal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueShown {
    AsWritten,
    Hidden,
}

/// Every fault of one attempt to start, in the order of sources, and within a source in the order
/// of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Diagnostic>,
}

impl Colour {
    /// Colours if the stream is a terminal.
    pub fn of(stream: &impl IsTerminal) -> Self {
        match stream.is_terminal() {
            true => Colour::Terminal,
            false => Colour::Plain,
        }
    }
}

impl Diagnostic {
    /// A fault: the server does not start.
    pub fn fault(message: impl Into<String>) -> Self {
        Self::new(Severity::Fault, message.into())
    }

    /// A warning: the server starts.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Diagnostic {
            severity,
            message,
            origin: Origin::Default,
            label: None,
            contexts: Vec::new(),
            notes: Vec::new(),
            help: None,
            value: ValueShown::AsWritten,
        }
    }

    /// Where the caret goes.
    #[must_use]
    pub fn at(mut self, origin: &Origin) -> Self {
        self.origin = origin.clone();
        self
    }

    /// The text beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// A second place that belongs to the mistake, with its own text.
    #[must_use]
    pub fn context(mut self, origin: &Origin, label: impl Into<String>) -> Self {
        self.contexts.push((origin.clone(), label.into()));
        self
    }

    /// A line `= text` below the source.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The last line, `= help: text`.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Overwrites the text at the caret: it is a secret.
    #[must_use]
    pub fn hide_value(mut self) -> Self {
        self.value = ValueShown::Hidden;
        self
    }

    /// Whether it stops the start.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The first line, without `error:`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The whole diagnostic in the manner of rustc, without a line end.
    pub fn render(&self, colour: Colour) -> String {
        let level = match self.severity {
            Severity::Fault => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str());
        let mut group = Group::with_title(title).elements(self.sources());
        for note in &self.notes {
            group = group.element(Level::NOTE.no_name().message(note.as_str()));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = match colour {
            Colour::Plain => Renderer::plain(),
            Colour::Terminal => Renderer::styled(),
        };
        renderer.render(&[group])
    }

    /// The texts to show. Contexts in the text of the caret join it; every other one follows as a
    /// text of its own.
    fn sources(&self) -> Vec<Element<'_>> {
        let mut elements = Vec::new();
        let mut apart: Vec<_> = self.contexts.iter().collect();
        if let Some(place) = self.origin.place() {
            let is_beside = |origin: &Origin| origin.place().is_some_and(|o| o.source == place.source);
            let beside = apart.extract_if(.., |(origin, _)| is_beside(origin));
            let mut marks = vec![(AnnotationKind::Primary, place, self.label.as_deref())];
            marks.extend(beside.filter_map(|context| context_mark(context)));
            let text = match self.value {
                ValueShown::AsWritten => Cow::Borrowed(place.source.shown()),
                ValueShown::Hidden => mask::stars(place.source.shown(), vec![place.span.clone()]).into(),
            };
            elements.extend(shown(&self.origin, &text, &marks));
        }
        for context in apart {
            if let Some(mark) = context_mark(context) {
                elements.extend(shown(&context.0, mark.1.source.shown(), &[mark]));
            }
        }
        elements
    }
}

/// A span to point at, and what to say there.
type Mark<'a> = (AnnotationKind, &'a Place, Option<&'a str>);

fn context_mark((origin, label): &(Origin, String)) -> Option<Mark<'_>> {
    Some((AnnotationKind::Context, origin.place()?, Some(label)))
}

/// A file is shown with path, line and column. A variable or flag is one line that says itself what
/// it is.
fn shown<'a>(origin: &'a Origin, text: &str, marks: &[Mark<'a>]) -> Option<Element<'a>> {
    let spans = || marks.iter().map(|(_, place, _)| first_line(place));
    // Only the lines meant are handed on: the renderer looks at all that it is given, for each
    // fault anew.
    let start = spans().map(|span| span.start).min()?;
    let end = spans().map(|span| span.end).max()?;
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[end..].find('\n').map_or(text.len(), |len| end + len + 1);

    let annotations = marks.iter().zip(spans()).map(|((kind, _, label), span)| {
        let span = span.start - start..span.end - start;
        kind.span(span).label(*label)
    });
    let snippet = Snippet::source(text[start..end].to_owned())
        .line_start(text[..start].matches('\n').count() + 1)
        .annotations(annotations);
    match origin {
        Origin::Default => None,
        Origin::File(place) => Some(snippet.path(place.source.name()).into()),
        Origin::Env(_) | Origin::Flag(_) => Some(snippet.line_numbering(false).into()),
    }
}

/// A value of several lines is marked in its first one only: the caret is a pointer, not a frame.
fn first_line(place: &Place) -> Range<usize> {
    let text = place.source.text();
    let start = text.floor_char_boundary(place.span.start);
    let end = text.floor_char_boundary(place.span.end).max(start);
    let len = text[start..end].find(['\n', '\r']);
    start..len.map_or(end, |len| start + len)
}

impl Faults {
    /// Adds one.
    pub fn push(&mut self, fault: Diagnostic) {
        self.list.push(fault);
    }

    /// Whether there is nothing wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// All of them, an empty line between two; the first hundred, if a file is no configuration at
    /// all and every line of it is a fault.
    pub fn render(&self, colour: Colour) -> String {
        let shown = self.iter().take(SHOWN_MAX);
        let mut rendered: Vec<String> = shown.map(|fault| fault.render(colour)).collect();
        if let Some(left @ 1..) = self.len().checked_sub(SHOWN_MAX) {
            rendered.push(format!("and {left} more"));
        }
        rendered.join("\n\n")
    }
}

impl Extend<Diagnostic> for Faults {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, faults: I) {
        self.list.extend(faults);
    }
}

impl From<Diagnostic> for Faults {
    fn from(fault: Diagnostic) -> Self {
        Faults { list: vec![fault] }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

impl std::error::Error for Faults {}
