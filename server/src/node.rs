//! The server's whole record of a node: the fields that drivers see, and beside them those that only the
//! server reads and writes. Not here: the reservation, which is the lock's word, and links, which are
//! HTTP's; neither is ever stored. Nodes come by the million, so texts are boxed or shared, nothing grows.

use std::sync::Arc;

use bessemer::host::NodeFields;
use jiff::Timestamp;
use uuid::Uuid;

/// The state in which a node is created; nothing here moves it on.
pub const PROVISION_STATE_FIRST: &str = "enroll";

/// A node as it is stored and served.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The same as `fields.uuid`, to compare and to look up.
    pub id: Uuid,
    /// What drivers see.
    pub fields: Arc<NodeFields>,
    /// Rises by one with each stored change. A change carries the revision it was made on.
    pub revision: u64,
    /// The instance that runs on it, as another service noted it.
    pub instance_uuid: Option<Uuid>,
    /// Shared between all nodes in the same state.
    pub provision_state: Arc<str>,
    /// Why it is in maintenance.
    pub maintenance_reason: Option<Box<str>>,
    /// What schedulers know it as.
    pub resource_class: Option<Box<str>>,
    /// An operator's words.
    pub description: Option<Box<str>>,
    /// The newest failure of an asynchronous call.
    pub last_error: Option<Box<str>>,
    /// In whole microseconds, as all times that are stored.
    pub created_at: Timestamp,
    /// `None` until the first change.
    pub updated_at: Option<Timestamp>,
}

impl Node {
    /// A node that was never stored.
    #[must_use]
    pub fn new(id: Uuid, fields: NodeFields, created_at: Timestamp) -> Self {
        let mut fields = fields;
        fields.uuid = id.hyphenated().to_string().into();
        Self {
            id,
            fields: Arc::new(fields),
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
