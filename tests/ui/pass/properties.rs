//! Properties of every form: behind aliases, under conditions, made by a macro, of a type without `Debug`.

#![deny(warnings)]

use std::net::IpAddr;

use bessemer::{Map, Properties, json};

/// Has no `Debug`.
#[bessemer::model]
#[serde(rename_all = "lowercase")]
enum Cipher {
    Aes,
    Rc4,
}

type Maybe = Option<u8>;

mod inner {
    pub(crate) type Text = Option<String>;
}

#[bessemer::properties]
struct Info {
    /// Where it is.
    address: Option<IpAddr>,
    #[doc = concat!("Where it ", "answers.")]
    #[property(default = Self::PORT, name = "acme.port-1")]
    port: u16,
    /// How to hide what is sent.
    #[property(default = Cipher::Aes)]
    cipher: Cipher,
    /// Behind an alias.
    maybe: Maybe,
    /// Behind another.
    text: inner::Text,
    /// A word of the language.
    #[property(secret = false)]
    r#type: bool,
    /// Not here.
    #[cfg(target_os = "none")]
    #[property(default = no_such_value(), name = "here")]
    absent: NoSuchType,
    /// Here.
    #[cfg(not(target_os = "none"))]
    #[property(default = "x", name = "here")]
    present: String,
    /// What nobody may see.
    #[property(secret)]
    pin: Option<u16>,
}

impl Info {
    const PORT: u16 = 623;
}

macro_rules! info {
    ($name:ident { $($(#[$attr:meta])* $field:ident: $ty:ty,)* }) => {
        #[bessemer::properties]
        #[derive(Clone, Debug, Default)]
        struct $name { $($(#[$attr])* $field: $ty,)* }
    };
}

info!(Made {
    /// By a macro.
    made: u8,
    /// The same.
    #[property(default = 7)]
    other: u16,
});

#[bessemer::properties]
struct Nothing {}

fn main() {
    let required: Vec<&str> = Info::PROPERTIES
        .iter()
        .filter(|property| property.required)
        .map(|property| property.name)
        .collect();
    assert_eq!(required, ["type"]);
    assert_eq!(Info::PROPERTIES[1].description.trim(), "Where it answers.");

    let settings = json!({"type": "yes", "pin": "1234", "cipher": "rc4", "address": "192.0.2.1", "maybe": null});
    let info = Info::read(settings.as_object().unwrap()).unwrap();
    assert!(info.r#type && info.present == "x" && info.port == 623 && matches!(info.cipher, Cipher::Rc4));
    assert!(info.text.is_none() && info.maybe.is_none() && info.pin == Some(1234));
    assert_eq!(
        format!("{info:?}"),
        "Info { address: Some(192.0.2.1), port: 623, cipher: _, maybe: None, text: None, type: true, present: \"x\", \
         pin: ****** }"
    );

    let made = Made::read(json!({"made": 1}).as_object().unwrap()).unwrap();
    assert_eq!((made.clone().made, made.other, Made::default().other), (1, 7, 0));
    assert_eq!(format!("{:?}", Nothing::read(&Map::new()).unwrap()), "Nothing");
}
