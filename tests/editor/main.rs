//! What an author sees in an editor: rust-analyzer is started over the workspace, as an editor starts it, and a driver
//! is typed in it. Whole code is not underlined anywhere. Half a method costs nothing else: every other method is found
//! from outside, every argument from its method's body, and what is underlined stands where something is missing.
//!
//! The driver is `driver.rs`, the library of this package. Its file stays as it is: the forms below take the place of
//! its method `typed` only in the editor. The suite needs rust-analyzer and the standard library's source, which
//! `tests/run --long` brings. With others:
//!
//! ```text
//! rustup component add rust-analyzer rust-src
//! RUST_ANALYZER=rust-analyzer cargo test -p bessemer-editor --features long
//! ```

mod document;
mod editor;
mod session;
mod words;

use document::At;
use editor::{Editor, root};

#[test]
fn whole_code_is_not_underlined() {
    let mut editor = Editor::get();
    let underlined = editor.underlined();
    assert!(underlined.is_empty(), "{underlined:#?}");
    let fake = root().join("drivers/fake/src");
    for file in std::fs::read_dir(fake).expect("the fake driver is there") {
        let path = file.expect("it can be read").path();
        let underlined = editor.underlined_in(path.clone());
        assert!(underlined.is_empty(), "{}: {underlined:#?}", path.display());
    }
}

#[test]
fn words_of_whole_code_are_found() {
    Editor::get().finds_all_words();
}

#[test]
fn a_method_is_shown_as_it_is_written() {
    let mut editor = Editor::get();
    let count = editor.hover(At("acme.count(", "count"));
    assert!(
        count.contains("async fn count(&self, shared: &Node, kind: String) -> Result<usize>"),
        "{count}"
    );
    assert!(count.contains("Counts the slots."), "{count}");
    let kind = editor.hover(At("kind.len()", "kind"));
    assert!(kind.contains("kind: String"), "{kind}");
}

/// The method with this body.
fn body(text: &str) -> String {
    signature(&format!(
        "async fn typed(&self, node: &mut Node, state: String) -> Result<()> {{\n        {text}\n    }}"
    ))
}

/// The method with these attributes.
fn attributes(text: &str) -> String {
    format!(
        "    {text}\n    async fn typed(&self, node: &mut Node, state: String) -> Result<()> {{\n        Ok(())\n    }}"
    )
}

/// An attribute, and this instead of the function below it.
fn signature(text: &str) -> String {
    format!("    #[passthru(http = \"POST\", async)]\n    {text}")
}

#[test]
fn a_half_typed_body_costs_nothing_else() {
    Editor::get().costs_nothing_else([
        body("node."),
        body("let info = node.\n        Ok(())"),
        body("node.properties_mut().insert(state,\n        Ok(())"),
        body("if state.is\n        Ok(())"),
        body("match state {\n            _ =>\n        }"),
        body("let state = ;\n        Ok(())"),
        body("pub\n        Ok(())"),
        body("@\n        Ok(())"),
    ]);
}

#[test]
fn a_half_typed_attribute_costs_nothing_else() {
    Editor::get().costs_nothing_else([
        attributes("#[]"),
        attributes("#[pass]"),
        attributes("#[passthru = ]"),
        attributes("#[passthru()]"),
        attributes("#[passthru(ht)]"),
        attributes("#[passthru(http = )]"),
        attributes("#[passthru(http = \"\")]"),
        attributes("#[passthru(http = \"GET\", )]"),
        attributes("#[passthru(http = \"GET\", require_)]"),
        // Where the editor does not close what one opens.
        attributes("#[passthru(http = \"GET\", "),
        attributes("#[passthru("),
        attributes("#[pass"),
    ]);
}

/// The next method's attribute is the second one then, and underlined.
#[test]
fn an_attribute_before_its_method_costs_no_other() {
    Editor::get().loses_nothing([signature("")]);
}

