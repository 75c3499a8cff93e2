//! Methods that exist only here or there, and an attribute that does.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Conditional;

#[driver(name = "conditional")]
impl Conditional {
    #[cfg(target_os = "linux")]
    #[start]
    async fn start(&self) -> Result<()> {
        Ok(())
    }

    #[cfg_attr(not(target_os = "linux"), start)]
    async fn start_elsewhere(&self) -> Result<()> {
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    #[stop]
    async fn stop(&self) -> Result<NoSuchType> {}

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

    #[cfg_attr(target_os = "linux", doc = "Here.", passthru(http = "GET"), allow(dead_code))]
    #[cfg(not(target_os = "none"))]
    async fn here(&self, _node: &mut Node, #[arg(default = 3)] n: u8) -> Result<u8> {
        Ok(n)
    }
}

/// The condition may stand on either side of the attribute.
#[cfg(target_os = "none")]
#[driver(name = "absent")]
impl Absent {
    #[start]
    async fn start(&self) -> Result<NoSuchType> {}
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
    let [block] = bessemer::host::blocks() else {
        panic!("one block is here")
    };
    let driver = block.driver.unwrap();
    assert!(driver.start.is_some() && driver.stop.is_none());
    let names: Vec<&str> = block.methods.iter().map(|method| method.name).collect();
    assert_eq!(names, ["variant", "here"]);
    let _ = (Conditional::elsewhere, Conditional::start_elsewhere);
}
