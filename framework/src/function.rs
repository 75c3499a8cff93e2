//! From an author's function to an entry that a host can start, as generic code that is compiled once, with this
//! crate: an expansion only names the function and says what stands in its signature. A wrapper written out for
//! every method would cost the driver's author several times as much to compile. What a host sees is in `start.rs`.

use std::marker::PhantomData;
use std::pin::Pin;

use crate::__private::Ret;
use crate::args::Arguments;
use crate::call::Call;
use crate::error::Result;
use crate::host::{BoxFuture, Exclusive, Finished, Instance, Shared};
use crate::node::{Node, NodeSnapshot};
use crate::reply::Reply;
use crate::start::{Decode, Decoded, Runs, Starts, Taken};

/// What a method acts on.
pub trait Target: Send + 'static {
    /// The method's parameter; `()` where it has none.
    type Node<'a>: Send;

    /// The parameter.
    fn node(&mut self) -> Self::Node<'_>;
}

impl Target for Exclusive {
    type Node<'a> = &'a mut Node;

    fn node(&mut self) -> &mut Node {
        self.node_mut()
    }
}

impl Target for Shared {
    type Node<'a> = &'a Node;

    fn node(&mut self) -> &Node {
        Shared::node(self)
    }
}

impl Target for NodeSnapshot {
    type Node<'a> = NodeSnapshot;

    fn node(&mut self) -> NodeSnapshot {
        self.clone()
    }
}

impl Target for () {
    type Node<'a> = ();

    fn node(&mut self) {}
}

/// What stands in a signature between `&self` and the arguments: the node.
pub struct WithNode;
/// The node and the call.
pub struct WithNodeAndCall;
/// The call.
pub struct WithCall;
/// Nothing.
pub struct WithNothing;

/// A function of the driver `D` whose parameters are `&D`, what the `Form` says, and the members of the tuple `A`.
#[diagnostic::on_unimplemented(
    message = "this function cannot be a vendor method",
    label = "not a function of `&self`, the node and its arguments"
)]
pub trait Function<'a, D, N, Form, A>: Copy + Send + Sync + 'static {
    /// What it returns.
    type Output;

    /// Calls it.
    fn call(self, driver: &'a D, node: N, call: &'a Call, arguments: A) -> Self::Output;
}

/// An `async fn` whose future may move between threads. The future has a name here, with what is known of it, since
/// the compiler would else ask for it with the lifetimes of driver and node told apart, as an author's need not be.
pub trait AsyncFunction<'a, D, N, Form, A>: Function<'a, D, N, Form, A, Output = Self::Future> {
    /// What it returns in the end.
    type Value;
    /// What it returns at once.
    type Future: Future<Output = Self::Value> + Send + 'a;
}

impl<'a, F, D, N, Form, A, Fut> AsyncFunction<'a, D, N, Form, A> for F
where
    F: Function<'a, D, N, Form, A, Output = Fut>,
    Fut: Future + Send + 'a,
{
    type Value = Fut::Output;
    type Future = Fut;
}

/// A function of the driver `D` that acts on `G`, with what stands in its signature. Nothing is asked of the types here,
/// so that what is wrong with them is said once: where this becomes part of an entry.
pub struct Authored<G, D, F, Form, A> {
    function: F,
    signature: PhantomData<Signature<G, D, Form, A>>,
}

/// Names the types, and holds none of them.
type Signature<G, D, Form, A> = fn() -> (G, D, Form, A);

/// See [`Authored`].
#[must_use]
pub const fn authored<G, D, F, Form, A>(function: F) -> Authored<G, D, F, Form, A> {
    Authored {
        function,
        signature: PhantomData,
    }
}

/// The driver behind an instance. Panics if the host hands over another driver's.
fn driver_of<D: 'static>(instance: &Instance) -> &D {
    let driver = (**instance).downcast_ref();
    driver.expect("a method is started on its own driver's instance")
}

/// An author's `async fn` behind its type. It acts on `G` and returns an `R`.
pub trait AsyncMethod<G: Target, R>: Sync {
    /// Calls it.
    fn begin<'a>(
        &self,
        driver: &'a Instance,
        node: G::Node<'a>,
        call: &'a Call,
        arguments: Decoded,
    ) -> Borrowing<'a, R>;
}

/// A future that borrows what the method was given.
type Borrowing<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

impl<G, D, F, Form, A, R> AsyncMethod<G, R> for Authored<G, D, F, Form, A>
where
    D: 'static,
    G: Target,
    F: for<'a> AsyncFunction<'a, D, G::Node<'a>, Form, A, Value = R>,
    A: 'static,
{
    fn begin<'a>(
        &self,
        driver: &'a Instance,
        node: G::Node<'a>,
        call: &'a Call,
        arguments: Decoded,
    ) -> Borrowing<'a, R> {
        let arguments = arguments.unpack();
        let future: Box<dyn Future<Output = R> + Send + 'a> =
            Box::new(self.function.call(driver_of(driver), node, call, arguments));
        // Pinned only now: this is compiled once, `Box::pin` would be for every method.
        Pin::from(future)
    }
}

