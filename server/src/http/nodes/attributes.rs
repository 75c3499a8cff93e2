//! What a client may give of a node, at creation and later: each attribute's type and bounds in one place. All
//! that is wrong is said at once.

use bessemer::host::Object;
use serde_json::Value;
use uuid::Uuid;

use super::super::document::kind;
use super::super::fault::Fault;
use super::super::query::boolean;
use super::names;
use super::view::{secrets, vendor_interface};
use crate::context::Context;
use crate::dispatch::CallError;
use crate::store::NodeRow;

/// Attributes that may be given at any time.
pub(super) const CHANGEABLE: [&str; 10] = [
    "name",
    "driver",
    "driver_info",
    "properties",
    "extra",
    "instance_uuid",
    "resource_class",
    "description",
    "maintenance",
    "vendor_interface",
];

/// Attributes that may be given at creation only.
pub(super) const AT_CREATION: [&str; 2] = ["uuid", "maintenance_reason"];

/// The parts of a driver that Ironic lets a node choose. Ours have one, for vendor methods; Ironic's word for
/// what a node has there is the driver's own name.
pub(in super::super) const INTERFACES: [&str; 13] = [
    "bios",
    "boot",
    "console",
    "deploy",
    "firmware",
    "inspect",
    "management",
    "network",
    "power",
    "raid",
    "rescue",
    "storage",
    "vendor",
];

const DESCRIPTION_CHARS_MAX: usize = 4096;
const RESOURCE_CLASS_CHARS_MAX: usize = 80;
const REASON_CHARS_MAX: usize = 4096;

/// A node while attributes are given to it.
pub(super) struct Draft {
    node: NodeRow,
    faults: Vec<String>,
    /// What was asked for as `vendor_interface`.
    vendor_interface: Option<Box<str>>,
    settings_given: bool,
}

impl Draft {
    /// On top of what is there.
    pub(super) fn of(node: NodeRow) -> Self {
        Self {
            node,
            faults: Vec::new(),
            vendor_interface: None,
            settings_given: false,
        }
    }

    /// The node as it stands now.
    pub(super) fn node(&self) -> &NodeRow {
        &self.node
    }

    /// Notes what is wrong.
    pub(super) fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    /// Gives one attribute its value; `None` and `null` take it away.
    pub(super) fn set(&mut self, attribute: &str, value: Option<Value>) {
        let value = value.filter(|value| !value.is_null());
        if let Err(text) = self.try_set(attribute, value) {
            self.fault(text);
        }
    }

    fn try_set(&mut self, attribute: &str, value: Option<Value>) -> Result<(), String> {
        let node = &mut self.node;
        match attribute {
            "name" => {
                let name = value.map(|value| string(attribute, value, usize::MAX)).transpose()?;
                if let Some(name) = &name {
                    names::check(name).map_err(|wrong| format!("name {name:?} {wrong}"))?;
                }
                node.fields.name = name;
            }
            "driver" => {
                let value = value.ok_or("driver cannot be taken away; every node has one")?;
                node.fields.driver = string(attribute, value, 255)?;
                self.settings_given = true;
            }
            "driver_info" => {
                node.fields.driver_info = object(attribute, value)?;
                self.settings_given = true;
            }
            "properties" => node.fields.properties = object(attribute, value)?,
            "extra" => node.fields.extra = object(attribute, value)?,
            "instance_uuid" => node.instance_uuid = value.map(|value| uuid(attribute, value)).transpose()?,
            "resource_class" => {
                node.resource_class = value
                    .map(|value| string(attribute, value, RESOURCE_CLASS_CHARS_MAX))
                    .transpose()?;
            }
            "description" => {
                node.description = value
                    .map(|value| string(attribute, value, DESCRIPTION_CHARS_MAX))
                    .transpose()?;
            }
            "maintenance" => {
                node.fields.maintenance = flag(attribute, value)?;
                if !node.fields.maintenance {
                    node.maintenance_reason = None;
                }
            }
            "maintenance_reason" => {
                node.maintenance_reason = value
                    .map(|value| string(attribute, value, REASON_CHARS_MAX))
                    .transpose()?;
            }
            "vendor_interface" => {
                self.vendor_interface = value.map(|value| string(attribute, value, 255)).transpose()?;
            }
            _ => return Err(format!("{attribute} cannot be given")),
        }
        Ok(())
    }

    /// The node, if all of it is sound. `stored` is the node as clients saw it.
    ///
    /// # Errors
    /// 400 with everything that is wrong.
    pub(super) fn finish(mut self, context: &Context, stored: Option<&NodeRow>) -> Result<NodeRow, Fault> {
        if !self.faults.is_empty() {
            return Err(Fault::bad_request(self.faults.join("; ")));
        }
        let driver = context.catalogue.driver(&self.node.fields.driver);
        let is_same = stored.is_some_and(|stored| stored.fields.driver == self.node.fields.driver);
        // A node may keep a driver that is not offered any more, but no node gets one.
        if driver.is_none() && !is_same {
            return Err(not_offered(context, &self.node));
        }
        if self.settings_given {
            self.restore_secrets(context, stored);
            if let Some(driver) = driver {
                let info = self.node.fields.driver_info.map();
                // What is missing is refused where the driver needs it.
                let properties = driver.record().properties.iter();
                self.faults
                    .extend(properties.filter_map(|property| property.wrong(info)));
            }
        }
        let has = vendor_interface(context, &self.node.fields.driver);
        if let Some(wanted) = self.vendor_interface.take().filter(|wanted| **wanted != *has) {
            self.faults.push(no_interface("vendor", &wanted, has));
        }
        if self.faults.is_empty() {
            Ok(self.node)
        } else {
            Err(Fault::bad_request(self.faults.join("; ")))
        }
    }

