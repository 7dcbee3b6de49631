//! The programs that the checks need, how to see that one is there, and where it comes from.

use std::path::Path;

use crate::shell;

/// A program.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// Succeeds when it is there.
    probe: &'static [&'static str],
    pub(crate) from: From,
}

/// Where a program comes from.
pub(crate) enum From {
    /// Debian packages.
    Apt(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// `cargo install` and its arguments. The version is one that builds with our toolchain.
    Cargo(&'static [&'static str]),
}

impl Tool {
    pub(crate) fn is_there(&self, root: &Path) -> bool {
        shell::output(root, self.probe).is_some()
    }

    /// What `cargo install` is to be told, if it comes from there.
    pub(crate) fn to_install(&self) -> &'static [&'static str] {
        match self.from {
            From::Cargo(arguments) => arguments,
            _ => &[],
        }
    }
}

pub(crate) const GCC: Tool =
    Tool { name: "gcc", probe: &["gcc", "--version"], from: From::Apt(&["gcc", "libc6-dev"]) };
pub(crate) const MAKE: Tool =
    Tool { name: "make", probe: &["make", "--version"], from: From::Apt(&["make"]) };
pub(crate) const CURL: Tool =
    Tool { name: "curl", probe: &["curl", "--version"], from: From::Apt(&["curl"]) };
pub(crate) const PYTHON: Tool = Tool {
    name: "python3 with venv",
    probe: &["python3", "-c", "import ensurepip, venv"],
    from: From::Apt(&["python3", "python3-venv"]),
};
pub(crate) const NODE: Tool =
    Tool { name: "node", probe: &["node", "--version"], from: From::Apt(&["nodejs"]) };
pub(crate) const NPM: Tool = Tool { name: "npm", probe: &["npm", "--version"], from: From::Apt(&["npm"]) };
pub(crate) const CHROMIUM: Tool =
    Tool { name: "chromium", probe: &["chromium", "--version"], from: From::Apt(&["chromium"]) };
pub(crate) const VALGRIND: Tool =
    Tool { name: "valgrind", probe: &["valgrind", "--version"], from: From::Apt(&["valgrind"]) };
pub(crate) const RUSTFMT: Tool =
    Tool { name: "rustfmt", probe: &["cargo", "fmt", "--version"], from: From::Rustup("rustfmt") };
pub(crate) const CLIPPY: Tool =
    Tool { name: "clippy", probe: &["cargo", "clippy", "--version"], from: From::Rustup("clippy") };
pub(crate) const NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    probe: &["cargo", "nextest", "--version"],
    from: From::Cargo(&["cargo-nextest@0.9.143", "--no-default-features", "--features", "default-no-update"]),
};
pub(crate) const DENY: Tool = Tool {
    name: "cargo-deny",
    probe: &["cargo", "deny", "--version"],
    from: From::Cargo(&["cargo-deny@0.20.2"]),
};

/// What libFuzzer is compiled with. Only `cargo xtask fuzz` needs it, so `setup` does not install it.
pub(crate) const GXX: Tool = Tool { name: "g++", probe: &["g++", "--version"], from: From::Apt(&["g++"]) };
/// The same holds for this.
pub(crate) const FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    probe: &["cargo", "fuzz", "--version"],
    from: From::Cargo(&["cargo-fuzz@0.13.2"]),
};

/// In the order in which they are installed: what compiles comes before what is compiled.
pub(crate) const TOOLS: &[&Tool] =
    &[&GCC, &MAKE, &CURL, &PYTHON, &NODE, &NPM, &CHROMIUM, &VALGRIND, &RUSTFMT, &CLIPPY, &NEXTEST, &DENY];
