//! A derive that would show a password.

#[bessemer::properties]
#[derive(Clone, Debug)]
struct Info {
    /// What nobody may see.
    #[property(secret)]
    pin: u16,
}

fn main() {}
