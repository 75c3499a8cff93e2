//! Filters of the listing of nodes. Those for what no node here has (an owner, a fault, …) are taken and never
//! match, so that a client with a fixed query gets an empty list and not an error.

use uuid::Uuid;

use super::super::fault::Fault;
use super::super::query::Query;
use crate::context::Context;
use crate::node::{Node, Text};

/// What a node must be to be listed.
pub(super) struct Filters(Vec<Filter>);

enum Filter {
    Driver(String),
    Maintenance(bool),
    ProvisionState(String),
    Associated(bool),
    ResourceClass(String),
    /// In lower case with hyphens.
    Instance(String),
    /// In lower case.
    DescriptionContains(String),
    Nothing,
}

/// Texts that no node here has a value for.
const NEVER: [&str; 6] = ["owner", "lessee", "project", "shard", "chassis_uuid", "parent_node"];
/// Marks that no node here bears.
const UNMARKED: [&str; 2] = ["retired", "sharded"];

const PROVISION_STATES: [&str; 32] = [
    "enroll",
    "verifying",
    "manageable",
    "available",
    "active",
    "deploying",
    "deploy wait",
    "deploy failed",
    "deploy hold",
    "deleting",
    "deleted",
    "cleaning",
    "clean wait",
    "clean failed",
    "clean hold",
    "error",
    "rebuild",
    "inspecting",
    "inspect wait",
    "inspect failed",
    "adopting",
    "adopt failed",
    "rescue",
    "rescuing",
    "rescue wait",
    "rescue failed",
    "unrescuing",
    "unrescue failed",
    "servicing",
    "service wait",
    "service failed",
    "service hold",
];

const FAULTS: [&str; 4] = [
    "power failure",
    "clean failure",
    "rescue abort failure",
    "service failure",
];

impl Filters {
    /// Takes the filters out of a query.
    ///
    /// # Errors
    /// 400 with the value that is none.
    pub(super) fn read(context: &Context, query: &mut Query) -> Result<Self, Fault> {
        let mut filters = Vec::new();
        filters.extend(query.take("driver")?.map(Filter::Driver));
        filters.extend(query.take_bool("maintenance")?.map(Filter::Maintenance));
        filters.extend(query.take_bool("associated")?.map(Filter::Associated));
        filters.extend(query.take("resource_class")?.map(Filter::ResourceClass));
        filters.extend(
            query
                .take("description_contains")?
                .map(|text| Filter::DescriptionContains(text.to_lowercase())),
        );
        if let Some(state) = query.take("provision_state")? {
            known("provision_state", &state, &PROVISION_STATES)?;
            filters.push(Filter::ProvisionState(state));
        }
        if let Some(text) = query.take("instance_uuid")? {
            let id = Uuid::try_parse(&text).map_err(|_| {
                Fault::bad_request(format!(
                    "Expected a UUID but received {text}; instance_uuid= takes a whole one"
                ))
            })?;
            filters.push(Filter::Instance(id.to_string()));
        }
        if let Some(fault) = query.take("fault")? {
            known("fault", &fault, &FAULTS)?;
            filters.push(Filter::Nothing);
        }
        if query.take("conductor")?.is_some_and(|name| *name != *context.host) {
            filters.push(Filter::Nothing);
        }
        let group = &context.config.conductor.conductor_group;
        if query
            .take("conductor_group")?
            .is_some_and(|name| !name.eq_ignore_ascii_case(group))
        {
            filters.push(Filter::Nothing);
        }
        for name in NEVER {
            filters.extend(query.take(name)?.map(|_| Filter::Nothing));
        }
        for name in UNMARKED {
            filters.extend(query.take_bool(name)?.filter(|wanted| *wanted).map(|_| Filter::Nothing));
        }
        query.take_bool("include_children")?;
        Ok(Self(filters))
    }

    /// Whether no node can pass.
    pub(super) fn can_match_nothing(&self) -> bool {
        self.0.iter().any(|filter| matches!(filter, Filter::Nothing))
    }

    /// Whether this node passes all of them.
    pub(super) fn pass(&self, node: &Node) -> bool {
        self.0.iter().all(|filter| match filter {
            Filter::Driver(name) => name == node.driver(),
            Filter::Maintenance(wanted) => *wanted == node.maintenance(),
            Filter::ProvisionState(state) => state == node.provision_state(),
            Filter::Associated(wanted) => *wanted == node.instance_uuid().is_some(),
            Filter::ResourceClass(class) => node.text(Text::ResourceClass) == Some(class),
            Filter::Instance(id) => node.instance_uuid() == Some(id),
            Filter::DescriptionContains(text) => node
                .text(Text::Description)
                .is_some_and(|description| description.to_lowercase().contains(text)),
            Filter::Nothing => false,
        })
    }
}

fn known(name: &str, value: &str, words: &[&str]) -> Result<(), Fault> {
    if words.contains(&value) {
        return Ok(());
    }
    Err(Fault::bad_request(format!(
        "{name}={value} is not valid; give one of {}",
        words.join(", ")
    )))
}
