//! A node as clients see it: which fields, how each is written, what is masked. Everything that shows a node comes
//! through here, so that no secret has a second way out.

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::super::ask::links;
use super::super::fault::Fault;
use super::super::query::only_known;
use super::mask::Secrets;
use crate::context::Context;
use crate::node::{Node, Text};
use crate::store::time_to_text;

/// A field of the record, in the order they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Uuid,
    Name,
    Driver,
    DriverInfo,
    DriverInternalInfo,
    Properties,
    Extra,
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
    VendorInterface,
    Links,
}

/// All fields with their names.
const FIELDS: [(Field, &str); 20] = [
    (Field::Uuid, "uuid"),
    (Field::Name, "name"),
    (Field::Driver, "driver"),
    (Field::DriverInfo, "driver_info"),
    (Field::DriverInternalInfo, "driver_internal_info"),
    (Field::Properties, "properties"),
    (Field::Extra, "extra"),
    (Field::InstanceUuid, "instance_uuid"),
    (Field::PowerState, "power_state"),
    (Field::ProvisionState, "provision_state"),
    (Field::Maintenance, "maintenance"),
    (Field::MaintenanceReason, "maintenance_reason"),
    (Field::Reservation, "reservation"),
    (Field::LastError, "last_error"),
    (Field::CreatedAt, "created_at"),
    (Field::UpdatedAt, "updated_at"),
    (Field::ResourceClass, "resource_class"),
    (Field::Description, "description"),
    (Field::VendorInterface, "vendor_interface"),
    (Field::Links, "links"),
];

/// Which fields to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields(u32);

impl Fields {
    /// The whole record.
    pub(super) const WHOLE: Self = Self((1 << FIELDS.len()) - 1);

    /// What a listing shows of each node.
    pub(super) const LISTED: Self = Self(
        Field::Uuid.bit()
            | Field::InstanceUuid.bit()
            | Field::Maintenance.bit()
            | Field::PowerState.bit()
            | Field::ProvisionState.bit()
            | Field::Name.bit()
            | Field::Links.bit(),
    );

    /// These, and links.
    ///
    /// # Errors
    /// 400 with the names that no field has.
    pub(super) fn named(names: &[String]) -> Result<Self, Fault> {
        only_known("a node", &FIELDS.map(|(_, name)| name), names)?;
        let named = names.iter().filter_map(|name| Field::named(name));
        Ok(Self(named.fold(Field::Links.bit(), |bits, field| bits | field.bit())))
    }

    /// Each with its name.
    pub(super) fn iter(self) -> impl Iterator<Item = (Field, &'static str)> {
        FIELDS.into_iter().filter(move |(field, _)| self.0 & field.bit() != 0)
    }
}

impl Field {
    /// The field of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (field, _) = FIELDS.iter().find(|(_, known)| *known == name)?;
        Some(*field)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// How nodes are shown in one answer.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// For who holds a node, and what is secret.
    pub(super) context: &'a Context,
    /// What links begin with.
    pub(super) base: &'a str,
    /// What to show.
    pub(super) fields: Fields,
}

impl<'a> View<'a> {
    /// One node, to be written as JSON.
    pub(super) fn of(self, node: &'a Node) -> Shown<'a> {
        Shown { view: self, node }
    }
}

/// A node in a view.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    view: View<'a>,
    node: &'a Node,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            view: View { context, base, fields },
            node,
        } = *self;
        let mut map = serializer.serialize_map(None)?;
        for (field, name) in fields.iter() {
            map.serialize_key(name)?;
            match field {
                Field::Uuid => map.serialize_value(node.id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
                Field::Name => map.serialize_value(&node.name()),
                Field::Driver => map.serialize_value(node.driver()),
                Field::DriverInfo => map.serialize_value(&Masked(
                    node.object_text(Text::DriverInfo),
                    secrets(context, node.driver()),
                )),
                Field::DriverInternalInfo => {
                    map.serialize_value(&Masked(node.object_text(Text::DriverInternalInfo), Secrets::Keys))
                }
                Field::Properties => map.serialize_value(&AsStored(node.object_text(Text::Properties))),
                Field::Extra => map.serialize_value(&AsStored(node.object_text(Text::Extra))),
                Field::InstanceUuid => map.serialize_value(&node.instance_uuid()),
                Field::PowerState => map.serialize_value(&node.text(Text::PowerState)),
                Field::ProvisionState => map.serialize_value(node.provision_state()),
                Field::Maintenance => map.serialize_value(&node.maintenance()),
                Field::MaintenanceReason => map.serialize_value(&node.text(Text::MaintenanceReason)),
                Field::Reservation => {
                    map.serialize_value(&context.locks.is_reserved(node.id).then_some(&*context.host))
                }
                Field::LastError => map.serialize_value(&node.text(Text::LastError)),
                Field::CreatedAt => map.serialize_value(&Time(node.created_at())),
                Field::UpdatedAt => map.serialize_value(&node.updated_at().map(Time)),
                Field::ResourceClass => map.serialize_value(&node.text(Text::ResourceClass)),
                Field::Description => map.serialize_value(&node.text(Text::Description)),
                Field::VendorInterface => map.serialize_value(vendor_interface(context, node.driver())),
                Field::Links => map.serialize_value(&links(base, &format!("nodes/{}", node.id))),
            }?;
        }
        map.end()
    }
}

/// What is secret in the `driver_info` of a driver's nodes.
pub(super) fn secrets(context: &Context, driver: &str) -> Secrets {
    // Whether it is enabled makes no difference to what is secret.
    let compiled = context.catalogue.compiled();
    match compiled.by_name(driver) {
        Some((_, driver)) => Secrets::Declared {
            own: driver.record().properties,
            any: compiled.secret_names(),
        },
        None => Secrets::All,
    }
}

/// The vendor interface of a driver's nodes: the driver itself by its main name. So a node of `fake-hardware` has
/// `fake`, as in Ironic, and a client finds it among the driver's `enabled_vendor_interfaces`.
pub(in super::super) fn vendor_interface<'a>(context: &'a Context, driver: &'a str) -> &'a str {
    context
        .catalogue
        .compiled()
        .by_name(driver)
        .map_or(driver, |(_, driver)| driver.record().name)
}

/// A time in the one form of this API.
pub(in super::super) struct Time(pub(in super::super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time_to_text(self.0))
    }
}

/// An object as it is.
struct AsStored<'a>(&'a str);

impl Serialize for AsStored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(self.0) {
            Ok(text) => text.serialize(serializer),
            // What is stored was damaged; one node must not spoil a listing.
            Err(_) => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

/// An object without its secrets.
struct Masked<'a>(&'a str, Secrets);

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(object, secrets) = *self;
        if object == "{}" {
            return AsStored(object).serialize(serializer);
        }
        // Parsed for this answer only: a map that stays in memory for each node would outweigh its text.
        let map = serde_json::from_str(object).unwrap_or_default();
        secrets.masked(&map).serialize(serializer)
    }
}
