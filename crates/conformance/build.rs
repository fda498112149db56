//! Collects the scenarios of `test-vectors/scenarios` and the requirements of `applet-spec/card.md` into the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../..");
    let folder = root.join("test-vectors/scenarios");
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut code = String::from("pub(crate) const SCENARIOS: &[(&str, &str)] = &[\n");
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", file.canonicalize()?);
    }
    code.push_str("];\n");
    for (constant, path) in [
        ("CONTRACT", "applet-spec/card.md"),
        ("PROFILE", "test-vectors/scenarios/fixture/profile.toml"),
        ("AUTHORITY", "test-vectors/scenarios/fixture/authority.toml"),
    ] {
        let path = root.join(path).canonicalize()?;
        let _ = writeln!(code, "pub(crate) const {constant}: &str = include_str!({path:?});");
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("embedded.rs"), code)
}
