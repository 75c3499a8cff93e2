//! An open file: its text as typed so far, places in it by what stands there, and what the server says about them.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::session::{Session, uri};

pub(crate) struct Document {
    path: PathBuf,
    text: String,
    version: u64,
}

/// A piece of text that a file has once, and a word in it.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) &'static str, pub(crate) &'static str);

/// Where something begins; both counted from 0, as the server does.
#[derive(Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Something underlined, from its first to its last line.
#[derive(Debug)]
pub(crate) struct Underlined {
    pub(crate) lines: [usize; 2],
    /// `syntax-error`, `macro-error`, or the compiler's.
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Document {
    /// Opens a file as it is.
    pub(crate) fn open(session: &mut Session, path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        session.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri(&path), "languageId": "rust", "version": 0, "text": text } }),
        );
        Self { path, text, version: 0 }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Changes the text in the editor; the file stays as it is.
    pub(crate) fn change(&mut self, session: &mut Session, text: String) {
        self.version += 1;
        self.text = text;
        session.notify(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri(&self.path), "version": self.version },
                "contentChanges": [{ "text": self.text }],
            }),
        );
    }

    /// All that is underlined in the file, errors and hints alike.
    pub(crate) fn underlined(&self, session: &mut Session) -> Vec<Underlined> {
        let file = json!({ "textDocument": { "uri": uri(&self.path) } });
        let report = session.request("textDocument/diagnostic", file);
        let items = report["items"].as_array().unwrap_or_else(|| panic!("{report}"));
        let read = |item: &Value| Underlined {
            lines: ["start", "end"].map(|end| number(&item["range"][end]["line"])),
            code: item["code"].as_str().unwrap_or_default().to_owned(),
            message: item["message"].as_str().unwrap_or_default().to_owned(),
        };
        items.iter().map(read).collect()
    }

    /// Where the server says that a word is defined.
    pub(crate) fn definition(&self, session: &mut Session, at: At) -> Vec<Place> {
        let answer = session.request("textDocument/definition", self.position(self.offset(at)));
        let read = |link: &Value| {
            let file = link["uri"].as_str().and_then(|uri| uri.strip_prefix("file://"));
            let start = &link["range"]["start"];
            Place {
                file: file.unwrap_or_else(|| panic!("{link}")).into(),
                line: number(&start["line"]),
                column: number(&start["character"]),
            }
        };
        answer.as_array().into_iter().flatten().map(read).collect()
    }

    /// What the server shows of a word.
    pub(crate) fn hover(&self, session: &mut Session, at: At) -> String {
        let answer = session.request("textDocument/hover", self.position(self.offset(at)));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// What the server offers to write here.
    pub(crate) fn completions(&self, session: &mut Session, offset: usize) -> Vec<String> {
        let answer = session.request("textDocument/completion", self.position(offset));
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let label = |item: &Value| item["label"].as_str().unwrap_or_default().to_owned();
        items.iter().map(label).collect()
    }

    /// Where a word stands.
    pub(crate) fn place(&self, at: At) -> Place {
        let (line, column) = self.line_and_column(self.offset(at));
        Place {
            file: self.path.clone(),
            line,
            column,
        }
    }

    #[track_caller]
    pub(crate) fn offset(&self, At(piece, word): At) -> usize {
        let mut found = self.text.match_indices(piece);
        let (start, _) = found.next().unwrap_or_else(|| panic!("the text has no `{piece}`"));
        assert!(found.next().is_none(), "the text has `{piece}` twice");
        start + piece.find(word).unwrap_or_else(|| panic!("`{piece}` has no `{word}`"))
    }

    fn position(&self, offset: usize) -> Value {
        let (line, column) = self.line_and_column(offset);
        json!({
            "textDocument": { "uri": uri(&self.path) },
            "position": { "line": line, "character": column },
        })
    }

    fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count(), offset - line_start)
    }
}

fn number(value: &Value) -> usize {
    let number = value.as_u64().unwrap_or_else(|| panic!("{value} is no number"));
    usize::try_from(number).expect("files are short")
}
