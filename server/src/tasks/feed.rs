//! What a running task tells those who listen: its newest progress, its last log lines, that it was cancelled, its end.
//! It is kept once, within bounds, whoever listens and however slowly, and for who comes later. Who is slower than the
//! task misses lines, and learns how many. How it is sent is the concern of `http/tasks/events.rs`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

use crate::store::{Progress, TaskEnd};

/// How many lines are kept, and how many bytes of them: the last line is, however long.
const LINES_MAX: usize = 256;
const BYTES_MAX: usize = 64 << 10;

/// See the module.
#[derive(Default)]
pub(crate) struct Feed {
    told: Mutex<Told>,
    news: watch::Sender<()>,
    listeners: AtomicUsize,
}

#[derive(Default)]
struct Told {
    lines: VecDeque<Line>,
    bytes: usize,
    // How many lines came before the first that is kept.
    forgotten: u64,
    progress: Option<Progress>,
    reports: u64,
    cancelled: Option<Cancelled>,
    end: Option<TaskEnd>,
    is_over: bool,
}

/// A line of its log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its place among all lines of the task, from 1.
    pub(crate) number: u64,
    /// When it was written.
    pub(crate) at: Timestamp,
    /// The text.
    pub(crate) text: Arc<str>,
}

/// Who cancelled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cancelled {
    /// The request that did.
    pub(crate) by: Uuid,
    /// When.
    pub(crate) at: Timestamp,
}

/// What a listener knows already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    lines: u64,
    reports: u64,
    cancelled: bool,
    end: bool,
}

impl Seen {
    /// So many lines, and nothing else.
    pub(crate) fn up_to(lines: u64) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }
}

/// What a listener does not know yet.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// How many lines are no longer kept.
    pub(crate) missed: u64,
    /// The lines after them.
    pub(crate) lines: Vec<Line>,
    /// The newest progress.
    pub(crate) progress: Option<Progress>,
    /// That it was cancelled.
    pub(crate) cancelled: Option<Cancelled>,
    /// Its end, once that is on disk.
    pub(crate) end: Option<TaskEnd>,
    /// Nothing more will come, whether the end is known or not.
    pub(crate) is_over: bool,
}

impl News {
    /// Whether there is anything to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.missed == 0
            && self.lines.is_empty()
            && self.progress.is_none()
            && self.cancelled.is_none()
            && self.end.is_none()
    }
}

impl Feed {
    /// A line for the log.
    pub(crate) fn line(&self, text: &str) {
        {
            let mut told = self.told.lock();
            let line = Line {
                number: told.forgotten + told.lines.len() as u64 + 1,
                at: Timestamp::now(),
                text: text.into(),
            };
            told.bytes += text.len();
            told.lines.push_back(line);
            while told.lines.len() > 1 && (told.lines.len() > LINES_MAX || told.bytes > BYTES_MAX) {
                let forgotten = told.lines.pop_front().map_or(0, |line| line.text.len());
                told.bytes -= forgotten;
                told.forgotten += 1;
            }
        }
        self.tell();
    }

    /// How far it is.
    pub(crate) fn report(&self, progress: Progress) {
        {
            let mut told = self.told.lock();
            told.progress = Some(progress);
            told.reports += 1;
        }
        self.tell();
    }

    /// Notes who cancels it; the first one stays.
    pub(crate) fn cancel(&self, by: Uuid) {
        let cancelled = Cancelled {
            by,
            at: Timestamp::now(),
        };
        self.told.lock().cancelled.get_or_insert(cancelled);
        self.tell();
    }

    /// The end, which is on disk.
    pub(crate) fn end(&self, end: TaskEnd) {
        self.told.lock().end = Some(end);
        self.close();
    }

    /// Nothing more will come.
    pub(crate) fn close(&self) {
        self.told.lock().is_over = true;
        self.tell();
    }

    /// Who cancelled it.
    pub(crate) fn cancelled(&self) -> Option<Cancelled> {
        self.told.lock().cancelled
    }

    /// The newest progress.
    pub(crate) fn progress(&self) -> Option<Progress> {
        self.told.lock().progress.clone()
    }

