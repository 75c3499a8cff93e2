//! What was shown of nodes before and still holds, so that it need not be written again. Each text is kept with what
//! it was made of, and taken only while that is what is there now: a node's with the node itself, which never changes,
//! a page with the revision of all nodes. So nothing has to be dropped when a node changes, and nobody who was told of
//! a change is shown what was before it. Whether a node is reserved is in none of them; it is looked at for each
//! answer.
//!
//! How much is kept has bounds: 4,096 nodes of at most 4 KiB each, 16 pages of at most 2 MiB. What has no place is
//! written each time.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;
use uuid::Uuid;

use super::super::version::Version;
use crate::ascii;
use crate::context::Context;
use crate::node::Node;
use crate::nodes::Nodes;

const NODES_MAX: usize = 4096;
const NODE_BYTES_MAX: usize = 4 << 10;
const PAGES_MAX: usize = 16;
const PAGE_BYTES_MAX: usize = 2 << 20;

/// Where it is kept.
pub(crate) struct Ready {
    /// Each node has one place, and shares it with those that were created so many later.
    nodes: Box<[Mutex<Option<Box<KeptNode>>>]>,
    pages: Mutex<Pages>,
}

impl Default for Ready {
    fn default() -> Self {
        Self {
            nodes: (0..NODES_MAX).map(|_| Mutex::default()).collect(),
            pages: Mutex::default(),
        }
    }
}

struct KeptNode {
    /// No other node can come to lie at its address as long as this is here, even when the node itself is gone.
    node: Weak<Node>,
    text: Unreserved<Box<[u8]>>,
}

/// A text that shows nodes as if nobody had reserved one: `null` stands there.
#[derive(Clone)]
pub(super) struct Unreserved<Text, Nulls = Option<usize>> {
    pub(super) text: Text,
    /// Where.
    pub(super) nulls: Nulls,
}

impl Ready {
    /// Hands over the text of a node, which is made if it is not there.
    pub(super) fn node<T>(
        &self,
        node: &Arc<Node>,
        make: impl FnOnce() -> Unreserved<Vec<u8>>,
        take: impl FnOnce(&[u8], Option<usize>) -> T,
    ) -> T {
        let place = &self.nodes[usize::try_from(node.place % NODES_MAX as u64).unwrap_or_default()];
        if let Some(kept) = &*place.lock()
            && kept.node.as_ptr() == Arc::as_ptr(node)
        {
            return take(&kept.text.text, kept.text.nulls);
        }
        let Unreserved { text, nulls } = make();
        let taken = take(&text, nulls);
        if text.len() <= NODE_BYTES_MAX {
            let text = text.into();
            let kept = KeptNode {
                node: Arc::downgrade(node),
                text: Unreserved { text, nulls },
            };
            // What was there is dropped after the lock.
            let _before = place.lock().replace(Box::new(kept));
        }
        taken
    }

    /// The page that answers a question, which is made if it is not there.
    pub(super) fn page<E>(
        &self,
        nodes: &Nodes,
        question: &Question<'_>,
        make: impl FnOnce() -> Result<(Page, Holds), E>,
    ) -> Result<Page, E> {
        // Before any node is looked at: one that changes meanwhile makes the page that of an earlier revision.
        let revision = nodes.revision();
        if let Some(page) = self.kept_page(question, revision) {
            return Ok(page);
        }
        let (page, holds) = make()?;
        if matches!(holds, Holds::WhileNodesStay) {
            self.keep_page(question, revision, &page);
        }
        Ok(page)
    }

    fn kept_page(&self, question: &Question<'_>, revision: u64) -> Option<Page> {
        let pages = self.pages.lock();
        let kept = pages.kept.iter().find(|kept| kept.answers(question))?;
        (kept.revision == revision).then(|| kept.page.clone())
    }

