//! Two attributes on a field.

#[bessemer::properties]
struct Info {
    /// What nobody may see.
    #[property(secret)]
    #[property(default = 1)]
    pin: u16,
}

fn main() {}
