/// Racks of machines.
impl Rack {
    const TRIES: u8 = 3;
    #[cfg(feature = "network")]
    async fn connect(&self) -> Result<(), NetworkError> {
        Ok(())
    }
    async fn disconnect(&self) -> Result<()> {
        Ok(())
    }
    #[cfg(feature = "network")]
    fn validate_network(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }
    #[cfg(not(feature = "network"))]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }
    /// Boots a machine.
    async fn boot(
        &self,
        node: &mut Node,
        call: &Call,
        verb: Verb,
        boot: Boot,
    ) -> Result<()> {
        Ok(())
    }
    fn upload(&self, node: &Node, body: RawBody) -> Result<usize> {
        Ok(body.bytes.len())
    }
    /// Blinks.
    #[deprecated(since = "2.0", note = "use light")]
    fn blink(
        &self,
        node: &mut Node,
        tries: u8,
        color: String,
        note: Option<String>,
    ) -> Result<Value> {
        Ok(Value::Null)
    }
    fn state(&self, node: NodeSnapshot, call: &Call) -> Result<State> {
        Ok(State::default())
    }
    /// The firmware there is.
    async fn firmware(
        &self,
        call: &Call,
        verb: Verb,
        limit: Option<u32>,
    ) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
    #[deprecated]
    fn remove_old(&self) -> Result<()> {
        Ok(())
    }
}
const _: () = {
    use ::bessemer::__private as __bessemer;
    impl __bessemer::IsDriver for Rack {
        const TYPE: __bessemer::DriverType<Self> = __bessemer::driver::<Rack>();
    }
    #[allow(
        clippy::all,
        clippy::nursery,
        clippy::pedantic,
        dead_code,
        deprecated,
        non_snake_case,
        non_upper_case_globals,
        unused_qualifications
    )]
    impl Rack {
        fn passthru_method_named_boot_is_defined_twice() {}
        const METHOD_boot_59015dde: __bessemer::Method = __bessemer::Method {
            name: "boot",
            description: "Boots a machine.",
            verbs: &[__bessemer::Verb::Put],
            is_async: true,
            attach: __bessemer::returns_nothing::<Result<()>>().attach,
            timeout: ::core::option::Option::Some(
                ::core::time::Duration::from_millis(1800000u64),
            ),
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Body(__bessemer::body::<Boot>("from where")),
            decode: &(__bessemer::verb(), __bessemer::taken_whole::<Boot>()),
            result: __bessemer::returns_nothing::<Result<()>>().schema,
            entry: __bessemer::Entry::Exclusive(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns_nothing::<Result<()>>(),
                        &__bessemer::authored::<
                            __bessemer::Exclusive,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (__bessemer::Verb, Boot),
                        >(Self::boot),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
        fn passthru_method_named_upload_is_defined_twice() {}
        const METHOD_upload_59015dde: __bessemer::Method = __bessemer::Method {
            name: "upload",
            description: "",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<usize>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Body(__bessemer::body::<RawBody>("")),
            decode: &(__bessemer::taken_whole::<RawBody>(),),
            result: __bessemer::returns::<Result<usize>>().schema,
            entry: __bessemer::Entry::Shared(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns::<Result<usize>>(),
                        &__bessemer::authored::<
                            __bessemer::Shared,
                            Self,
                            _,
                            __bessemer::WithNode,
                            (RawBody,),
                        >(Self::upload),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
        fn default_0_blink_59015dde() -> u8 {
            Self::TRIES
        }
        fn default_1_blink_59015dde() -> String {
            ::core::convert::Into::into("green")
        }
        fn passthru_method_named_blink_is_defined_twice() {}
        const METHOD_blink_59015dde: __bessemer::Method = __bessemer::Method {
            name: "blink",
            description: "Blinks.",
            verbs: &[__bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<Value>>().attach,
            timeout: ::core::option::Option::Some(
                ::core::time::Duration::from_millis(1500u64),
            ),
            deprecated: ::core::option::Option::Some(__bessemer::Deprecation {
                since: ::core::option::Option::Some("2.0"),
                note: ::core::option::Option::Some("use light"),
            }),
            takes: __bessemer::Takes::Named(
                &[
                    __bessemer::argument::<
                        u8,
                    >(
                        "tries",
                        "",
                        ::core::option::Option::Some(|| __bessemer::default_json::<
                            u8,
                        >(&Self::default_0_blink_59015dde())),
                    ),
                    __bessemer::argument::<
                        String,
                    >(
                        "color",
                        "",
                        ::core::option::Option::Some(|| __bessemer::default_json::<
                            String,
                        >(&Self::default_1_blink_59015dde())),
                    ),
                    __bessemer::argument::<
                        Option<String>,
                    >("note", "", ::core::option::Option::None),
                ],
            ),
            decode: &(
                __bessemer::taken::<u8>(0usize).or(Self::default_0_blink_59015dde),
                __bessemer::taken::<String>(1usize).or(Self::default_1_blink_59015dde),
                __bessemer::taken::<Option<String>>(2usize),
            ),
            result: __bessemer::returns::<Result<Value>>().schema,
            entry: __bessemer::Entry::Exclusive(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns::<Result<Value>>(),
                        &__bessemer::authored::<
                            __bessemer::Exclusive,
                            Self,
                            _,
                            __bessemer::WithNode,
                            (u8, String, Option<String>),
                        >(Self::blink),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
        fn passthru_method_named_state_is_defined_twice() {}
        const METHOD_state_59015dde: __bessemer::Method = __bessemer::Method {
            name: "state",
            description: "",
            verbs: &[__bessemer::Verb::Get],
            is_async: false,
            attach: __bessemer::returns::<Result<State>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns::<Result<State>>().schema,
            entry: __bessemer::Entry::Snapshot(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns::<Result<State>>(),
                        &__bessemer::authored::<
                            __bessemer::NodeSnapshot,
                            Self,
                            _,
                            __bessemer::WithNodeAndCall,
                            (),
                        >(Self::state),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
        fn driver_passthru_method_named_firmware_is_defined_twice() {}
        const METHOD_firmware_59015dde: __bessemer::Method = __bessemer::Method {
            name: "firmware",
            description: "The firmware there is.",
            verbs: &[__bessemer::Verb::Get, __bessemer::Verb::Post],
            is_async: false,
            attach: __bessemer::returns::<Result<Vec<String>>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::None,
            takes: __bessemer::Takes::Named(
                &[
                    __bessemer::argument::<
                        Option<u32>,
                    >("limit", "", ::core::option::Option::None),
                ],
            ),
            decode: &(__bessemer::verb(), __bessemer::taken::<Option<u32>>(0usize)),
            result: __bessemer::returns::<Result<Vec<String>>>().schema,
            entry: __bessemer::Entry::Driver(
                __bessemer::Start::Async(
                    &__bessemer::asynchronous(
                        __bessemer::returns::<Result<Vec<String>>>(),
                        &__bessemer::authored::<
                            (),
                            Self,
                            _,
                            __bessemer::WithCall,
                            (__bessemer::Verb, Option<u32>),
                        >(Self::firmware),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
        fn driver_passthru_method_named_old_dash_firmware_is_defined_twice() {}
        const METHOD_remove_old_59015dde: __bessemer::Method = __bessemer::Method {
            name: "old-firmware",
            description: "",
            verbs: &[__bessemer::Verb::Delete],
            is_async: false,
            attach: __bessemer::returns::<Result<()>>().attach,
            timeout: ::core::option::Option::None,
            deprecated: ::core::option::Option::Some(__bessemer::Deprecation {
                since: ::core::option::Option::None,
                note: ::core::option::Option::None,
            }),
            takes: __bessemer::Takes::Named(&[]),
            decode: &(),
            result: __bessemer::returns::<Result<()>>().schema,
            entry: __bessemer::Entry::Driver(
                __bessemer::Start::Blocking(
                    &__bessemer::blocking(
                        __bessemer::returns::<Result<()>>(),
                        &__bessemer::authored::<
                            (),
                            Self,
                            _,
                            __bessemer::WithNothing,
                            (),
                        >(Self::remove_old),
                    ),
                ),
            ),
            place: __bessemer::Place {
                line: 0u32,
                ..PLACE_59015dde
            },
        };
    }
    const _: () = ::core::assert!(
        ! < Rack > ::METHOD_remove_old_59015dde.attach,
        "`attach = false` is written, but the method returns an `Attachment`"
    );
    const PLACE_59015dde: __bessemer::Place = __bessemer::Place {
        crate_name: match ::core::option_env!("CARGO_PKG_NAME") {
            ::core::option::Option::Some(name) => name,
            ::core::option::Option::None => "",
        },
        crate_version: match ::core::option_env!("CARGO_PKG_VERSION") {
            ::core::option::Option::Some(version) => version,
            ::core::option::Option::None => "",
        },
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: 0u32,
    };
    #[__bessemer::distributed_slice(__bessemer::BLOCKS)]
    #[linkme(crate = __bessemer::linkme)]
    static BLOCK_59015dde: __bessemer::Block = __bessemer::Block {
        target: ::core::any::TypeId::of::<Rack>,
        type_name: ::core::any::type_name::<Rack>,
        driver: ::core::option::Option::Some(
            &__bessemer::Driver {
                name: "rack",
                aliases: &["shelf", "drawer"],
                description: "Racks of machines.",
                config: ::core::option::Option::None,
                build: __bessemer::build_default::<Rack>,
                #[cfg(all(feature = "network"))]
                start: ::core::option::Option::Some(|instance| {
                    let driver = (__bessemer::driver::<Rack>().of)(&instance);
                    __bessemer::boxed(async move {
                        __bessemer::hook::<
                            Result<(), NetworkError>,
                        >(<Rack>::connect(&driver).await)
                    })
                }),
                #[cfg(not(any(all(feature = "network"))))]
                start: ::core::option::Option::None,
                stop: ::core::option::Option::Some(|instance| {
                    let driver = (__bessemer::driver::<Rack>().of)(&instance);
                    __bessemer::boxed(async move {
                        __bessemer::hook::<Result<()>>(<Rack>::disconnect(&driver).await)
                    })
                }),
                #[cfg(all(feature = "network"))]
                validate: ::core::option::Option::Some(|instance, node| {
                    let driver = (__bessemer::driver::<Rack>().of)(instance);
                    __bessemer::hook::<
                        Result<()>,
                    >(<Rack>::validate_network(&driver, node))
                }),
                #[cfg(all(not(feature = "network")))]
                validate: ::core::option::Option::Some(|instance, node| {
                    let driver = (__bessemer::driver::<Rack>().of)(instance);
                    __bessemer::hook::<Result<()>>(<Rack>::validate(&driver, node))
                }),
                #[cfg(not(any(all(feature = "network"), all(not(feature = "network")))))]
                validate: ::core::option::Option::None,
                properties: __bessemer::properties::<RackInfo>(),
            },
        ),
        methods: &[
            <Rack>::METHOD_boot_59015dde,
            <Rack>::METHOD_upload_59015dde,
            <Rack>::METHOD_blink_59015dde,
            <Rack>::METHOD_state_59015dde,
            <Rack>::METHOD_firmware_59015dde,
            <Rack>::METHOD_remove_old_59015dde,
        ],
        place: PLACE_59015dde,
    };
};
