//! A derive that the attribute cannot see.

#[derive(Debug)]
#[bessemer::properties]
struct Info {
    /// What nobody may see.
    #[property(secret)]
    pin: u16,
}

fn main() {}
