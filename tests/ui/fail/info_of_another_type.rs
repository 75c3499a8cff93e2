//! A struct that reads no settings.

struct Info {
    address: String,
}

fn address(node: &bessemer::NodeSnapshot) -> bessemer::Result<String> {
    Ok(node.info::<Info>()?.address)
}

fn main() {}
