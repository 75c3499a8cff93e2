//! A listing of nodes: which of them, in which order, how many, and where the next ones are.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::super::fault::Fault;
use super::super::paging::{Paging, SortDir};
use super::super::query::Query;
use super::super::version::Version;
use super::filter::Filters;
use super::view::{Fields, Shown, View};
use crate::context::Context;
use crate::dispatch::CallError;
use crate::node::Node;

/// What a query asks for.
pub(super) struct Listing {
    fields: Fields,
    filters: Filters,
    paging: Paging,
    sort_key: SortKey,
}

/// A page of nodes.
pub(super) struct Page {
    pub(super) nodes: Vec<Arc<Node>>,
    pub(super) fields: Fields,
    /// The query of the page after it.
    pub(super) next: Option<String>,
}

/// The answer to a listing.
#[derive(Serialize)]
pub(super) struct Listed<'a> {
    nodes: Vec<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Page {
    /// The answer, for this path under the base.
    pub(super) fn shown<'a>(&'a self, context: &'a Context, base: &'a str, path: &str) -> Listed<'a> {
        let view = View {
            context,
            base,
            fields: self.fields,
        };
        Listed {
            nodes: self.nodes.iter().map(|node| view.of(node)).collect(),
            next: self.next.as_ref().map(|query| format!("{base}/v1/{path}?{query}")),
        }
    }
}

impl Listing {
    /// Reads a query; `detail` is what the path says of it.
    ///
    /// # Errors
    /// 400 with what is wrong; 406 below a gate.
    pub(super) fn read(context: &Context, version: Version, mut query: Query, detail: bool) -> Result<Self, Fault> {
        let paging = Paging::read(&mut query, context.config.api.max_limit)?;
        let sort_key = SortKey::read(&paging.sort_key)?;
        let filters = Filters::read(context, &mut query)?;
        let fields = query.take_list("fields");
        if fields.is_some() && !version.reaches(8) {
            return Err(Fault::not_acceptable(
                "Request not acceptable. fields= came with version 1.8",
            ));
        }
        let detail = if detail {
            true
        } else {
            query.take_bool("detail")?.unwrap_or(false)
        };
        query.finish()?;
        let fields = match fields {
            Some(_) if detail => {
                return Err(Fault::bad_request(
                    "Can't fetch a subset of fields with 'detail' set; give one of the two",
                ));
            }
            Some(names) => Fields::named(&names)?,
            None if detail => Fields::WHOLE,
            None => Fields::LISTED,
        };
        Ok(Self {
            fields,
            filters,
            paging,
            sort_key,
        })
    }

    /// Carries it out.
    ///
    /// # Errors
    /// 404 if the marker is not there.
    pub(super) fn page(self, context: &Context) -> Result<Page, Fault> {
        let Self {
            fields,
            filters,
            paging,
            sort_key,
        } = self;
        let marker = paging.marker.as_deref().map(marker).transpose()?;
        let found = if filters.can_match_nothing() {
            let exists = marker.is_none_or(|id| context.nodes.get(&id).is_some());
            exists.then(Vec::new)
        } else if sort_key == SortKey::Id {
            let descending = paging.sort_dir == SortDir::Desc;
            context
                .nodes
                .page(marker.as_ref(), descending, paging.limit, |node| filters.pass(node))
        } else {
            sorted(context, &filters, &paging, sort_key, marker)
        };
        let Some(nodes) = found else {
            return Err(CallError::NodeNotFound(paging.marker.unwrap_or_default()).into());
        };
        // As Ironic has it, a last page that is full leads to an empty one.
        let next = nodes
            .last()
            .filter(|_| nodes.len() == paging.limit)
            .map(|last| paging.next(&last.fields.uuid));
        Ok(Page { nodes, fields, next })
    }
}

fn marker(text: &str) -> Result<Uuid, Fault> {
    let is_uuid = text.len() == uuid::fmt::Hyphenated::LENGTH;
    let id = Uuid::try_parse(text).ok().filter(|_| is_uuid);
    id.ok_or_else(|| {
        Fault::bad_request(format!(
            "Expected a UUID but received {text}; marker= is the uuid of the last node seen"
        ))
    })
}

