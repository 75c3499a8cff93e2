//! An option that the attribute on a type does not have.

#[bessemer::model(name = "size")]
struct Size {
    width: u8,
}

fn main() {}
