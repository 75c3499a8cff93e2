//! What is in the slice of the binary that runs.

use bessemer::host::{Block, blocks};

/// Prints the bytes of a record, then each block with its methods, in the linker's order.
pub(crate) fn print() {
    println!("{}", size_of::<Block>());
    for block in blocks() {
        let methods: Vec<_> = block.methods.iter().map(|method| method.name).collect();
        let driver = block.driver.map_or("(extend)", |driver| driver.name);
        println!("{} {driver}: {}", (block.type_name)(), methods.join(", "));
    }
}
