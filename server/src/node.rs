//! A node as it is kept in memory and read: by drivers, by views, by all that look for one. It never changes; the
//! form in which a node is made and changed is [`NodeRow`]. Not here: the reservation, which is the lock's word, and
//! links, which are HTTP's; neither is ever stored.
//!
//! Nodes come by the million. So all texts of one are a single allocation, what was not given takes no room in it,
//! and a JSON object is text until a driver reads it.

#[cfg(test)]
mod tests;

use std::str::Utf8Error;
use std::sync::{LazyLock, OnceLock};

use bessemer::host::{NodeFields, NodeRecord, Object};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::store::NodeRow;

/// A node as it was last stored.
pub struct Node {
    /// What never changes of it.
    pub id: Uuid,
    /// Rises by one with each stored change.
    pub revision: u64,
    /// Its place in the order of creation: the table's, which gives it.
    pub(crate) place: u64,
    created_at: Micros,
    updated_at: Micros,
    texts: Box<str>,
    /// Where each text ends in `texts`, and the next one begins.
    ends: [u32; TEXTS],
    /// A bit for each text that was given; an empty text is not none.
    given: u16,
    maintenance: bool,
    /// The objects that were read so far.
    maps: OnceLock<Box<Maps>>,
}

type Maps = [OnceLock<Map<String, Value>>; OBJECTS];

/// A text of a node, by its place among the others. The objects come first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    DriverInfo,
    Properties,
    Extra,
    DriverInternalInfo,
    Name,
    Driver,
    PowerState,
    ProvisionState,
    InstanceUuid,
    MaintenanceReason,
    ResourceClass,
    Description,
    LastError,
}

const OBJECTS: usize = 4;
/// How many texts a node has.
pub(crate) const TEXTS: usize = Text::LastError as usize + 1;

/// What a node consists of beside its texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) id: Uuid,
    pub(crate) revision: u64,
    pub(crate) maintenance: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Option<Timestamp>,
}

impl Node {
    /// Of its texts, in the order of [`Text`]. Those that every node has are empty where they are `None`; an object
    /// is `{}`.
    ///
    /// # Errors
    /// If a text is not UTF-8.
    pub(crate) fn new(frame: Frame, given: [Option<&[u8]>; TEXTS]) -> Result<Self, Utf8Error> {
        let mut bytes = Vec::with_capacity(given.iter().flatten().map(|text| text.len()).sum());
        let mut ends = [0; TEXTS];
        let mut bits = 0;
        for (index, text) in given.into_iter().enumerate() {
            if let Some(text) = text.filter(|text| index >= OBJECTS || *text != EMPTY_TEXT.as_bytes()) {
                bytes.extend_from_slice(text);
                bits |= 1 << index;
            }
            // No row is as long as 4 GiB, in no database.
            ends[index] = u32::try_from(bytes.len()).expect("a node's texts are shorter than 4 GiB");
        }
        // Once over all is faster than over each; what is torn between two is found by its end.
        let texts = String::from_utf8(bytes).map_err(|error| error.utf8_error())?;
        if !ends.iter().all(|end| texts.is_char_boundary(*end as usize)) {
            given
                .into_iter()
                .flatten()
                .try_for_each(|text| str::from_utf8(text).map(drop))?;
        }
        Ok(Self {
            id: frame.id,
            revision: frame.revision,
            place: 0,
            created_at: Micros::of(frame.created_at),
            updated_at: frame.updated_at.map_or(Micros::NEVER, Micros::of),
            texts: texts.into(),
            ends,
            given: bits,
            maintenance: frame.maintenance,
            maps: OnceLock::new(),
        })
    }

    /// A text, if it was given.
    pub(crate) fn text(&self, text: Text) -> Option<&str> {
        let index = text as usize;
        (self.given & (1 << index) != 0).then(|| {
            let begin = if index == 0 { 0 } else { self.ends[index - 1] };
            &self.texts[begin as usize..self.ends[index] as usize]
        })
    }