#[test]
fn a_half_typed_signature_costs_nothing_else() {
    let rest = "-> Result<()> {\n        Ok(())\n    }";
    Editor::get().costs_nothing_else([
        signature("asy"),
        signature("async"),
        signature("async fn"),
        signature("async fn typed"),
        signature("async fn typed()"),
        signature("async fn typed(&self, node: &mut No"),
        signature("async fn typed(&self, node: &mut No)"),
        signature(&format!("async fn typed(&self, node: &mut No {rest}")),
        signature(&format!("async fn typed(&self, node: &mut No) {rest}")),
        signature(&format!("async fn typed(&self, node: &mut Node, sta) {rest}")),
        signature(&format!("async fn typed(&self, node: &mut Node, state: ) {rest}")),
        signature(&format!(
            "async fn typed(&self, node: &mut Node, #[arg] state: String) {rest}"
        )),
        signature(&format!(
            "async fn typed(&self, node: &mut Node, #[arg(default = )] state: String) {rest}"
        )),
        signature("async fn typed(&self, node: &mut Node) ->"),
        signature("async fn typed(&self, node: &mut Node) -> Res"),
        signature("async fn typed(&self, node: &mut Node) -> {\n        Ok(())\n    }"),
        signature("async fn typed(&self, node: &mut Node) -> Result<\n    {\n        Ok(())\n    }"),
    ]);
}

#[test]
fn half_of_another_member_costs_nothing_else() {
    let forms = ["pub", "pub fn", "typed", "const", "type", "/// Documentation."];
    Editor::get().costs_nothing_else(forms.map(|form| format!("    {form}")));
}

#[test]
fn an_open_brace_costs_nothing_above() {
    Editor::get().loses_nothing_above([
        body("if state.is_empty() {\n            node."),
        body("if state.is_empty() {\n        Ok(())"),
        body("Ok(())\n        }"),
    ]);
}

#[test]
fn a_mistake_is_underlined_alone() {
    Editor::get().is_told([
        (
            attributes("#[passthru(http = \"POST\", asnyc)]"),
            "unknown option `asnyc` of `#[passthru]`, did you mean `async`?",
        ),
        (
            attributes("#[passthru(http = \"PSOT\")]"),
            "unknown HTTP method `PSOT`, did you mean `POST`?",
        ),
        (
            signature("async fn typed(&self, node: &mut Node) {}"),
            "a vendor method returns a `Result`: write `-> Result<T>` for a value, `-> Result<()>` for none",
        ),
        (
            signature("async fn typed(&self, node: &mut Node, sta) -> Result<()> {\n        Ok(())\n    }"),
            "Syntax Error: missing type for function parameter",
        ),
        (
            signature("async fn typed(&self, node: &mut Node) -> Result<()>"),
            "Syntax Error: expected a block",
        ),
    ]);
}

#[test]
fn a_half_typed_method_is_found() {
    Editor::get().is_found([
        body("node."),
        body("let state = ;\n        Ok(())"),
        body("@"),
        attributes("#[passthru(http = )]"),
        attributes("#[passthru(http = \"GET\", "),
        signature("async fn typed(&self, node: &mut No"),
        signature("async fn typed(&self, node: &mut Node, sta) -> Result<()> {\n        Ok(())\n    }"),
        signature("async fn typed(&self, node: &mut Node) -> {\n        Ok(())\n    }"),
        signature("async fn typed(&self, node: &mut Node) -> Result<()>"),
    ]);
}

#[test]
fn a_half_typed_method_is_completed() {
    let mut editor = Editor::get();
    let of_the_node = ["set_power_state", "properties_mut", "power_state", "info"];
    editor.is_offered(
        &of_the_node,
        [
            body("node.§"),
            body("let info = node.§\n        Ok(())"),
            body("if state == node.§ {\n        Ok(())"),
            body("@\n        node.§\n        Ok(())"),
            body("let info = ;\n        node.§\n        Ok(())"),
            attributes("#[passthru(http = \"POST\", asnyc)]").replace("Ok(())", "node.§"),
            signature("async fn typed(&self, node: &mut Node) {\n        node.§\n    }"),
            signature("async fn typed(&self, node: &mut Node, sta) -> Result<()> {\n        node.§\n    }"),
        ],
    );
    editor.is_offered(
        &["set", "count", "power", "image", "racks"],
        [body("self.§\n        Ok(())")],
    );
    editor.is_offered(&["state", "node", "self"], [body("st§")]);
    editor.is_offered(
        &["Node", "Call", "Boot"],
        [
            signature("async fn typed(&self, node: &mut No§"),
            signature("async fn typed(&self, node: &mut No§)"),
            signature("async fn typed(&self, node: &mut Node, how: §) -> Result<()> {\n        Ok(())\n    }"),
            signature("async fn typed(&self, node: &mut Node) -> §"),
        ],
    );
    editor.is_offered(&["async", "fn", "pub"], [signature("§"), "    a§".into()]);
}