/// An author's plain `fn` behind its type. It acts on `G` and returns an `R`.
pub trait BlockingMethod<G: Target, R>: Sync {
    /// Calls it, and returns when it does.
    fn call<'a>(&self, driver: &'a Instance, node: G::Node<'a>, call: &'a Call, arguments: Decoded) -> R;
}

impl<G, D, F, Form, A, R> BlockingMethod<G, R> for Authored<G, D, F, Form, A>
where
    D: 'static,
    G: Target,
    F: for<'a> Function<'a, D, G::Node<'a>, Form, A, Output = R>,
    A: 'static,
{
    fn call<'a>(&self, driver: &'a Instance, node: G::Node<'a>, call: &'a Call, arguments: Decoded) -> R {
        self.function.call(driver_of(driver), node, call, arguments.unpack())
    }
}

/// A method with what becomes of its result: of one type for many methods, so that what runs them is compiled once
/// for all of them.
pub struct Bound<R, M: ?Sized + 'static> {
    into: fn(R) -> Result<Reply>,
    method: &'static M,
}

/// An `async fn`, to be an entry. What it must be is asked here, on one line, for the compiler shows that to an author
/// whose future cannot move between threads; where only the cast to `dyn` asks, it shows the machinery as well.
#[must_use]
pub const fn asynchronous<G: Target, D, F: for<'a> AsyncFunction<'a, D, G::Node<'a>, Form, A, Value = R>, Form, A, R>(
    returns: Ret<R>,
    method: &'static Authored<G, D, F, Form, A>,
) -> Bound<R, dyn AsyncMethod<G, R>>
where
    D: 'static,
    A: 'static,
{
    Bound {
        into: returns.into,
        method,
    }
}

/// A plain `fn`, to be an entry.
#[must_use]
pub const fn blocking<G: Target, D, F, Form, A, R>(
    returns: Ret<R>,
    method: &'static Authored<G, D, F, Form, A>,
) -> Bound<R, dyn BlockingMethod<G, R>>
where
    D: 'static,
    F: for<'a> Function<'a, D, G::Node<'a>, Form, A, Output = R>,
    A: 'static,
{
    Bound {
        into: returns.into,
        method,
    }
}

impl<G: Target, R: 'static> Starts<G> for Bound<R, dyn AsyncMethod<G, R>> {
    fn start(&self, instance: Instance, arguments: Decoded, mut target: G, call: Call) -> BoxFuture<Finished<G>> {
        let Self { method, into } = *self;
        Box::pin(async move {
            let result = method.begin(&instance, target.node(), &call, arguments).await;
            Finished {
                result: into(result),
                target,
            }
        })
    }
}

impl<G: Target, R> Runs<G> for Bound<R, dyn BlockingMethod<G, R>> {
    fn run(&self, instance: Instance, arguments: Decoded, mut target: G, call: Call) -> Finished<G> {
        let result = self.method.call(&instance, target.node(), &call, arguments);
        Finished {
            result: (self.into)(result),
            target,
        }
    }
}

/// One form of [`Function`] with so many arguments.
macro_rules! form {
    ($form:ident<$($generic:ident)?>, $node:ty, |$node_name:pat_param, $call_name:pat_param|
     $(($value:expr): $ty:ty),*; $($argument:ident)*) => {
        impl<'a, F, D: 'a, R, $($generic,)? $($argument),*> Function<'a, D, $node, $form, ($($argument,)*)> for F
        where
            F: Fn(&'a D, $($ty,)* $($argument),*) -> R + Copy + Send + Sync + 'static,
        {
            type Output = R;

            #[allow(non_snake_case, reason = "arguments are called as their types are")]
            fn call(self, driver: &'a D, $node_name: $node, $call_name: &'a Call, arguments: ($($argument,)*)) -> R {
                let ($($argument,)*) = arguments;
                self(driver, $($value,)* $($argument),*)
            }
        }
    };
}

/// All forms of [`Function`] with so many arguments, and how these are decoded.
macro_rules! functions {
    ($($argument:ident)*) => {
        form!(WithNode<N>, N, |node, _| (node): N; $($argument)*);
        form!(WithNodeAndCall<N>, N, |node, call| (node): N, (call): &'a Call; $($argument)*);
        form!(WithCall<>, (), |(), call| (call): &'a Call; $($argument)*);
        form!(WithNothing<>, (), |(), _|; $($argument)*);

        impl<$($argument: Send + 'static),*> Decode for ($(Taken<$argument>,)*) {
            #[allow(non_snake_case, unused_variables, reason = "arguments are called as their types are")]
            fn decode(&self, arguments: &Arguments<'_>) -> Option<Decoded> {
                let ($($argument,)*) = self;
                Some(Decoded::new(($($argument.from(arguments)?,)*)))
            }
        }
    };
}

functions!();
functions!(A0);
functions!(A0 A1);
functions!(A0 A1 A2);
functions!(A0 A1 A2 A3);
functions!(A0 A1 A2 A3 A4);
functions!(A0 A1 A2 A3 A4 A5);
functions!(A0 A1 A2 A3 A4 A5 A6);
functions!(A0 A1 A2 A3 A4 A5 A6 A7);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
functions!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