    /// The name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.text(Text::Name)
    }

    /// The driver by the name the node gives it.
    #[must_use]
    pub fn driver(&self) -> &str {
        self.text(Text::Driver).unwrap_or_default()
    }

    /// The state in its life as clients see it.
    #[must_use]
    pub fn provision_state(&self) -> &str {
        self.text(Text::ProvisionState).unwrap_or_default()
    }

    /// Whether an operator marked it as not to be trusted.
    #[must_use]
    pub fn maintenance(&self) -> bool {
        self.maintenance
    }

    /// The instance that runs on it, as another service noted it.
    #[must_use]
    pub fn instance_uuid(&self) -> Option<&str> {
        self.text(Text::InstanceUuid)
    }

    /// When it was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at.time().unwrap_or_default()
    }

    /// When it was last changed, if ever.
    #[must_use]
    pub fn updated_at(&self) -> Option<Timestamp> {
        self.updated_at.time()
    }

    /// The text of an object. It is known to begin and to end like one, no more.
    pub(crate) fn object_text(&self, text: Text) -> &str {
        self.text(text).unwrap_or(EMPTY_TEXT)
    }

    /// An object, which is parsed once. Empty where the stored text turns out not to be JSON.
    fn object(&self, text: Text) -> &Map<String, Value> {
        let Some(json) = self.text(text) else { return &EMPTY };
        let maps = self.maps.get_or_init(Box::default);
        maps[text as usize].get_or_init(|| serde_json::from_str(json).unwrap_or_default())
    }

    /// The same, to be changed. Its objects are still texts.
    #[must_use]
    pub fn to_row(&self) -> NodeRow {
        let own = |text| self.text(text).map(Into::into);
        NodeRow {
            id: self.id,
            fields: self.to_fields(),
            revision: self.revision,
            instance_uuid: self.instance_uuid().and_then(|text| text.parse().ok()),
            provision_state: self.provision_state().into(),
            maintenance_reason: own(Text::MaintenanceReason),
            resource_class: own(Text::ResourceClass),
            description: own(Text::Description),
            last_error: own(Text::LastError),
            created_at: self.created_at(),
            updated_at: self.updated_at(),
        }
    }
}

impl From<&NodeRow> for Node {
    fn from(row: &NodeRow) -> Self {
        let fields = &row.fields;
        let mut buffer = Uuid::encode_buffer();
        let instance_uuid = row.instance_uuid.map(|id| &*id.hyphenated().encode_lower(&mut buffer));
        let frame = Frame {
            id: row.id,
            revision: row.revision,
            maintenance: fields.maintenance,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        let texts = [
            Some(fields.driver_info.text()),
            Some(fields.properties.text()),
            Some(fields.extra.text()),
            Some(fields.driver_internal_info.text()),
            fields.name.as_deref(),
            Some(&fields.driver),
            fields.power_state.as_deref(),
            Some(&row.provision_state),
            instance_uuid,
            row.maintenance_reason.as_deref(),
            row.resource_class.as_deref(),
            row.description.as_deref(),
            row.last_error.as_deref(),
        ];
        Self::new(frame, texts.map(|text| text.map(str::as_bytes))).expect("texts are UTF-8")
    }
}

impl NodeRecord for Node {
    fn uuid(&self) -> Box<str> {
        self.id.hyphenated().to_string().into()
    }

    fn name(&self) -> Option<&str> {
        self.name()
    }

    fn driver(&self) -> &str {
        self.driver()
    }

    fn driver_info(&self) -> &Map<String, Value> {
        self.object(Text::DriverInfo)
    }

    fn properties(&self) -> &Map<String, Value> {
        self.object(Text::Properties)
    }

    fn extra(&self) -> &Map<String, Value> {
        self.object(Text::Extra)
    }

    fn driver_internal_info(&self) -> &Map<String, Value> {
        self.object(Text::DriverInternalInfo)
    }

    fn power_state(&self) -> Option<&str> {
        self.text(Text::PowerState)
    }

    fn maintenance(&self) -> bool {
        self.maintenance
    }

    fn to_fields(&self) -> NodeFields {
        let object = |text| {
            self.text(text).map_or_else(Object::default, |json| {
                Object::from_text(json.into()).unwrap_or_default()
            })
        };
        NodeFields {
            uuid: self.uuid(),
            name: self.name().map(Into::into),
            driver: self.driver().into(),
            driver_info: object(Text::DriverInfo),
            properties: object(Text::Properties),
            extra: object(Text::Extra),
            driver_internal_info: object(Text::DriverInternalInfo),
            power_state: self.power_state().map(Into::into),
            maintenance: self.maintenance,
        }
    }
}

const EMPTY_TEXT: &str = "{}";
static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// A time in whole microseconds, as all times that are stored.
#[derive(Clone, Copy)]
struct Micros(i64);

impl Micros {
    /// Before all times that can be told.
    const NEVER: Self = Self(i64::MIN);

    fn of(time: Timestamp) -> Self {
        // Before 1970 too, the microsecond that has begun.
        Self(time.as_second() * 1_000_000 + i64::from(time.subsec_nanosecond().div_euclid(1000)))
    }

    fn time(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.0).ok()
    }
}
