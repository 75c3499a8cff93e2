//! An enum of properties.

#[bessemer::properties]
enum Info {
    Address(String),
    Port { port: u16 },
}

fn read(node: &bessemer::Node) -> bessemer::Result<Info> {
    node.info::<Info>()
}

fn main() {}
