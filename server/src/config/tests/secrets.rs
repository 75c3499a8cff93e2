//! What must not be shown, wherever it is written.

use super::*;
use crate::config::kind::{Given, Misfit};
use crate::config::mask::{hide, without_passwords};
use crate::config::options::{Opt, Secrecy, text};
use crate::config::{Origin, Origins};

#[test]
fn secrets_are_overwritten_in_place() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let hidden = hide(text);
        assert_eq!(hidden, expected);
        assert_eq!(hidden.len(), text.len());
    }
    check("password = \"a\\\"b\" # c", "password = ****** # c");
    check(
        "bmc = { user = 'x', password = 'y', port = 1 }",
        "bmc = { user = 'x', password = ***, port = 1 }",
    );
    check("\"api-key\" = 'k'\nport = 1", "\"api-key\" = ***\nport = 1");
    check("secret = \"\"\"a\nb\"\"\"\nport = 1", "secret = ****\n****\nport = 1");
    check("tokens = ['a',\n 'b']\nport = 1", "tokens = *****\n*****\nport = 1");
    check("password = \"open\nport = 1", "password = *****\nport = 1");
    check("Admin_Password='ü'", "Admin_Password=****");
    check("password = 123, port = 1", "password = ***, port = 1");
    check("x = \"pg://u:p/w@d:x@h/b\" # y", "x = \"pg://u:*******@h/b\" # y");
    check("x = 'http://host:80/path'", "x = 'http://host:80/path'");
    check("password", "password");
    check("max_limit = 1", "max_limit = 1");
    check("", "");
}

#[test]
fn password_of_a_url_is_masked_without_its_length() {
    assert_eq!(
        without_passwords("pg://u:p@h, pg://u:longer@h"),
        "pg://u:******@h, pg://u:******@h"
    );
}

#[test]
fn show_masks_what_a_driver_keeps_secret() {
    let shown = config(
        "[drivers.acme]\npassword = 'geheim'\nbmcs = [{ token = 'geheim' }]\nsecrets = { a = 'geheim', b = [1] }\nurl = 'https://u:geheim@h'\n",
    )
    .show(Origins::Left);
    assert!(!shown.contains("geheim"), "{shown}");
    assert!(
        shown.ends_with(
            r#"
[drivers.acme]
bmcs = [{ token = "******" }]
password = "******"
secrets.a = "******"
secrets.b = ["******"]
url = "https://u:******@h"
"#
        ),
        "{shown}"
    );
}

/// No option of this version is a secret; the promise is kept by one made for the test.
#[test]
fn secret_option_is_shown_nowhere() {
    static SECRET: Opt = Opt {
        secrecy: Secrecy::Secret,
        ..Opt::new(
            "x",
            text("short", |_, text| {
                if text.len() < 9 {
                    Ok(())
                } else {
                    Err(Misfit::new("too long"))
                }
            }),
            "\"\"",
        )
    };
    let mut draft = Draft::default();
    let mut layer = draft.layer();
    for value in ["geheim", "sehr geheim"] {
        let origin = Origin::flag("--x", value);
        layer.take(&SECRET, "x", Given::Text(value), &origin, origin.clone());
    }
    layer.finish();
    assert_eq!(draft.settings[0].value, "\"******\"");
    let told = draft.faults.render(Colour::Plain);
    assert_eq!(
        told,
        "error: x must be short\n |\n | --x ***********\n |     ^^^^^^^^^^^ too long"
    );
}
