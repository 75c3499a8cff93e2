//! A model is a type.

#[bessemer::model]
fn size() {}

fn main() {}