    fn keep_page(&self, question: &Question<'_>, revision: u64, page: &Page) {
        let bytes = page.text.len() + size_of_val(&*page.nulls) + question.query.len() + question.base.len();
        if bytes > PAGE_BYTES_MAX {
            return;
        }
        let kept = KeptPage {
            query: question.query.into(),
            base: question.base.into(),
            version: question.version,
            detail: question.detail,
            revision,
            page: page.clone(),
        };
        let mut pages = self.pages.lock();
        let same = pages.kept.iter().position(|kept| kept.answers(question));
        let place = match same {
            Some(place) => place,
            None if pages.kept.len() < PAGES_MAX => {
                pages.kept.push(kept);
                return;
            }
            None => {
                let oldest = pages.oldest;
                pages.oldest = (oldest + 1) % PAGES_MAX;
                oldest
            }
        };
        let before = std::mem::replace(&mut pages.kept[place], kept);
        // It may be large.
        drop(pages);
        drop(before);
    }
}

/// How long a page answers its question.
pub(super) enum Holds {
    /// Until any node changes.
    WhileNodesStay,
    /// Who is on it may change though no node does.
    Once,
}

/// What a page answers, word for word: another order of its parameters is another question.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) query: &'a str,
    pub(super) base: &'a str,
    pub(super) version: Version,
    /// What the path says.
    pub(super) detail: bool,
}

/// A page of a listing, with who may be reserved on it, sorted.
pub(super) type Page = Unreserved<Bytes, Arc<[(Uuid, usize)]>>;

impl Page {
    /// The page as it is to be shown now.
    pub(super) fn filled(self, context: &Context) -> Bytes {
        let Self { text, nulls } = self;
        if nulls.is_empty() {
            return text;
        }
        let is_here = |node: Uuid| {
            let index = nulls.binary_search_by_key(&node, |(node, _)| *node).ok()?;
            Some(nulls[index].1)
        };
        let mut places: Vec<usize> = context.locks.reserved().into_iter().filter_map(is_here).collect();
        if places.is_empty() {
            return text;
        }
        places.sort_unstable();
        let host = reservation(context);
        let mut filled = Vec::with_capacity(text.len() + places.len() * host.len());
        let mut from = 0;
        for place in places {
            filled.extend_from_slice(&text[from..place]);
            filled.extend_from_slice(&host);
            from = place + NULL.len();
        }
        filled.extend_from_slice(&text[from..]);
        filled.into()
    }
}

/// What stands where nobody has reserved a node.
pub(super) const NULL: &[u8] = b"null";

/// What stands there instead.
pub(super) fn reservation(context: &Context) -> Vec<u8> {
    let mut host = Vec::new();
    ascii::write(&mut host, &*context.host);
    host
}

#[derive(Default)]
struct Pages {
    kept: Vec<KeptPage>,
    /// The one to go next.
    oldest: usize,
}

struct KeptPage {
    query: Box<str>,
    base: Box<str>,
    version: Version,
    detail: bool,
    revision: u64,
    page: Page,
}

impl KeptPage {
    fn answers(&self, question: &Question<'_>) -> bool {
        self.detail == question.detail
            && self.version == question.version
            && *self.query == *question.query
            && *self.base == *question.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::Loading;
    use crate::store::NodeRow;
    use crate::store::testing::node;

    const QUESTION: Question<'_> = Question {
        query: "limit=2",
        base: "http://a",
        version: Version::UNASKED,
        detail: false,
    };

    fn page(text: &'static str) -> Page {
        Page {
            text: Bytes::from_static(text.as_bytes()),
            nulls: Arc::new([]),
        }
    }

    fn text(ready: &Ready, node: &Arc<Node>, made: &str) -> String {
        let make = || Unreserved {
            text: made.into(),
            nulls: None,
        };
        ready.node(node, make, |text, _| String::from_utf8(text.into()).unwrap())
    }

