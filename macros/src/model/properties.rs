//! From a struct to its properties: for each field its key, its type, and what is said of it.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Fields, Ident, ItemStruct, Path, Token, Type};

use super::{conditions, description};
use crate::attr::{Given, PropertyOptions};
use crate::errors::Errors;
use crate::signature;

/// A struct of properties.
pub(crate) struct PropertiesStruct {
    /// The struct as the compiler shall see it: without our attributes.
    pub(crate) item: ItemStruct,
    /// `#[cfg]`s of the whole struct.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) properties: Vec<Property>,
    /// Where `Debug` is derived.
    pub(crate) debug: Option<Span>,
}

/// One of its fields.
pub(crate) struct Property {
    pub(crate) field: Ident,
    /// The key in `driver_info`, and where it is written.
    pub(crate) name: Given<String>,
    pub(crate) description: TokenStream,
    pub(crate) is_documented: bool,
    pub(crate) ty: Type,
    pub(crate) default: Option<Expr>,
    pub(crate) secret: bool,
    /// The conditions under which it exists, as of `cfg(…)`.
    pub(crate) conditions: Vec<TokenStream>,
}

impl PropertiesStruct {
    /// Reads the attributes of the struct's fields and takes ours away. `None` if its fields have no names.
    pub(crate) fn new(mut item: ItemStruct, errors: &mut Errors) -> Option<Self> {
        let Fields::Named(fields) = &mut item.fields else {
            return None;
        };
        let mut properties = Vec::new();
        for field in &mut fields.named {
            let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(&mut field.attrs).into_iter().partition(is_property);
            field.attrs = others;
            let mut ours = ours.iter();
            let options = ours
                .next()
                .map(|attribute| PropertyOptions::read(attribute, errors))
                .unwrap_or_default();
            for second in ours {
                errors.on(second, "a field has one `#[property(…)]`: write all options in it");
            }
            let ident = field.ident.clone()?;
            let ty = field.ty.clone();
            if signature::borrows(&ty) {
                field.ty = Type::Verbatim(signature::with_lifetimes_static(&ty));
            }
            properties.push(Property {
                name: match options.name {
                    Some(text) => Given {
                        value: text.value(),
                        span: text.span(),
                    },
                    None => Given {
                        value: ident.unraw().to_string(),
                        span: ident.span(),
                    },
                },
                description: description(&field.attrs),
                is_documented: field.attrs.iter().any(|attribute| attribute.path().is_ident("doc")),
                ty,
                default: options.default,
                secret: options.secret.is_some_and(|given| given.value),
                conditions: conditions(&field.attrs, None),
                field: ident,
            });
        }
        Some(Self {
            cfgs: item
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("cfg"))
                .cloned()
                .collect(),
            debug: derived_debug(&item.attrs),
            item,
            properties,
        })
    }
}

fn is_property(attribute: &Attribute) -> bool {
    attribute.path().is_ident("property")
}

/// Where the author derives `Debug`, if so. A derive above ours has run already and is not seen here.
fn derived_debug(attrs: &[Attribute]) -> Option<Span> {
    attrs
        .iter()
        .filter(|attribute| signature::is(attribute, "derive"))
        // A mistake in here is the compiler's to report.
        .filter_map(|attribute| {
            attribute
                .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
                .ok()
        })
        .flatten()
        .find_map(|path| {
            let last = path.segments.last()?;
            (last.ident == "Debug").then(|| last.ident.span())
        })
}
