//! A driver as clients see it. Of the interfaces that Ironic puts a driver together from, ours have the one for
//! vendor methods, which is the driver itself; the others are none.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::super::ask::links;
use super::super::fault::Fault;
use super::super::nodes::INTERFACES;
use super::super::query::only_known;
use super::Version;

/// A field of the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Hosts,
    Type,
    /// `default_…_interface`, of one of [`INTERFACES`].
    Default(&'static str),
    /// `enabled_…_interfaces`, of one of [`INTERFACES`].
    Enabled(&'static str),
    Properties,
    Links,
}

/// Which fields to show, in their order.
pub(super) struct Fields(Vec<Field>);

impl Field {
    fn all() -> impl Iterator<Item = Self> {
        let first = [Self::Name, Self::Hosts, Self::Type];
        let interfaces = INTERFACES
            .into_iter()
            .flat_map(|name| [Self::Default(name), Self::Enabled(name)]);
        first
            .into_iter()
            .chain(interfaces)
            .chain([Self::Properties, Self::Links])
    }

    fn name(self) -> String {
        match self {
            Self::Name => "name".into(),
            Self::Hosts => "hosts".into(),
            Self::Type => "type".into(),
            Self::Default(interface) => format!("default_{interface}_interface"),
            Self::Enabled(interface) => format!("enabled_{interface}_interfaces"),
            Self::Properties => "properties".into(),
            Self::Links => "links".into(),
        }
    }

    /// Whether clients of this version know it.
    fn is_known_in(self, version: Version) -> bool {
        match self {
            Self::Properties => version.reaches(14),
            Self::Default(interface) | Self::Enabled(interface) => version.reaches(match interface {
                "storage" => 33,
                "rescue" => 38,
                "bios" => 40,
                "firmware" => 86,
                _ => 30,
            }),
            Self::Type => version.reaches(30),
            Self::Name | Self::Hosts | Self::Links => true,
        }
    }
}

impl Fields {
    /// What a listing shows of each driver.
    pub(super) fn listed(version: Version) -> Self {
        let listed = [Field::Name, Field::Hosts, Field::Type, Field::Properties, Field::Links];
        Self(listed.into_iter().filter(|field| field.is_known_in(version)).collect())
    }

    /// The whole record.
    pub(super) fn whole(version: Version) -> Self {
        Self(Field::all().filter(|field| field.is_known_in(version)).collect())
    }

    /// These, and links.
    ///
    /// # Errors
    /// 400 with the names that no field has.
    pub(super) fn named(names: &[String]) -> Result<Self, Fault> {
        let known: Vec<(Field, String)> = Field::all().map(|field| (field, field.name())).collect();
        let known_names: Vec<&str> = known.iter().map(|(_, name)| &**name).collect();
        only_known("a driver", &known_names, names)?;
        let wanted = known
            .into_iter()
            .filter(|(field, name)| *field == Field::Links || names.contains(name));
        Ok(Self(wanted.map(|(field, _)| field).collect()))
    }
}

/// A driver in a view.
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    /// Its one interface.
    pub(super) vendor: &'a str,
    pub(super) host: &'a str,
    pub(super) base: &'a str,
    pub(super) fields: &'a Fields,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            name,
            vendor,
            host,
            base,
            fields,
        } = *self;
        let mut map = serializer.serialize_map(Some(fields.0.len()))?;
        for field in &fields.0 {
            map.serialize_key(&field.name())?;
            match field {
                Field::Name => map.serialize_value(name),
                Field::Default("vendor") => map.serialize_value(vendor),
                Field::Enabled("vendor") => map.serialize_value(&[vendor]),
                Field::Hosts => map.serialize_value(&[host]),
                Field::Type => map.serialize_value("dynamic"),
                Field::Default(_) => map.serialize_value(&None::<&str>),
                Field::Enabled(_) => map.serialize_value::<[&str; 0]>(&[]),
                Field::Properties => map.serialize_value(&links(base, &format!("drivers/{name}/properties"))),
                Field::Links => map.serialize_value(&links(base, &format!("drivers/{name}"))),
            }?;
        }
        map.end()
    }
}
