//! `cargo run -p tenure-vectors`: writes `vectors/`.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    tenure_vectors::files().into_iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
}
