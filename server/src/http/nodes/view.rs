//! A node as clients see it: which fields, how each is written, what is masked. Everything that shows a node comes
//! through here, so that no secret has a second way out.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::super::fault::Fault;
use super::super::query::only_known;
use super::super::version::Version;
use super::mask::Secrets;
use super::ready::{NULL, Unreserved, reservation};
use super::since;
use crate::ascii;
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

    /// What a listing shows of each node, as its links name it.
    pub(super) const LISTED_NAMES: &str = "instance_uuid,maintenance,power_state,provision_state,uuid,name";

    /// The same, and links.
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
    /// 400 with the names that no field has; 406 with one that this version does not know.
    pub(super) fn named(version: Version, names: &[String]) -> Result<Self, Fault> {
        since::reached(version, "fields=", 8)?;
        only_known("a node", &FIELDS.map(|(_, name)| name), names)?;
        since::check(version, names.iter().map(String::as_str))?;
        let named = names.iter().filter_map(|name| Field::named(name));
        Ok(Self(named.fold(Field::Links.bit(), |bits, field| bits | field.bit())))
    }

    /// Those of them that clients of this version know.
    pub(super) fn known_in(self, version: Version) -> Self {
        // Nearly all clients know all.
        if since::knows_all(version) {
            return self;
        }
        let known = self.iter().filter(|(_, name)| since::knows(version, name));
        Self(known.fold(0, |bits, (field, _)| bits | field.bit()))
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
pub(super) struct View<'a> {
    context: &'a Context,
    /// What links begin with, as it stands between quotes.
    base: String,
    fields: Fields,
}

impl<'a> View<'a> {
    /// With these fields, and links that begin so.
    pub(super) fn new(context: &'a Context, base: &str, fields: Fields) -> Self {
        // Nearly all are as they will be shown; but a client may write what it likes for its host.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let base = if base.bytes().all(is_plain) {
            base.to_owned()
        } else {
            let quoted = ascii::text(Value::from(base).to_string());
            quoted[1..quoted.len() - 1].to_owned()
        };
        Self { context, base, fields }
    }

    /// One node by itself, as it is now.
    pub(super) fn alone(&self, node: &Arc<Node>) -> Bytes {
        let mut json = Vec::new();
        if let Some(null) = self.write(node, &mut json)
            && self.context.locks.is_reserved(node.id)
        {
            json.splice(null..null + NULL.len(), reservation(self.context));
        }
        json.into()
    }

    /// Writes one node as JSON in ASCII. Where its reservation belongs there is a `null`, and the place of it is
    /// returned.
    pub(super) fn write(&self, node: &Arc<Node>, json: &mut Vec<u8>) -> Option<usize> {
        let begin = json.len();
        let null = if self.fields == Fields::WHOLE {
            let make = || {
                let mut text = Vec::new();
                let nulls = write_fields(self.context, node, self.fields, &mut text);
                Unreserved { text, nulls }
            };
            self.context.ready.node(node, make, |text, null| {
                json.reserve(text.len() + self.links_bytes_max());
                json.extend_from_slice(text);
                null.map(|null| begin + null)
            })
        } else {
            write_fields(self.context, node, self.fields, json)
        };
        self.write_links(node, json);
        null
    }

    /// The last field, which every view has, and the end of the object.
    fn write_links(&self, node: &Node, json: &mut Vec<u8>) {
        let (base, mut id) = (self.base.as_bytes(), Uuid::encode_buffer());
        let id = node.id.hyphenated().encode_lower(&mut id).as_bytes();
        for text in [LINKS[0], base, LINKS[1], id, LINKS[2], base, LINKS[3], id, LINKS[4]] {
            json.extend_from_slice(text);
        }
    }

    fn links_bytes_max(&self) -> usize {
        LINKS.iter().map(|text| text.len()).sum::<usize>() + 2 * (self.base.len() + Hyphenated::LENGTH)
    }
}

/// Links of a node, but for what they begin with and its uuid. The same as `ask::links` makes of them.
const LINKS: [&[u8]; 5] = [
    b"\"links\":[{\"href\":\"",
    b"/v1/nodes/",
    b"\",\"rel\":\"self\"},{\"href\":\"",
    b"/nodes/",
    b"\",\"rel\":\"bookmark\"}]}",
];

/// The begin of the object, and all fields but links.
fn write_fields(context: &Context, node: &Node, fields: Fields, json: &mut Vec<u8>) -> Option<usize> {
    let mut null = None;
    json.push(b'{');
    for (field, name) in fields.iter().filter(|(field, _)| *field != Field::Links) {
        // No name of a field has anything to escape, nor has a uuid.
        quote(json, name);
        json.push(b':');
        match field {
            Field::Uuid => quote(json, node.id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Field::Name => ascii::write(json, &node.name()),
            Field::Driver => ascii::write(json, node.driver()),
            Field::DriverInfo => {
                let secrets = secrets(context, node.driver());
                ascii::write(json, &Masked(node.object_text(Text::DriverInfo), secrets));
            }
            Field::DriverInternalInfo => {
                ascii::write(json, &Masked(node.object_text(Text::DriverInternalInfo), Secrets::Keys));
            }
            Field::Properties => ascii::write(json, &AsStored(node.object_text(Text::Properties))),
            Field::Extra => ascii::write(json, &AsStored(node.object_text(Text::Extra))),
            Field::InstanceUuid => ascii::write(json, &node.instance_uuid()),
            Field::PowerState => ascii::write(json, &node.text(Text::PowerState)),
            Field::ProvisionState => ascii::write(json, node.provision_state()),
            Field::Maintenance => ascii::write(json, &node.maintenance()),
            Field::MaintenanceReason => ascii::write(json, &node.text(Text::MaintenanceReason)),
            Field::Reservation => {
                null = Some(json.len());
                json.extend_from_slice(NULL);
            }
            Field::LastError => ascii::write(json, &node.text(Text::LastError)),
            Field::CreatedAt => ascii::write(json, &Time(node.created_at())),
            Field::UpdatedAt => ascii::write(json, &node.updated_at().map(Time)),
            Field::ResourceClass => ascii::write(json, &node.text(Text::ResourceClass)),
            Field::Description => ascii::write(json, &node.text(Text::Description)),
            Field::VendorInterface => ascii::write(json, vendor_interface(context, node.driver())),
            Field::Links => {}
        }
        json.push(b',');
    }
    null
}

fn quote(json: &mut Vec<u8>, plain: &str) {
    json.push(b'"');
    json.extend_from_slice(plain.as_bytes());
    json.push(b'"');
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
