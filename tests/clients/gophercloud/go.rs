//! Go's `encoding/json`, as far as it decides whether an answer can be taken apart: a member that a struct has must be of
//! the field's type or null; one that is missing leaves the field as it is, one that the struct has not is skipped.

use serde_json::Value;

/// A type of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Go {
    /// `string`
    Text,
    /// `bool`
    Flag,
    /// `time.Time`, which reads RFC 3339
    Time,
    /// `map[string]any`
    Map,
    /// `[]any`
    List,
    /// `[]string`
    Texts,
    /// `[]Link`, each with two texts
    Links,
    /// a struct of these fields
    Struct(&'static [(&'static str, Go)]),
}

use Go::{Flag, Links, List, Map, Struct, Text, Texts, Time};

/// `nodes.Node`
pub(super) const NODE: Go = Struct(&[
    ("uuid", Text),
    ("name", Text),
    ("power_state", Text),
    ("target_power_state", Text),
    ("provision_state", Text),
    ("target_provision_state", Text),
    ("maintenance", Flag),
    ("maintenance_reason", Text),
    ("fault", Text),
    ("health", Text),
    ("last_error", Text),
    ("reservation", Text),
    ("driver", Text),
    ("driver_info", Map),
    ("driver_internal_info", Map),
    ("properties", Map),
    ("instance_info", Map),
    ("instance_uuid", Text),
    ("chassis_uuid", Text),
    ("extra", Map),
    ("console_enabled", Flag),
    ("raid_config", Map),
    ("target_raid_config", Map),
    ("clean_step", Map),
    ("deploy_step", Map),
    ("links", Links),
    ("ports", Links),
    ("portgroups", Links),
    ("states", Links),
    ("resource_class", Text),
    ("bios_interface", Text),
    ("boot_interface", Text),
    ("console_interface", Text),
    ("deploy_interface", Text),
    ("inspect_interface", Text),
    ("management_interface", Text),
    ("network_interface", Text),
    ("power_interface", Text),
    ("raid_interface", Text),
    ("rescue_interface", Text),
    ("storage_interface", Text),
    ("traits", Texts),
    ("vendor_interface", Text),
    ("volume", Links),
    ("conductor_group", Text),
    ("parent_node", Text),
    ("protected", Flag),
    ("protected_reason", Text),
    ("owner", Text),
    ("lessee", Text),
    ("shard", Text),
    ("description", Text),
    ("conductor", Text),
    ("allocation_uuid", Text),
    ("retired", Flag),
    ("retired_reason", Text),
    ("network_data", Map),
    ("automated_clean", Flag),
    ("service_step", Map),
    ("firmware_interface", Text),
    ("provision_updated_at", Time),
    ("inspection_started_at", Time),
    ("inspection_finished_at", Time),
    ("created_at", Time),
    ("updated_at", Time),
    ("disable_power_off", Flag),
]);

/// `nodes.DriverValidation`
const VALIDATION: Go = Struct(&[("result", Flag), ("reason", Text)]);

/// `nodes.NodeValidation`, which knows nothing of the vendor interface
pub(super) const NODE_VALIDATION: Go = Struct(&[
    ("bios", VALIDATION),
    ("boot", VALIDATION),
    ("console", VALIDATION),
    ("deploy", VALIDATION),
    ("firmware", VALIDATION),
    ("inspect", VALIDATION),
    ("management", VALIDATION),
    ("network", VALIDATION),
    ("power", VALIDATION),
    ("raid", VALIDATION),
    ("rescue", VALIDATION),
    ("storage", VALIDATION),
]);

/// `drivers.Driver`
pub(super) const DRIVER: Go = Struct(&[
    ("name", Text),
    ("hosts", Texts),
    ("type", Text),
    ("default_bios_interface", Text),
    ("default_boot_interface", Text),
    ("default_console_interface", Text),
    ("default_deploy_interface", Text),
    ("default_firmware_interface", Text),
    ("default_inspect_interface", Text),
    ("default_management_interface", Text),
    ("default_network_interface", Text),
    ("default_power_interface", Text),
    ("default_raid_interface", Text),
    ("default_rescue_interface", Text),
    ("default_storage_interface", Text),
    ("default_vendor_interface", Text),
    ("enabled_bios_interfaces", Texts),
    ("enabled_boot_interfaces", Texts),
    ("enabled_console_interfaces", Texts),
    ("enabled_deploy_interfaces", Texts),
    ("enabled_firmware_interfaces", Texts),
    ("enabled_inspect_interfaces", Texts),
    ("enabled_management_interfaces", Texts),
    ("enabled_network_interfaces", Texts),
    ("enabled_power_interfaces", Texts),
    ("enabled_rescue_interfaces", Texts),
    ("enabled_raid_interfaces", Texts),
    ("enabled_storage_interfaces", Texts),
    ("enabled_vendor_interfaces", Texts),
    ("links", List),
    ("properties", List),
]);

