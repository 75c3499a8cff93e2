//! What goes into the store and comes out of it; how a node is kept in memory and read is [`crate::node::Node`]. No
//! SQL, and no arguments of calls: they may hold secrets, and a hardware action is never repeated from a record.

use std::fmt;

use bessemer::host::NodeFields;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The state in which a node is created; nothing here moves it on.
pub const PROVISION_STATE_FIRST: &str = "enroll";

/// The longest error text that is kept, in bytes; longer ones are cut with a mark. How long a driver's may be is the
/// configuration's word, and never more than this.
pub const ERROR_BYTES_MAX: usize = 66_560;
/// The longest progress text that is kept, in bytes; longer ones are cut with a mark.
pub const PROGRESS_BYTES_MAX: usize = 256;

/// A node as it is made, changed and written: the fields that drivers see, and beside them those that only the server
/// reads and writes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRow {
    /// The same as `fields.uuid`, to compare and to look up.
    pub id: Uuid,
    /// What drivers see.
    pub fields: NodeFields,
    /// Rises by one with each stored change. A change carries the revision it was made on.
    pub revision: u64,
    /// The instance that runs on it, as another service noted it.
    pub instance_uuid: Option<Uuid>,
    /// The state in its life as clients see it.
    pub provision_state: Box<str>,
    /// Why it is in maintenance.
    pub maintenance_reason: Option<Box<str>>,
    /// What schedulers know it as.
    pub resource_class: Option<Box<str>>,
    /// An operator's words.
    pub description: Option<Box<str>>,
    /// The newest failure of an asynchronous call.
    pub last_error: Option<Box<str>>,
    /// In whole microseconds once it was stored, as all times.
    pub created_at: Timestamp,
    /// `None` until the first change.
    pub updated_at: Option<Timestamp>,
}

impl NodeRow {
    /// A node that was never stored.
    #[must_use]
    pub fn new(id: Uuid, fields: NodeFields, created_at: Timestamp) -> Self {
        let mut fields = fields;
        fields.uuid = id.hyphenated().to_string().into();
        Self {
            id,
            fields,
            revision: 0,
            instance_uuid: None,
            provision_state: PROVISION_STATE_FIRST.into(),
            maintenance_reason: None,
            resource_class: None,
            description: None,
            last_error: None,
            created_at,
            updated_at: None,
        }
    }
}

/// The durable record of an asynchronous call.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRow {
    pub uuid: Uuid,
    /// `None` for a method of the driver alone.
    pub node: Option<Uuid>,
    pub driver: Box<str>,
    pub method: Box<str>,
    pub request_id: Box<str>,
    /// Who asked, where known.
    pub caller: Option<Box<str>>,
    /// The conductor that runs it.
    pub server: Box<str>,
    pub started_at: Timestamp,
    /// Present exactly when the state is final.
    pub finished_at: Option<Timestamp>,
    pub state: TaskState,
    pub error: Option<Box<str>>,
    pub progress: Option<Progress>,
}

/// Running, and then one of four ends, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    Running,
    Succeeded,
    Failed,
    Cancelled,
    /// Its server was lost while it ran: nobody knows what became of it.
    Interrupted,
}

impl TaskState {
    /// All of them, as they are written in the database and on the wire.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Running)
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a task says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub text: Box<str>,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskEnd {
    /// A final one.
    pub state: TaskState,
    pub error: Option<Box<str>>,
    pub finished_at: Timestamp,
    /// The last it reported; `None` leaves what was noted before.
    pub progress: Option<Progress>,
}

/// What the end of a task does to its node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeChange {
    /// Nothing.
    None,
    /// Replaces it, `last_error` included, under the law of `node_update`.
    Record(Box<NodeRow>),
    /// Sets or clears its `last_error` and nothing else, whatever its revision is.
    LastError(Option<Box<str>>),
}

/// What a changed node carries from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeStamp {
    pub revision: u64,
    pub updated_at: Option<Timestamp>,
}

/// A task that was ended for the loss of its server.
#[derive(Clone, Debug, PartialEq)]
pub struct Interrupted {
    /// As it is kept now; its error is what the node's `last_error` says.
    pub task: TaskRow,
    /// Its node's stamp, if it has one that still exists.
    pub node: Option<NodeStamp>,
}

/// Which tasks to list; `None` is any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskFilter {
    pub node: Option<Uuid>,
    pub state: Option<TaskState>,
    pub driver: Option<Box<str>>,
    pub method: Option<Box<str>>,
    /// Those that began then or later.
    pub since: Option<Timestamp>,
}

/// Which part of a list to return.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    /// The last one of the page before.
    pub marker: Option<Uuid>,
    pub limit: u32,
}

/// How long finished tasks are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retention {
    pub age_max: SignedDuration,
    /// For each node, and for each driver's own methods.
    pub tasks_max: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            age_max: SignedDuration::from_hours(7 * 24),
            tasks_max: 1000,
        }
    }
}
