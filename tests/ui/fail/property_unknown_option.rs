//! A secret, misspelt.

#[bessemer::properties]
struct Info {
    /// What nobody may see.
    #[property(secrt)]
    pin: u16,
}

fn main() {}
