//! Writes the documents that are made from the code into the workspace.

fn main() -> std::io::Result<()> {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for (path, text) in tests::documents::all() {
        std::fs::write(format!("{workspace}/{path}"), text)?;
    }
    Ok(())
}
