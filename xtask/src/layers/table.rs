//! The layers, as data: what each crate may import, and what it must not know of.
//!
//! From the lowest to the highest. `ARCHITECTURE.md` says why each line is as it is; a crate that does not exist yet keeps
//! its line, so that it is born into its place.

/// A crate of the workspace.
pub(super) struct Crate {
    pub(super) dir: &'static str,
    pub(super) package: &'static str,
    pub(super) layer: u8,
    pub(super) imports: Imports,
    pub(super) externals: Externals,
    /// Names that its code must not contain, beyond what the manifest rules out.
    pub(super) unspeakable: &'static [&'static str],
}

/// Which crates of ours it may import.
pub(super) enum Imports {
    Only(&'static [&'static str]),
    Anything,
}

/// Which crates of others it may import.
pub(super) enum Externals {
    Only(&'static [&'static str]),
    Except(&'static [&'static [&'static str]]),
    Anything,
}

use Externals::{Anything as AnyExternal, Except, Only as OnlyExternal};
use Imports::{Anything as AnyCrate, Only};

const HTTP: &[&str] =
    &["axum", "hyper", "hyper-util", "http", "http-body-util", "reqwest", "tower", "tower-http"];
const SQLITE: &[&str] = &["rusqlite", "libsqlite3-sys", "sqlx"];
const POSTGRES: &[&str] = &["tokio-postgres", "deadpool-postgres", "postgres", "sqlx"];
const CLOCKS: &[&str] = &["jiff", "chrono", "time"];
const RUNTIME: &[&str] = &["tokio", "mio"];

/// Where a session's rules would reach out of their arguments.
const AMBIENT: &[&str] = &[
    "SystemTime",
    "Instant",
    "async",
    "rand",
    "getrandom",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
];

pub(super) const CRATES: &[Crate] = &[
    Crate {
        dir: "core",
        package: "tenure-core",
        layer: 0,
        imports: Only(&[]),
        externals: OnlyExternal(&["hmac", "sha2", "subtle", "zeroize", "base64ct"]),
        unspeakable: AMBIENT,
    },
    Crate {
        dir: "wire",
        package: "tenure-wire",
        layer: 0,
        imports: Only(&[]),
        externals: OnlyExternal(&["serde", "utoipa"]),
        unspeakable: &[],
    },
    Crate {
        dir: "store",
        package: "tenure-store",
        layer: 1,
        imports: Only(&["tenure-core"]),
        externals: Except(&[HTTP, SQLITE, POSTGRES]),
        unspeakable: &[],
    },
    Crate {
        dir: "jose",
        package: "tenure-jose",
        layer: 1,
        imports: Only(&["tenure-wire"]),
        externals: Except(&[HTTP, SQLITE, POSTGRES, CLOCKS, RUNTIME]),
        unspeakable: &["SystemTime", "Instant", "std::net"],
    },
    Crate {
        dir: "sqlite",
        package: "tenure-sqlite",
        layer: 2,
        imports: Only(&["tenure-core", "tenure-store"]),
        externals: Except(&[HTTP, POSTGRES]),
        unspeakable: &[],
    },
    Crate {
        dir: "postgres",
        package: "tenure-postgres",
        layer: 2,
        imports: Only(&["tenure-core", "tenure-store"]),
        externals: Except(&[HTTP, SQLITE]),
        unspeakable: &[],
    },
    Crate {
        dir: "verify",
        package: "tenure-verify",
        layer: 2,
        imports: Only(&["tenure-wire", "tenure-jose"]),
        externals: Except(&[SQLITE, POSTGRES]),
        unspeakable: &[],
    },
    Crate {
        dir: "passkeys",
        package: "tenure-passkeys",
        layer: 2,
        imports: Only(&[]),
        externals: Except(&[HTTP, SQLITE, POSTGRES]),
        unspeakable: &[],
    },
    Crate {
        dir: "service",
        package: "tenure-service",
        layer: 3,
        imports: Only(&["tenure-core", "tenure-wire", "tenure-store", "tenure-jose"]),
        externals: Except(&[HTTP, SQLITE, POSTGRES]),
        unspeakable: &[],
    },
    Crate {
        dir: "server",
        package: "tenure-server",
        layer: 4,
        // For the types that a request is parsed into; what they mean is `service`'s to ask (decision 0002).
        imports: Only(&["tenure-core", "tenure-service", "tenure-wire"]),
        externals: Except(&[SQLITE, POSTGRES]),
        unspeakable: &["tenure_core::rotate", "tenure_core::open", "tenure_core::end"],
    },
    Crate {
        dir: "cli",
        package: "tenure",
        layer: 5,
        imports: AnyCrate,
        externals: AnyExternal,
        unspeakable: &[],
    },
    dev("testing/simulation", "tenure-simulation"),
    dev("testing/fuzz", "tenure-fuzz-targets"),
    dev("testing/vectors", "tenure-vectors"),
    dev("benches", "tenure-benches"),
    dev("xtask", "xtask"),
];

/// Tools for those who work on Tenure: they may import anything, and nobody imports them.
const fn dev(dir: &'static str, package: &'static str) -> Crate {
    Crate { dir, package, layer: DEV, imports: AnyCrate, externals: AnyExternal, unspeakable: &[] }
}

const DEV: u8 = 6;

/// From this layer on, a crate is imported by nobody, not even by tests.
pub(super) const IMPORTED_BY_NOBODY: u8 = 5;