    fn restore_secrets(&mut self, context: &Context, stored: Option<&NodeRow>) {
        let nothing = Object::default();
        // What a client saw was masked by what the node was then.
        let seen_through = secrets(context, &stored.unwrap_or(&self.node).fields.driver);
        let stored = stored.map_or(&nothing, |stored| &stored.fields.driver_info);
        let new = self.node.fields.driver_info.map().clone();
        match seen_through.restored(new, stored.map()) {
            Ok(restored) => {
                if restored != *self.node.fields.driver_info.map() {
                    self.node.fields.driver_info = Object::from(restored);
                }
            }
            Err(paths) => self.faults.extend(paths.into_iter().map(|path| {
                format!(
                    "driver_info{path} is the mask of a secret, but no value is stored for it; give the secret itself"
                )
            })),
        }
    }
}

/// The node in maintenance or out of it; a reason stays no longer than that.
pub(super) fn in_maintenance(node: &NodeRow, on: bool, reason: Option<String>) -> Result<NodeRow, Fault> {
    let mut draft = Draft::of(node.clone());
    draft.set("maintenance", Some(on.into()));
    draft.set("maintenance_reason", reason.map(Value::from));
    if draft.faults.is_empty() {
        Ok(draft.node)
    } else {
        Err(Fault::bad_request(draft.faults.join("; ")))
    }
}

/// 400: Ironic's sentence, then what is offered here.
fn not_offered(context: &Context, node: &NodeRow) -> Fault {
    let driver = &*node.fields.driver;
    let names: Vec<&str> = context.catalogue.iter().map(|(name, _)| name).collect();
    let hint = match crate::config::did_you_mean(driver, names.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if names.is_empty() => "no driver is enabled".into(),
        None => format!("enabled are: {}", names.join(", ")),
    };
    Fault::bad_request(format!(
        "{}; {hint}",
        CallError::DriverNotEnabled { driver: driver.into() }
            .to_string()
            .trim_end_matches('.')
    ))
}

/// An attribute that may change, as [`Draft::set`] takes it.
pub(super) fn value_of(context: &Context, node: &NodeRow, attribute: &str) -> Value {
    let fields = &node.fields;
    match attribute {
        "name" => fields.name.as_deref().into(),
        "driver" => (*fields.driver).into(),
        "vendor_interface" => vendor_interface(context, &fields.driver).into(),
        "driver_info" => fields.driver_info.map().clone().into(),
        "properties" => fields.properties.map().clone().into(),
        "extra" => fields.extra.map().clone().into(),
        "instance_uuid" => node.instance_uuid.map(|id| id.to_string()).into(),
        "resource_class" => node.resource_class.as_deref().into(),
        "description" => node.description.as_deref().into(),
        "maintenance" => fields.maintenance.into(),
        _ => Value::Null,
    }
}

/// A choice of interface that no driver of ours has.
pub(super) fn no_interface(interface: &str, wanted: &str, has: &str) -> String {
    let valid = if has.is_empty() {
        "[]".into()
    } else {
        format!("['{has}']")
    };
    format!(
        "Could not find the following interface in the 'ironic.hardware.interfaces.{interface}' entrypoint: {wanted}. \
         Valid interfaces are {valid}."
    )
}

/// The interface that an attribute such as `power_interface` chooses.
pub(super) fn interface_of(attribute: &str) -> Option<&'static str> {
    let name = attribute.strip_suffix("_interface")?;
    INTERFACES.into_iter().find(|interface| *interface == name)
}

pub(super) fn wrong_kind(attribute: &str, wanted: &str, value: &Value) -> String {
    format!("{attribute} must be {wanted}, not {}", kind(value))
}

fn string(attribute: &str, value: Value, chars_max: usize) -> Result<Box<str>, String> {
    let Value::String(text) = value else {
        return Err(wrong_kind(attribute, "a string", &value));
    };
    let chars = text.chars().count();
    if chars > chars_max {
        return Err(format!(
            "{attribute} has {chars} characters, at most {chars_max} are kept"
        ));
    }
    Ok(text.into())
}

fn object(attribute: &str, value: Option<Value>) -> Result<Object, String> {
    match value {
        None => Ok(Object::default()),
        Some(Value::Object(map)) => Ok(Object::from(map)),
        Some(other) => Err(wrong_kind(attribute, "an object", &other)),
    }
}

/// A uuid as clients may write it: also in upper case or without hyphens.
pub(super) fn uuid(attribute: &str, value: Value) -> Result<Uuid, String> {
    let Value::String(text) = value else {
        return Err(wrong_kind(attribute, "a uuid", &value));
    };
    Uuid::try_parse(&text).map_err(|_| format!("{attribute} {text:?} is not a uuid"))
}

fn flag(attribute: &str, value: Option<Value>) -> Result<bool, String> {
    match value {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(value),
        Some(Value::String(text)) => {
            boolean(&text).ok_or_else(|| format!("{attribute} {text:?} is not a boolean; give true or false"))
        }
        Some(other) => Err(wrong_kind(attribute, "a boolean", &other)),
    }
}
