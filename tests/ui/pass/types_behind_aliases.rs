//! What the macro reads from words must also be found behind other words.

use bessemer::{Call, Node as Machine, Result as Fallible, Verb as HttpMethod, driver};

type Shared<'a> = &'a Machine;
type Exclusive<'a> = &'a mut Machine;
type Nothing = Fallible<()>;
type Text = Option<String>;

struct Own;

impl From<Own> for bessemer::Error {
    fn from(_: Own) -> Self {
        Self::internal("own")
    }
}

#[derive(Default)]
struct Aliases;

#[driver(name = "aliases")]
impl Aliases {
    #[passthru(http = "POST", async)]
    async fn exclusive(&self, machine: Exclusive<'_>, call: &Call, text: Text) -> Nothing {
        machine.set_power_state(text.as_deref());
        call.log("done");
        Ok(())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn shared<'a, 'b>(&'a self, _machine: Shared<'b>, #[arg(default = 3)] tries: u8) -> Result<u8, Own> {
        if tries == 0 { Err(Own) } else { Ok(tries) }
    }

    #[passthru(http = "POST", require_exclusive_lock = true)]
    async fn borrowed(&self, _machine: &mut Machine) -> Result<HttpText, Own> {
        Ok(HttpText(HttpMethod::Get.to_string()))
    }
}

#[bessemer::model]
struct HttpText(String);

fn main() {}
