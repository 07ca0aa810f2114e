//! What can be asked of the demo.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

/// A whole national round with made-up councils, on this machine.
#[derive(Clone, Debug, Parser)]
#[command(name = "demo")]
pub struct Options {
    /// End when the result is told, instead of leaving the site open
    #[arg(long)]
    pub exit: bool,
    /// Write the result to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Put everything into this folder, which is empty or new; a new one for temporary files if left out
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// With so many councils instead of all
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub authorities: Option<usize>,
    /// Fixes the children, never the noise
    #[arg(long, default_value_t = 2025)]
    pub seed: u64,
}

/// Takes off one leading `--`: the alias ends with one, so that a person who writes another gives two.
pub fn without_dashes(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == "--") {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from(without_dashes(arguments.iter().map(OsString::from)))
    }

    #[test]
    fn both_spellings_are_understood() {
        for arguments in [&["demo", "--exit", "--seed", "7"][..], &["demo", "--", "--exit", "--seed", "7"][..]] {
            let options = parsed(arguments).unwrap();
            assert!(options.exit && options.seed == 7 && options.authorities.is_none());
        }
        assert!(parsed(&["demo", "--", "--", "--exit"]).is_err());
        assert!(parsed(&["demo", "--authorities", "0"]).is_err());
        assert!(!parsed(&["demo"]).unwrap().exit);
    }
}
