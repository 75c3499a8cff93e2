//! Mistakes that locks of this kind have had, or could have, as changes to the product's text. The suite has to find
//! every one of them. Some are mistakes of one step, most are steps that others can come between.

/// A change in a file of `server/src/lock`; what it replaces stands there once.
pub(crate) struct Edit {
    pub(crate) file: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}

/// One mistake.
pub(crate) struct Mutant {
    /// A module is called so.
    pub(crate) name: &'static str,
    pub(crate) edits: &'static [Edit],
}

pub(crate) const MUTANTS: &[Mutant] = &[
    // A waiter goes away at the moment of its grant, and takes the node with it.
    Mutant {
        name: "granted_but_dropped",
        edits: &[
            Edit {
                file: "guard.rs",
                from: "        if self.ticketed {",
                to: "        if self.ticketed && !(self.unaware && self.locks.holds(self.node, self.ticket)) {",
            },
            Edit {
                file: "guard.rs",
                from: "    ticketed: bool,\n",
                to: "    ticketed: bool,\n    unaware: bool,\n",
            },
            Edit {
                file: "guard.rs",
                from: "            ticketed: true,\n",
                to: "            ticketed: true,\n            unaware: true,\n",
            },
            Edit {
                file: "guard.rs",
                from: "    pub(super) fn into_grant(self, wait: Option<Duration>) -> Grant {\n",
                to: "    pub(super) fn into_grant(mut self, wait: Option<Duration>) -> Grant {\n        \
                     self.unaware = false;\n",
            },
            Edit {
                file: "mod.rs",
                from: "    /// Call it under the mutex of the shard.\n",
                to: "    fn holds(&self, node: Uuid, ticket: Ticket) -> bool {\n        \
                     self.shard(node).lock().granted(node, ticket).is_some()\n    }\n\n    \
                     /// Call it under the mutex of the shard.\n",
            },
        ],
    },
    // Nobody tells a waiter of its grant.
    Mutant {
        name: "lost_wake_up",
        edits: &[Edit {
            file: "table.rs",
            from: "left.wake.extend(self.waker);",
            to: "drop(self.waker);",
        }],
    },
    // A waiter looks, then leaves its waker: the grant comes in between.
    Mutant {
        name: "look_then_sleep",
        edits: &[Edit {
            file: "mod.rs",
            from: "        let watch = self.shard(node).lock().watch(node, ticket, waker);\n",
            to: "        let granted = self.shard(node).lock().granted(node, ticket);\n        \
                 if let Some(waited) = granted {\n            return Poll::Ready(waited);\n        }\n        \
                 let watch = self.shard(node).lock().watch(node, ticket, waker);\n        \
                 if true {\n            return Poll::Pending;\n        }\n",
        }],
    },
    Mutant {
        name: "reader_barges",
        edits: &[Edit {
            file: "table.rs",
            from: "if !lock.admits(mode) || lock.waiters() > 0 {",
            to: "if !lock.admits(mode) {",
        }],
    },
    Mutant {
        name: "last_come_first_served",
        edits: &[Edit {
            file: "table.rs",
            from: "crowd.queue.pop_first()",
            to: "crowd.queue.pop_last()",
        }],
    },
    // A writer gives up, and the readers behind it stay where they are.
    Mutant {
        name: "cancel_without_promotion",
        edits: &[Edit {
            file: "table.rs",
            from: "        if lock.mode == LockMode::Shared {\n            crowd.admit",
            to: "        if lock.mode == LockMode::Shared && left.gave_up.is_none() {\n            crowd.admit",
        }],
    },
    // Readers are let in behind the writer that was just let in.
    Mutant {
        name: "double_grant",
        edits: &[Edit {
            file: "table.rs",
            from: "        if lock.mode == LockMode::Shared {\n            crowd.admit",
            to: "        {\n            crowd.admit",
        }],
    },
    // A writer is let in as if it were a reader.
    Mutant {
        name: "writer_beside_readers",
        edits: &[Edit {
            file: "table.rs",
            from: "if head.get().mode != LockMode::Shared {",
            to: "if false {",
        }],
    },
    Mutant {
        name: "empty_entry_stays",
        edits: &[Edit {
            file: "table.rs",
            from: "            held.remove();\n",
            to: "",
        }],
    },
    // A call that is refused at its deadline is granted the node later.
    Mutant {
        name: "refused_waiter_stays",
        edits: &[Edit {
            file: "mod.rs",
            from: "let left = table.leave(node, ticket, clock.now);",
            to: "let left = table::Left::default();",
        }],
    },
    // The node becomes free after it was found taken and before the call queues.
    Mutant {
        name: "ask_then_queue",
        edits: &[Edit {
            file: "mod.rs",
            from: "        if !table.has_room(node) {\n",
            to: "        drop(table);\n        let mut table = self.shard(node).lock();\n        \
                 if !table.has_room(node) {\n",
        }],
    },
    // The grant comes between the last look and the departure: the call leaves a node that it holds.
    Mutant {
        name: "look_then_leave",
        edits: &[Edit {
            file: "mod.rs",
            from: "        let left = table.leave(node, ticket, clock.now);\n",
            to: "        drop(table);\n        let mut table = self.shard(node).lock();\n        \
                 let left = table.leave(node, ticket, clock.now);\n",
        }],
    },
    // What stands in a refusal is read after the refusal.
    Mutant {
        name: "refuse_then_look",
        edits: &[Edit {
            file: "mod.rs",
            from: "        let blockers = table.blockers(node, clock);\n        drop(table);\n",
            to: "        drop(table);\n        let blockers = self.shard(node).lock().blockers(node, clock);\n",
        }],
    },
    // The bound on all waiters is looked at in one step and counted in another.
    Mutant {
        name: "look_then_count",
        edits: &[Edit {
            file: "mod.rs",
            from: "if self.waiters.fetch_update(Relaxed, Relaxed, one_more).is_err() {",
            to: "let room = one_more(self.waiters.load(Relaxed)).is_some();\n        \
                 if room {\n            self.waiters.fetch_add(1, Relaxed);\n        }\n        if !room {",
        }],
    },
    // Waiters are counted when nobody holds the table any more.
    Mutant {
        name: "unlock_then_count",
        edits: &[Edit {
            file: "mod.rs",
            from: "        self.count(&left);\n        drop(table);\n        let gave_up",
            to: "        drop(table);\n        self.count(&left);\n        let gave_up",
        }],
    },
    Mutant {
        name: "node_bound_off",
        edits: &[Edit {
            file: "table.rs",
            from: "waiters < self.waiters_per_node_max",
            to: "waiters <= self.waiters_per_node_max",
        }],
    },
];
