//! The server with the driver open in it, and what the tests ask of half-typed forms of its method `typed`. Loading
//! takes long, so all tests type in the same one, one after another.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use parking_lot::{Mutex, MutexGuard};

use crate::document::{At, Document, Underlined};
use crate::session::Session;
use crate::words;

pub(crate) struct Editor {
    session: Session,
    driver: Document,
    /// The driver's text as it is in its file.
    whole: String,
}

/// Where a form stands.
struct Written {
    start: usize,
    lines: Range<usize>,
    /// Where the `§` was.
    cursor: usize,
}

impl Editor {
    /// With the whole driver in it.
    pub(crate) fn get() -> MutexGuard<'static, Self> {
        static EDITOR: OnceLock<Mutex<Editor>> = OnceLock::new();
        let start = || {
            let mut session = Session::start(root());
            let driver = Document::open(&mut session, root().join("tests/editor/driver.rs"));
            let whole = driver.text().to_owned();
            Mutex::new(Editor { session, driver, whole })
        };
        let mut editor = EDITOR.get_or_init(start).lock();
        let whole = editor.whole.clone();
        editor.change(whole);
        editor
    }

    /// Each of these forms leaves all words as they were, and underlines nothing elsewhere. Only the parser's own
    /// complaints may stand a word later, where it noticed.
    #[track_caller]
    pub(crate) fn costs_nothing_else(&mut self, forms: impl IntoIterator<Item = String>) {
        for form in forms {
            let lines = self.write(&form).lines;
            self.finds_words(&form, usize::MAX);
            let mut underlined = self.underlined();
            underlined.retain(|it| it.code != "syntax-error" && !it.lines.iter().all(|line| lines.contains(line)));
            assert!(underlined.is_empty(), "{form}\n{underlined:#?}");
        }
    }

    /// Each of these forms leaves all words as they were.
    #[track_caller]
    pub(crate) fn loses_nothing(&mut self, forms: impl IntoIterator<Item = String>) {
        for form in forms {
            self.write(&form);
            self.finds_words(&form, usize::MAX);
        }
    }

    /// Each of these forms, whose braces are not even, leaves the words above it as they were. What is below belongs to
    /// another function then.
    #[track_caller]
    pub(crate) fn loses_nothing_above(&mut self, forms: impl IntoIterator<Item = String>) {
        for form in forms {
            let start = self.write(&form).start;
            self.finds_words(&form, start);
        }
    }

    /// Each of these forms is still found by its name.
    #[track_caller]
    pub(crate) fn is_found(&mut self, forms: impl IntoIterator<Item = String>) {
        for form in forms {
            self.write(&format!(
                "{form}\n\n    fn caller() {{\n        let _ = Self::typed;\n    }}"
            ));
            let found = self.driver.definition(&mut self.session, At("Self::typed", "typed"));
            assert_eq!(found, [self.driver.place(At("fn typed", "typed"))], "{form}");
        }
    }

    /// Each of these forms is underlined with just these words, and costs nothing else.
    #[track_caller]
    pub(crate) fn is_told(&mut self, forms: impl IntoIterator<Item = (String, &'static str)>) {
        for (form, message) in forms {
            self.costs_nothing_else([form.clone()]);
            let underlined = self.underlined();
            let told: Vec<_> = underlined.iter().map(|it| it.message.as_str()).collect();
            assert_eq!(told, [message], "{form}");
        }
    }

    /// At the `§` in each of these forms all these words are offered.
    #[track_caller]
    pub(crate) fn is_offered(&mut self, words: &[&str], forms: impl IntoIterator<Item = String>) {
        for form in forms {
            let cursor = self.write(&form).cursor;
            let offered = self.driver.completions(&mut self.session, cursor);
            for word in words {
                assert!(
                    offered.iter().any(|it| it == word),
                    "{form}\n{word} is not among {offered:?}"
                );
            }
        }
    }

    /// All words of the whole driver lead to where they are defined.
    #[track_caller]
    pub(crate) fn finds_all_words(&mut self) {
        self.finds_words("whole", usize::MAX);
    }

    #[track_caller]
    fn finds_words(&mut self, form: &str, limit: usize) {
        let lost = words::lost(&self.driver, &mut self.session, &root().join("framework/src"), limit);
        assert!(lost.is_empty(), "{form}\n{}", lost.join("\n"));
    }

    pub(crate) fn underlined(&mut self) -> Vec<Underlined> {
        self.driver.underlined(&mut self.session)
    }

    /// What is underlined in another file.
    pub(crate) fn underlined_in(&mut self, path: PathBuf) -> Vec<Underlined> {
        Document::open(&mut self.session, path).underlined(&mut self.session)
    }

    pub(crate) fn hover(&mut self, at: At) -> String {
        self.driver.hover(&mut self.session, at)
    }

    /// Writes a form instead of the method `typed`. A `§` in it is where the author is, and is not written.
    fn write(&mut self, form: &str) -> Written {
        let start = self.whole.find("    /// Is typed").expect("the method is there");
        let next = self
            .whole
            .find("    /// Boots from something else.")
            .expect("a method follows");
        let cursor = start + form.find('§').unwrap_or_default();
        let form = form.replace('§', "");
        let first = self.whole[..start].matches('\n').count();
        self.change(format!("{}{form}\n\n{}", &self.whole[..start], &self.whole[next..]));
        let lines = first..first + form.lines().count();
        Written { start, lines, cursor }
    }

    fn change(&mut self, text: String) {
        self.driver.change(&mut self.session, text);
    }
}

/// The workspace.
pub(crate) fn root() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.nth(2).expect("this package lies in tests/")
}