    /// Tells when there may be news, from now on.
    pub(crate) fn bell(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// Takes a place among those who listen; `None` if there are as many as may.
    pub(crate) fn listen(self: &Arc<Self>, max: usize) -> Option<Listener> {
        let one_more = |listeners| (listeners < max).then_some(listeners + 1);
        self.listeners
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        Some(Listener {
            bell: self.bell(),
            feed: Arc::clone(self),
        })
    }

    fn tell(&self) {
        self.news.send_replace(());
    }

    fn since(&self, seen: &mut Seen) -> News {
        let told = self.told.lock();
        let all = told.forgotten + told.lines.len() as u64;
        let is_news = |line: &&Line| line.number > seen.lines;
        let news = News {
            missed: told.forgotten.saturating_sub(seen.lines),
            lines: told.lines.iter().filter(is_news).cloned().collect(),
            progress: told.progress.clone().filter(|_| seen.reports < told.reports),
            cancelled: told.cancelled.filter(|_| !seen.cancelled),
            end: told.end.clone().filter(|_| !seen.end),
            is_over: told.is_over,
        };
        *seen = Seen {
            lines: all,
            reports: told.reports,
            cancelled: told.cancelled.is_some(),
            end: told.end.is_some(),
        };
        news
    }
}

/// One who listens. It costs a place, and no memory that grows.
pub(crate) struct Listener {
    feed: Arc<Feed>,
    bell: watch::Receiver<()>,
}

impl Listener {
    /// What came since the last look, or since what is said to be known.
    pub(crate) fn look(&mut self, seen: &mut Seen) -> News {
        // Before the look: what comes after it rings again.
        self.bell.borrow_and_update();
        self.feed.since(seen)
    }

    /// Ends when another look may show more.
    pub(crate) async fn rung(&mut self) {
        // The sender lives in the feed.
        let _ = self.bell.changed().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.feed.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TaskState;

    fn progress(done: u64) -> Progress {
        Progress {
            done,
            total: 9,
            text: "".into(),
        }
    }

    fn texts(news: &News) -> Vec<&str> {
        news.lines.iter().map(|line| &*line.text).collect()
    }

    #[test]
    fn a_listener_is_told_each_line_once_and_only_the_newest_progress() {
        let feed = Arc::new(Feed::default());
        feed.line("before");
        let (mut listener, mut seen) = (feed.listen(1).unwrap(), Seen::default());
        feed.report(progress(1));
        feed.report(progress(2));
        let news = listener.look(&mut seen);
        assert_eq!((texts(&news), news.missed), (vec!["before"], 0));
        assert_eq!(news.progress, Some(progress(2)));
        assert!(listener.look(&mut seen).is_empty());
        feed.line("after");
        assert_eq!(texts(&listener.look(&mut seen)), ["after"]);
        feed.cancel(Uuid::from_u128(1));
        feed.cancel(Uuid::from_u128(2));
        assert_eq!(
            listener.look(&mut seen).cancelled.map(|it| it.by),
            Some(Uuid::from_u128(1))
        );
        let end = TaskEnd {
            state: TaskState::Succeeded,
            error: None,
            finished_at: Timestamp::UNIX_EPOCH,
            progress: None,
        };
        feed.end(end.clone());
        let news = listener.look(&mut seen);
        assert_eq!((news.end, news.is_over), (Some(end), true));
        let news = listener.look(&mut seen);
        assert!(news.is_empty() && news.is_over);
    }

    #[test]
    fn lines_are_kept_within_bounds_and_the_missing_ones_are_counted() {
        let feed = Arc::new(Feed::default());
        let (mut listener, mut seen) = (feed.listen(1).unwrap(), Seen::default());
        for number in 0..LINES_MAX + 10 {
            feed.line(&number.to_string());
        }
        let mut known = Seen { lines: 4, ..seen };
        assert_eq!(listener.look(&mut known).missed, 6);
        let news = listener.look(&mut seen);
        assert_eq!((news.missed, news.lines.len()), (10, LINES_MAX));
        assert_eq!((news.lines[0].number, texts(&news)[0]), (11, "10"));

        // Longer than all that is kept together.
        feed.line(&"x".repeat(2 * BYTES_MAX));
        assert_eq!(listener.look(&mut seen).lines.len(), 1);
        assert_eq!(feed.told.lock().lines.len(), 1);
        feed.line("short");
        let told = feed.told.lock();
        assert_eq!((told.bytes, told.lines.len()), (5, 1));
        drop(told);
        // Claims to know what there never was.
        let mut ahead = Seen { lines: 1 << 40, ..seen };
        assert!(listener.look(&mut ahead).is_empty());
        feed.line("next");
        assert_eq!(texts(&listener.look(&mut ahead)), ["next"]);
    }

    #[test]
    fn so_many_listen_and_no_more() {
        let feed = Arc::new(Feed::default());
        assert!(feed.listen(0).is_none());
        let first = feed.listen(1);
        assert!(first.is_some() && feed.listen(1).is_none());
        drop(first);
        assert!(feed.listen(1).is_some());
    }
}