/// A scalar column of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SortKey {
    /// The order of creation.
    Id,
    Uuid,
    Name,
    Driver,
    InstanceUuid,
    PowerState,
    ProvisionState,
    Maintenance,
    MaintenanceReason,
    Reservation,
    LastError,
    CreatedAt,
    UpdatedAt,
    ResourceClass,
    Description,
}

const SORT_KEYS: [(SortKey, &str); 16] = [
    (SortKey::Id, "id"),
    (SortKey::Uuid, "uuid"),
    (SortKey::Name, "name"),
    (SortKey::Driver, "driver"),
    (SortKey::Driver, "vendor_interface"),
    (SortKey::InstanceUuid, "instance_uuid"),
    (SortKey::PowerState, "power_state"),
    (SortKey::ProvisionState, "provision_state"),
    (SortKey::Maintenance, "maintenance"),
    (SortKey::MaintenanceReason, "maintenance_reason"),
    (SortKey::Reservation, "reservation"),
    (SortKey::LastError, "last_error"),
    (SortKey::CreatedAt, "created_at"),
    (SortKey::UpdatedAt, "updated_at"),
    (SortKey::ResourceClass, "resource_class"),
    (SortKey::Description, "description"),
];

impl SortKey {
    fn read(text: &str) -> Result<Self, Fault> {
        match SORT_KEYS.iter().find(|(_, name)| *name == text) {
            Some((key, _)) => Ok(*key),
            None => {
                let names: Vec<&str> = SORT_KEYS.iter().map(|(_, name)| *name).collect();
                Err(Fault::bad_request(format!(
                    "The sort_key value \"{text}\" is an invalid field for sorting; give one of {}",
                    names.join(", ")
                )))
            }
        }
    }

    fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let (x, y) = (&*a.node, &*b.node);
        let by_key = match self {
            Self::Id => Ordering::Equal,
            Self::Uuid => x.id.cmp(&y.id),
            Self::Name => x.fields.name.cmp(&y.fields.name),
            Self::Driver => x.fields.driver.cmp(&y.fields.driver),
            Self::InstanceUuid => x.instance_uuid.cmp(&y.instance_uuid),
            Self::PowerState => x.fields.power_state.cmp(&y.fields.power_state),
            Self::ProvisionState => x.provision_state.cmp(&y.provision_state),
            Self::Maintenance => x.fields.maintenance.cmp(&y.fields.maintenance),
            Self::MaintenanceReason => x.maintenance_reason.cmp(&y.maintenance_reason),
            Self::Reservation => a.reserved.cmp(&b.reserved),
            Self::LastError => x.last_error.cmp(&y.last_error),
            Self::CreatedAt => x.created_at.cmp(&y.created_at),
            Self::UpdatedAt => x.updated_at.cmp(&y.updated_at),
            Self::ResourceClass => x.resource_class.cmp(&y.resource_class),
            Self::Description => x.description.cmp(&y.description),
        };
        by_key.then(a.number.cmp(&b.number))
    }
}

/// A node while it is sorted. Whether it is reserved is read once: it may change while others are compared.
struct Entry {
    node: Arc<Node>,
    number: u64,
    reserved: bool,
}

/// The nodes after the marker in the order of a column; `None` if the marker is not there.
fn sorted(
    context: &Context,
    filters: &Filters,
    paging: &Paging,
    key: SortKey,
    marker: Option<Uuid>,
) -> Option<Vec<Arc<Node>>> {
    let entry = |(number, node): (u64, Arc<Node>)| {
        let reserved = key == SortKey::Reservation && context.locks.is_reserved(node.id);
        Entry { node, number, reserved }
    };
    let compare = |a: &Entry, b: &Entry| match paging.sort_dir {
        SortDir::Asc => key.compare(a, b),
        SortDir::Desc => key.compare(b, a),
    };
    let marker = match marker {
        Some(id) => Some(entry(context.nodes.numbered(&id)?)),
        None => None,
    };
    let all = context.nodes.all(|node| filters.pass(node)).into_iter().map(entry);
    let mut rest: Vec<Entry> = all
        .filter(|entry| marker.as_ref().is_none_or(|marker| compare(marker, entry).is_lt()))
        .collect();
    if rest.len() > paging.limit {
        rest.select_nth_unstable_by(paging.limit, compare);
        rest.truncate(paging.limit);
    }
    rest.sort_unstable_by(compare);
    Some(rest.into_iter().map(|entry| entry.node).collect())
}