    #[test]
    fn a_nodes_text_is_its_own() {
        let ready = Ready::default();
        let mut row = node(Some("n"));
        let old = Arc::new(Node::from(&row));
        assert_eq!(text(&ready, &old, "old"), "old");
        assert_eq!(text(&ready, &old, "again"), "old");
        row.revision += 1;
        // In the same place, by the same id; even of the same revision it is another one.
        let new = Arc::new(Node::from(&row));
        assert_eq!(text(&ready, &new, "new"), "new");
        assert_eq!(text(&ready, &new, "again"), "new");
        drop(new);
        for round in 0..100 {
            let made = round.to_string();
            assert_eq!(text(&ready, &Arc::new(Node::from(&row)), &made), made);
        }
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let ready = Ready::default();
        let large = Arc::new(Node::from(&node(None)));
        let made = "x".repeat(NODE_BYTES_MAX + 1);
        assert_eq!(text(&ready, &large, &made), made);
        assert_eq!(text(&ready, &large, "again"), "again");
        let made: Page = Page {
            text: vec![b'x'; PAGE_BYTES_MAX].into(),
            ..page("")
        };
        ready.keep_page(&QUESTION, 1, &made);
        assert!(ready.kept_page(&QUESTION, 1).is_none());
    }

    #[test]
    fn a_page_holds_for_its_revision_and_its_question() {
        let ready = Ready::default();
        ready.keep_page(&QUESTION, 1, &page("one"));
        let kept = |question: Question<'_>, revision| ready.kept_page(&question, revision).map(|page| page.text);
        assert_eq!(kept(QUESTION, 1).as_deref(), Some(&b"one"[..]));
        assert_eq!(kept(QUESTION, 2), None);
        for other in [
            Question {
                query: "limit=1",
                ..QUESTION
            },
            Question {
                base: "http://b",
                ..QUESTION
            },
            Question {
                detail: true,
                ..QUESTION
            },
        ] {
            assert_eq!(kept(other, 1), None);
        }
        ready.keep_page(&QUESTION, 2, &page("two"));
        assert_eq!(kept(QUESTION, 2).as_deref(), Some(&b"two"[..]));
        assert_eq!(kept(QUESTION, 1), None);
    }

    #[test]
    fn a_page_during_which_a_node_changed_is_not_shown_again() {
        let nodes = Loading::finish(Loading::parts(1));
        let row = node(None);
        let changes: [&dyn Fn(); 3] = [
            &|| drop(nodes.insert(Node::from(&row))),
            &|| {
                let revision = row.revision + 1;
                drop(nodes.replace(Node::from(&NodeRow {
                    revision,
                    ..row.clone()
                })));
            },
            &|| nodes.remove(&row.id),
        ];
        for change in changes {
            let ready = Ready::default();
            let shown = |made: &'static str, meanwhile: &dyn Fn()| {
                let make = || {
                    meanwhile();
                    Ok::<_, ()>((page(made), Holds::WhileNodesStay))
                };
                ready.page(&nodes, &QUESTION, make).unwrap().text
            };
            assert_eq!(shown("before", change), "before");
            assert_eq!(shown("after", &|| {}), "after");
            assert_eq!(shown("again", &|| {}), "after");
        }
    }

    #[test]
    fn a_page_that_nodes_do_not_tell_is_not_kept() {
        let (ready, nodes) = (Ready::default(), Loading::finish(Loading::parts(1)));
        for made in ["one", "two"] {
            let shown = ready.page(&nodes, &QUESTION, || Ok::<_, ()>((page(made), Holds::Once)));
            assert_eq!(shown.unwrap().text, made);
        }
    }

    #[test]
    fn the_oldest_page_makes_room() {
        let ready = Ready::default();
        let bases: Vec<String> = (0..=PAGES_MAX).map(|number| number.to_string()).collect();
        let question = |base| Question { base, ..QUESTION };
        for base in &bases {
            ready.keep_page(&question(base), 1, &page("x"));
        }
        let kept: Vec<bool> = bases
            .iter()
            .map(|base| ready.kept_page(&question(base), 1).is_some())
            .collect();
        assert_eq!(kept, [&[false][..], &[true; PAGES_MAX]].concat());
    }
}