/// `nodes.VendorPassthruMethod`; the one of drivers is the same without the lock
pub(super) const METHOD: Go = Struct(&[
    ("http_methods", Texts),
    ("async", Flag),
    ("description", Text),
    ("attach", Flag),
    ("require_exclusive_lock", Flag),
]);

/// `conductors.Conductor`
pub(super) const CONDUCTOR: Go = Struct(&[
    ("alive", Flag),
    ("hostname", Text),
    ("drivers", Texts),
    ("conductor_group", Text),
    ("created_at", Time),
    ("updated_at", Time),
]);

const LINK: Go = Struct(&[("href", Text), ("rel", Text)]);

impl Go {
    /// Where a document cannot be taken apart into this type.
    fn misfits(self, document: &Value, at: &str) -> Vec<String> {
        let each = |list: &[Value], of: Self| -> Vec<String> {
            let items = list.iter().enumerate();
            items
                .flat_map(|(index, item)| of.misfits(item, &format!("{at}[{index}]")))
                .collect()
        };
        match (self, document) {
            (_, Value::Null)
            | (Text, Value::String(_))
            | (Flag, Value::Bool(_))
            | (Map, Value::Object(_))
            | (List, Value::Array(_)) => vec![],
            (Time, Value::String(text)) if is_rfc3339(text) => vec![],
            (Texts, Value::Array(list)) => each(list, Text),
            (Links, Value::Array(list)) => each(list, LINK),
            (Struct(fields), Value::Object(members)) => {
                let there = fields
                    .iter()
                    .filter_map(|(name, go)| Some((name, go, members.get(*name)?)));
                there
                    .flat_map(|(name, go, value)| go.misfits(value, &format!("{at}.{name}")))
                    .collect()
            }
            _ => vec![format!("{at} is no {self:?}: {document}")],
        }
    }

    /// Takes a document apart.
    #[track_caller]
    pub(super) fn takes(self, document: &Value) {
        let misfits = self.misfits(document, "$");
        assert!(misfits.is_empty(), "{}\nin {document:#}", misfits.join("\n"));
    }

    /// Takes each document of a list apart.
    #[track_caller]
    pub(super) fn takes_each(self, list: &Value) {
        let list = list.as_array().unwrap_or_else(|| panic!("no list: {list:#}"));
        assert!(!list.is_empty(), "there is nothing to take apart");
        list.iter().for_each(|document| self.takes(document));
    }
}

/// `2006-01-02T15:04:05Z07:00`, with any fraction of the second.
fn is_rfc3339(text: &str) -> bool {
    let fits = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                _ => byte == form,
            })
    };
    let Some((moment, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    fits(moment, "0000-00-00T00:00:00") && (zone == "Z" || fits(zone, "+00:00") || fits(zone, "-00:00"))
}

#[test]
fn what_go_cannot_take_apart_is_found() {
    use serde_json::json;

    let found = |go: Go, document: Value| go.misfits(&document, "$").len();
    for (go, right, wrong) in [
        (Text, json!("x"), json!(1)),
        (Flag, json!(true), json!("true")),
        (Map, json!({}), json!([])),
        (List, json!([1, {}]), json!({})),
        (Texts, json!(["x", null]), json!(["x", 1])),
        (Links, json!([{"href": "x", "rel": "self"}]), json!([{"href": 1}])),
        (VALIDATION, json!({"result": null, "more": 1}), json!({"result": "no"})),
    ] {
        assert_eq!(
            (found(go, right), found(go, Value::Null), found(go, wrong)),
            (0, 0, 1),
            "{go:?}"
        );
    }
    for right in [
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.123456+00:00",
        "2026-11-22T10:00:00-07:30",
    ] {
        assert!(is_rfc3339(right), "{right}");
    }
    for wrong in [
        "",
        "2026-11-22",
        "2026-11-22 10:00:00+00:00",
        "2026-11-22T10:00:00",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00+0000",
        "Sun, 22 Nov 2026 10:00:00 GMT",
    ] {
        assert!(!is_rfc3339(wrong), "{wrong}");
    }
}
