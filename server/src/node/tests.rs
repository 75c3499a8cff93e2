//! A node in memory holds what its row does, and takes little room.

use bessemer::host::{NodeFields, NodeRecord as _, Object};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Frame, Node, TEXTS, Text};
use crate::store::testing::node;

#[test]
fn a_row_comes_back_as_it_went_in() {
    let whole = node(Some("n-1"));
    let mut bare = node(None);
    bare.fields = NodeFields {
        uuid: bare.fields.uuid.clone(),
        ..NodeFields::default()
    };
    bare.resource_class = Some("".into());
    bare.description = None;
    bare.instance_uuid = None;
    bare.updated_at = Some(Timestamp::UNIX_EPOCH);
    for row in [whole, bare] {
        assert_eq!(Node::from(&row).to_row(), row);
    }
}

#[test]
fn what_is_empty_takes_no_room_and_is_never_parsed() {
    let mut row = node(None);
    row.fields.driver_info = Object::default();
    let node = Node::from(&row);
    assert!(node.driver_info().is_empty());
    assert!(node.maps.get().is_none());
    assert_eq!(node.object_text(Text::DriverInfo), "{}");
    assert_eq!(node.properties()["cpus"], 4);
}

#[test]
fn a_letter_torn_between_two_texts_is_none() {
    let mut texts = [None; TEXTS];
    texts[Text::Name as usize] = Some(&b"\xc3"[..]);
    texts[Text::Driver as usize] = Some(&b"\xa4"[..]);
    let frame = Frame {
        id: Uuid::nil(),
        revision: 1,
        maintenance: false,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: None,
    };
    assert!(Node::new(frame, texts).is_err());
    texts[Text::Driver as usize] = None;
    assert!(Node::new(frame, texts).is_err());
    texts[Text::Name as usize] = Some("\u{e4}".as_bytes());
    assert_eq!(Node::new(frame, texts).unwrap().name(), Some("\u{e4}"));
}

#[test]
fn an_object_that_is_none_reads_as_empty() {
    let mut row = node(None);
    row.fields.extra = Object::from_text("{damaged}".into()).unwrap();
    assert!(Node::from(&row).extra().is_empty());
}

/// Of the bound on a million nodes, the rest is for the indexes and the allocator.
#[test]
fn a_node_is_small() {
    assert!(size_of::<Node>() <= 144, "{}", size_of::<Node>());
}
