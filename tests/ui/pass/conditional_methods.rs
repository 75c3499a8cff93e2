//! Methods that exist only here or there, and an attribute that does.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Conditional;

#[driver(name = "conditional")]
impl Conditional {
    #[cfg(target_os = "linux")]
    #[passthru(http = "GET")]
    async fn variant(&self, _node: &mut Node, bar: u8) -> Result<u8> {
        Ok(bar)
    }

    #[cfg(not(target_os = "linux"))]
    #[passthru(http = "GET")]
    async fn variant(&self, _node: &mut Node, baz: NoSuchType) -> Result<NoSuchType> {
        Ok(baz)
    }

    #[cfg_attr(not(target_os = "linux"), passthru(http = "GET"))]
    async fn elsewhere(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }

    #[cfg_attr(target_os = "linux", doc = "Here.", passthru(http = "GET"))]
    async fn here(&self, _node: &mut Node, #[arg(default = 3)] n: u8) -> Result<u8> {
        Ok(n)
    }
}

#[driver(extend)]
#[cfg(not(target_os = "linux"))]
impl Conditional {
    #[driver_passthru(http = "GET")]
    async fn never(&self) -> Result<NoSuchType> {
        unreachable!()
    }
}

fn main() {
    let names: Vec<&str> = bessemer::host::blocks()
        .iter()
        .flat_map(|block| block.methods)
        .map(|method| method.name)
        .collect();
    assert_eq!(names, ["variant", "here"]);
    let _ = Conditional.elsewhere(todo_node());
}

fn todo_node() -> &'static mut Node {
    std::process::exit(0)
}
