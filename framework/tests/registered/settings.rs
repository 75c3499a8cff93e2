//! Properties as a host finds them in a driver's record, and as a method reads them.

use std::sync::Arc;

use bessemer::host::{NodeFields, Object, Property, snapshot};
use bessemer::{Kind, Map, NodeSnapshot, Properties, Value, json};

use crate::host::driver_record;

/// What `kinds` reads of a node.
#[bessemer::properties]
pub(crate) struct KindsInfo {
    /// Where it is.
    address: String,
    /// Its port.
    #[property(default = 623, name = "kinds-port")]
    port: u16,
    /// The number
    /// at the door.
    #[property(secret)]
    pin: u16,
    /// How it is to be treated.
    mood: Option<Mood>,
    /// Whatever it may be.
    any: Option<Value>,
    /// Words.
    words: Option<Vec<String>>,
}

#[bessemer::model]
#[derive(PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mood {
    Well,
    Badly,
}

/// What nobody marked as a secret, though it is called one.
#[bessemer::properties]
struct Unmarked {
    /// Where it is.
    address: String,
    /// How one gets in.
    password: Option<String>,
    /// How one gets in too.
    #[property(name = "snmp_community")]
    word: String,
    /// How one gets in as well.
    #[property(secret)]
    pin: u16,
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("settings are an object")
}

fn node(info: Value) -> NodeSnapshot {
    snapshot(Arc::new(NodeFields {
        driver_info: Object::from(map(info)),
        ..NodeFields::default()
    }))
}

#[track_caller]
fn refused(info: Value) -> String {
    let error = node(info).info::<KindsInfo>().map(drop).expect_err("they are refused");
    assert_eq!(error.kind(), Kind::Invalid);
    error.to_string()
}

fn property(name: &str) -> &'static Property {
    let mut properties = driver_record().properties.iter();
    properties
        .find(|property| property.name == name)
        .unwrap_or_else(|| panic!("{name} is a property"))
}

#[test]
fn the_record_lists_properties_as_they_are_written() {
    let listed: Vec<_> = driver_record()
        .properties
        .iter()
        .map(|property| (property.name, property.required, property.secret))
        .collect();
    assert_eq!(
        listed,
        [
            ("address", true, false),
            ("kinds-port", false, false),
            ("pin", true, true),
            ("mood", false, false),
            ("any", false, false),
            ("words", false, false),
        ]
    );
    assert_eq!(property("pin").description, "The number\nat the door.");
    assert_eq!(property("kinds-port").default.unwrap()(), 623);
}

#[test]
fn settings_are_read_as_arguments_are() {
    let info = json!({
        "address": 1.10, "kinds-port": "624", "pin": "7", "mood": "well", "any": "1", "words": ["a", 2], "more": {}
    });
    let info = node(info).info::<KindsInfo>().unwrap();
    assert_eq!((&*info.address, info.port, info.pin), ("1.1", 624, 7));
    assert!(info.mood == Some(Mood::Well) && info.any == Some(json!("1")));
    assert_eq!(info.words.unwrap(), ["a", "2"]);

    let info = json!({"address": "a", "kinds-port": null, "pin": 7, "mood": null});
    let info = KindsInfo::read(&map(info)).unwrap();
    assert!(info.port == 623 && info.mood.is_none() && info.words.is_none());
}

#[test]
fn all_faults_are_named_at_once_and_no_secret_is() {
    assert_eq!(
        refused(json!({})),
        "missing driver_info/address, a string (Where it is); \
         missing driver_info/pin, an integer from 0 to 65535 (The number)"
    );
    assert_eq!(
        refused(json!({"address": {}, "kinds-port": "many", "pin": "s3cret", "mood": "so so"})),
        "driver_info/address: must be a string: invalid type: map, expected a string; \
         driver_info/kinds-port: must be an integer from 0 to 65535: invalid type: string \"many\", expected u16; \
         driver_info/pin: must be an integer from 0 to 65535; \
         driver_info/mood: must be one of `well`, `badly` or null: unknown variant `so so`"
    );
}

#[test]
fn a_host_refuses_wrong_values_without_asking_for_missing_ones() {
    let pin = property("pin");
    assert_eq!(pin.wrong(&Map::new()), None);
    assert_eq!(pin.wrong(&map(json!({"pin": null}))), None);
    assert_eq!(pin.wrong(&map(json!({"pin": " 7 "}))), None);
    assert!(pin.wrong(&map(json!({"pin": -1}))).is_some());
    assert!(pin.unusable(&map(json!({"pin": null}))).is_some());
    assert_eq!((pin.check)(&json!("7")), None);
}

#[test]
fn debug_shows_no_secret_whether_marked_or_only_called_one() {
    let info = json!({"address": "a", "password": "hunter2", "snmp_community": "hunter2", "pin": 7});
    let info = Unmarked::read(&map(info)).unwrap();
    assert_eq!(
        (&*info.address, info.password.as_deref(), &*info.word, info.pin),
        ("a", Some("hunter2"), "hunter2", 7)
    );
    assert_eq!(
        format!("{info:?}"),
        r#"Unmarked { address: "a", password: ******, word: ******, pin: ****** }"#
    );
}
