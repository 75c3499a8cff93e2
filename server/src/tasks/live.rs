//! The tasks that run on this server now, so that they can be cancelled and listened to. What outlives them is on
//! disk. A synchronous call is not in here: it would pay for it.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

use super::arguments::Arguments;
use super::feed::Feed;
use crate::call::Running;

/// See the module.
#[derive(Default)]
pub(crate) struct Live(Mutex<HashMap<Uuid, Arc<LiveTask>>>);

/// One of them.
pub(crate) struct LiveTask {
    /// Its call.
    pub(crate) call: Arc<Running>,
    /// What it tells.
    pub(crate) feed: Arc<Feed>,
    /// What its method was called with.
    pub(crate) arguments: Option<Arguments>,
}

impl LiveTask {
    /// Tells its method to stop.
    pub(crate) fn cancel(&self, by: Uuid) {
        self.feed.cancel(by);
        self.call.cancel();
    }
}

impl Live {
    /// How many run.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// A task that runs, if it does.
    pub(crate) fn get(&self, id: Uuid) -> Option<Arc<LiveTask>> {
        self.0.lock().get(&id).cloned()
    }

    /// A task runs for as long as this is kept. To be entered before it is on disk: who reads there that it runs shall
    /// find it here.
    pub(super) fn enter(&self, id: Uuid, task: LiveTask) -> Entered<'_> {
        let feed = Arc::clone(&task.feed);
        self.0.lock().insert(id, Arc::new(task));
        Entered { live: self, id, feed }
    }
}

/// A place among the running tasks.
pub(crate) struct Entered<'l> {
    live: &'l Live,
    id: Uuid,
    /// What the task tells.
    pub(crate) feed: Arc<Feed>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.live.0.lock().remove(&self.id);
        // Also where no end was told: it could not be saved, or the threads of its driver are gone.
        self.feed.close();
    }
}
