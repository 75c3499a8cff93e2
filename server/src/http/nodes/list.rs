//! A listing of nodes: which of them, in which order, how many, and where the next ones are.

use std::cmp::Ordering;
use std::sync::Arc;

use uuid::Uuid;

use super::super::fault::Fault;
use super::super::paging::{Paging, SortDir};
use super::super::query::Query;
use super::super::version::Version;
use super::filter::Filters;
use super::ready::{self, Holds};
use super::since;
use super::view::{Field, Fields, View};
use crate::ascii;
use crate::context::Context;
use crate::dispatch::CallError;
use crate::node::{Node, Text};

/// What a query asks for.
pub(super) struct Listing {
    fields: Fields,
    /// The fields as the link to the next page names them, if it does.
    names: Option<String>,
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

impl Page {
    /// The answer, for this path under the base.
    pub(super) fn written(&self, context: &Context, base: &str, path: &str) -> ready::Page {
        let view = View::new(context, base, self.fields);
        let mut nulls = Vec::new();
        let mut json = br#"{"nodes":["#.to_vec();
        for (index, node) in self.nodes.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            nulls.extend(view.write(node, &mut json).map(|null| (node.id, null)));
        }
        json.push(b']');
        if let Some(query) = &self.next {
            json.extend_from_slice(br#","next":"#);
            ascii::write(&mut json, &format!("{base}/v1/{path}?{query}"));
        }
        json.push(b'}');
        json.shrink_to_fit();
        nulls.sort_unstable();
        ready::Page {
            text: json.into(),
            nulls: nulls.into(),
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
        since::check(version, [&*paging.sort_key])?;
        since::check_query(version, &query)?;
        let filters = Filters::read(context, &mut query)?;
        let fields = query.take_fields();
        let detail = if detail {
            true
        } else {
            let detail = query.take_bool("detail")?;
            if detail.is_some() && !version.reaches(43) {
                return Err(Fault::bad_request(
                    "Invalid query parameter ?detail= received. It came with version 1.43; /v1/nodes/detail is older",
                ));
            }
            detail.unwrap_or(false)
        };
        query.finish()?;
        let (fields, names) = match fields {
            Some(_) if detail => {
                return Err(Fault::bad_request(
                    "Can't fetch a subset of fields with 'detail' set; give one of the two",
                ));
            }
            Some(names) => (Fields::named(version, &names)?, Some(names.join(","))),
            None if detail => (Fields::WHOLE, None),
            // No link may name what its client must not.
            None => (
                Fields::LISTED,
                version.reaches(8).then(|| Fields::LISTED_NAMES.to_owned()),
            ),
        };
        Ok(Self {
            fields: fields.known_in(version),
            names,
            filters,
            paging,
            sort_key,
        })
    }

    /// How long its page is the same. Which nodes are reserved is not told by the nodes.
    pub(super) fn holds(&self) -> Holds {
        match self.sort_key {
            SortKey::By(Field::Reservation) => Holds::Once,
            _ => Holds::WhileNodesStay,
        }
    }

    /// Carries it out.
    ///
    /// # Errors
    /// 404 if the marker is not there.
    pub(super) fn page(self, context: &Context) -> Result<Page, Fault> {
        let Self {
            fields,
            names,
            filters,
            paging,
            sort_key,
        } = self;
        let marker = paging.marker.as_deref().map(marker).transpose()?;
        let found = if filters.can_match_nothing() {
            let exists = marker.is_none_or(|id| context.nodes.get(&id).is_some());
            exists.then(Vec::new)
        } else if sort_key == SortKey::Created {
            let descending = paging.sort_dir == SortDir::Desc;
            context
                .nodes
                .page(marker.as_ref(), descending, paging.limit, |node| filters.pass(node))
        } else {
            sorted(context, &filters, &paging, sort_key, marker)
        };
        let Some(mut nodes) = found else {
            return Err(CallError::NodeNotFound(paging.marker.unwrap_or_default()).into());
        };
        // As Ironic has it, a last page that is full leads to an empty one.
        let is_full = nodes.len() == paging.limit;
        let is_cut = cut(&mut nodes, fields, context.config.api.page_size_max_bytes);
        let next = nodes
            .last()
            .filter(|_| is_full || is_cut)
            .map(|last| paging.next(names.as_deref(), &last.id.to_string()));
        Ok(Page { nodes, fields, next })
    }
}

/// Leaves out what is too much for one page, by the settings that are shown; whether that is anything. One node stays,
/// however large.
fn cut(nodes: &mut Vec<Arc<Node>>, fields: Fields, bytes_max: usize) -> bool {
    let objects: Vec<Text> = fields.iter().filter_map(|(field, _)| settings(field)).collect();
    let mut bytes = 0;
    let fits = |node: &&Arc<Node>| {
        bytes += objects
            .iter()
            .map(|object| node.object_text(*object).len())
            .sum::<usize>();
        bytes <= bytes_max
    };
    let kept = nodes.iter().take_while(fits).count().max(1);
    let is_cut = kept < nodes.len();
    nodes.truncate(kept);
    is_cut
}

/// The text of a field that may be large.
fn settings(field: Field) -> Option<Text> {
    match field {
        Field::DriverInfo => Some(Text::DriverInfo),
        Field::DriverInternalInfo => Some(Text::DriverInternalInfo),
        Field::Properties => Some(Text::Properties),
        Field::Extra => Some(Text::Extra),
        _ => None,
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

/// What a listing is sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SortKey {
    /// The order of creation, which clients call `id`.
    Created,
    /// A field that has an order.
    By(Field),
}

impl SortKey {
    fn read(text: &str) -> Result<Self, Fault> {
        if text == "id" {
            return Ok(Self::Created);
        }
        match Field::named(text).filter(|field| order(*field).is_some()) {
            Some(field) => Ok(Self::By(field)),
            None => {
                let fields = Fields::WHOLE.iter().filter(|(field, _)| order(*field).is_some());
                let names: Vec<&str> = fields.map(|(_, name)| name).collect();
                Err(Fault::bad_request(format!(
                    "The sort_key value \"{text}\" is an invalid field for sorting; give one of id, {}",
                    names.join(", ")
                )))
            }
        }
    }

    /// Nodes that are alike in the field stay in the order of creation.
    fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let by_field = match self {
            Self::Created => None,
            Self::By(field) => order(field),
        };
        by_field
            .map_or(Ordering::Equal, |compare| compare(a, b))
            .then(a.node.place.cmp(&b.node.place))
    }
}

/// How nodes are ordered by a field; not at all by one that holds several values.
fn order(field: Field) -> Option<fn(&Entry, &Entry) -> Ordering> {
    Some(match field {
        Field::Uuid => |a, b| a.node.id.cmp(&b.node.id),
        Field::Name => |a, b| a.node.name().cmp(&b.node.name()),
        Field::Driver | Field::VendorInterface => |a, b| a.node.driver().cmp(b.node.driver()),
        Field::InstanceUuid => |a, b| a.node.instance_uuid().cmp(&b.node.instance_uuid()),
        Field::PowerState => |a, b| a.node.text(Text::PowerState).cmp(&b.node.text(Text::PowerState)),
        Field::ProvisionState => |a, b| a.node.provision_state().cmp(b.node.provision_state()),
        Field::Maintenance => |a, b| a.node.maintenance().cmp(&b.node.maintenance()),
        Field::MaintenanceReason => |a, b| {
            a.node
                .text(Text::MaintenanceReason)
                .cmp(&b.node.text(Text::MaintenanceReason))
        },
        Field::Reservation => |a, b| a.reserved.cmp(&b.reserved),
        Field::LastError => |a, b| a.node.text(Text::LastError).cmp(&b.node.text(Text::LastError)),
        Field::CreatedAt => |a, b| a.node.created_at().cmp(&b.node.created_at()),
        Field::UpdatedAt => |a, b| a.node.updated_at().cmp(&b.node.updated_at()),
        Field::ResourceClass => |a, b| a.node.text(Text::ResourceClass).cmp(&b.node.text(Text::ResourceClass)),
        Field::Description => |a, b| a.node.text(Text::Description).cmp(&b.node.text(Text::Description)),
        Field::DriverInfo | Field::DriverInternalInfo | Field::Properties | Field::Extra | Field::Links => return None,
    })
}

/// A node while it is sorted. Whether it is reserved is read once: it may change while others are compared.
struct Entry {
    node: Arc<Node>,
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
    let entry = |node: Arc<Node>| {
        let reserved = key == SortKey::By(Field::Reservation) && context.locks.is_reserved(node.id);
        Entry { node, reserved }
    };
    let compare = |a: &Entry, b: &Entry| match paging.sort_dir {
        SortDir::Asc => key.compare(a, b),
        SortDir::Desc => key.compare(b, a),
    };
    let marker = match marker {
        Some(id) => Some(entry(context.nodes.get(&id)?)),
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
