//! Since which version of the API clients know what of a node. Below it an attribute is not shown, and neither it nor a
//! parameter may be named. A request that asks for no version knows everything.

use super::super::fault::Fault;
use super::super::query::Query;
use super::super::version::Version;
use super::attributes::interface_of;

/// Attributes that came after the first version.
const ATTRIBUTES: [(&str, u16); 9] = [
    ("bios_interface", 40),
    ("description", 51),
    ("driver_internal_info", 3),
    ("firmware_interface", LAST),
    ("name", 5),
    ("network_interface", 20),
    ("rescue_interface", 38),
    ("resource_class", 21),
    ("storage_interface", 33),
];

/// All other choices of an interface.
const INTERFACES: u16 = 31;

/// Nothing that is here came later.
const LAST: u16 = 86;

/// Parameters of the listing that came after the first version.
const PARAMETERS: [(&str, u16); 12] = [
    ("conductor", 49),
    ("conductor_group", 46),
    ("driver", 16),
    ("fault", 42),
    ("include_children", 83),
    ("lessee", 65),
    ("owner", 50),
    ("parent_node", 83),
    ("provision_state", 9),
    ("resource_class", 21),
    ("shard", 82),
    ("sharded", 82),
];

/// The parts of a node's states that came after the first version.
pub(super) const STATES: [(&str, u16); 4] = [
    ("boot_mode", 75),
    ("raid_config", 12),
    ("secure_boot", 75),
    ("target_raid_config", 12),
];

/// Whether this version knows all that is here.
pub(super) fn knows_all(version: Version) -> bool {
    version.reaches(LAST)
}

/// Whether this version knows the attribute.
pub(super) fn knows(version: Version, attribute: &str) -> bool {
    version.reaches(attribute_since(attribute))
}

/// Refuses attributes that this version does not know.
///
/// # Errors
/// 406 with the first of them.
pub(super) fn check<'a>(version: Version, attributes: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
    if knows_all(version) {
        return Ok(());
    }
    attributes
        .into_iter()
        .try_for_each(|name| reached(version, name, attribute_since(name)))
}

/// Refuses parameters of the listing that this version does not know.
///
/// # Errors
/// 406 with the first of them.
pub(super) fn check_query(version: Version, query: &Query) -> Result<(), Fault> {
    if knows_all(version) {
        return Ok(());
    }
    let since = |name: &str| Some(PARAMETERS.iter().find(|(known, _)| *known == name)?.1);
    query.pairs().iter().try_for_each(|(name, _)| match since(name) {
        Some(minor) => reached(version, name, minor),
        None => Ok(()),
    })
}

/// Refuses what came with a later version than this one.
///
/// # Errors
/// 406 with the version that is needed.
pub(super) fn reached(version: Version, name: &str, minor: u16) -> Result<(), Fault> {
    if version.reaches(minor) {
        return Ok(());
    }
    Err(Fault::not_acceptable(format!(
        "Request not acceptable. The minimal required API version should be 1.{minor}, which {name} came with"
    )))
}

fn attribute_since(name: &str) -> u16 {
    match ATTRIBUTES.iter().find(|(known, _)| *known == name) {
        Some((_, minor)) => *minor,
        None if interface_of(name).is_some() => INTERFACES,
        None => 1,
    }
}
