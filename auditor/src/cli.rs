//! The command line: reads the export and the trust file, hands them to the audit, writes the report.
//!
//! Ends with 0 on a pass, 1 on a fault or without a trust file, 2 when the command line names what cannot be read.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use shared::problem::Exit;
use shared::trust::Trust;

use crate::audit::{Verdict, audit};
use crate::bundle::{Bundle, read_trust};
use crate::report::Report;

#[derive(Parser)]
#[command(name = "goldenthread-auditor", version, about = "Checks an export of Golden Thread, offline")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check every signature, proof, budget claim and figure of an export
    Verify {
        /// Folder of the export
        folder: PathBuf,
        /// Trust file, received by another way than the export
        #[arg(long, value_name = "FILE")]
        trust: Option<PathBuf>,
        /// Write the report as one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Runs the program on the process's own arguments and streams.
pub fn main() -> ExitCode {
    let exit = run(std::env::args_os(), &mut io::stdout().lock(), &mut io::stderr().lock());
    ExitCode::from(exit.code())
}

/// Runs the program; writes the report to `out` and what is wrong with the command line to `err`.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    let command = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments.command,
        Err(error) if error.use_stderr() => return tell(err, &error.to_string(), Exit::Usage),
        Err(help) => return tell(out, &help.to_string(), Exit::Done),
    };
    let Command::Verify { folder, trust, json } = command;
    match verify(&folder, trust.as_deref()) {
        Ok((report, verdict)) => {
            let exit = match verdict {
                Verdict::Pass => Exit::Done,
                Verdict::Fault | Verdict::ConsistentNotAuthenticated => Exit::Fault,
            };
            tell(out, &if json { report.json() } else { report.text() }, exit)
        }
        Err(error) => tell(err, &format!("goldenthread-auditor: {error:#}\n"), Exit::Usage),
    }
}

fn verify(folder: &Path, trust: Option<&Path>) -> anyhow::Result<(Report, Verdict)> {
    let trust = trust.map(|path| {
        let text = read_trust(path, folder)?;
        Trust::parse(&text).with_context(|| format!("cannot use {}", path.display()))
    });
    let trust = trust.transpose()?;
    let audit = audit(&Bundle::open(folder)?, trust.as_ref());
    Ok((Report::of(&audit), audit.verdict()))
}

/// A report that cannot be written is a fault: silence must never look like a pass.
fn tell(stream: &mut dyn Write, text: &str, exit: Exit) -> Exit {
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    if written.is_ok() || exit != Exit::Done { exit } else { Exit::Fault }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests lay out the folder that the program then reads")]
mod tests {
    use super::*;
    use crate::sample::World;
    use std::fs;
    use tempfile::TempDir;

    struct Laid {
        home: TempDir,
        world: World,
    }

    /// An export in `export` and its trust file beside it.
    fn lay_out() -> Laid {
        let (home, world) = (tempfile::tempdir().unwrap(), World::whole(5));
        for (path, bytes) in world.export() {
            let path = home.path().join("export").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::write(home.path().join("trust.toml"), world.trust().encode()).unwrap();
        Laid { home, world }
    }

    impl Laid {
        fn run(&self, arguments: &[&str]) -> (u8, String, String) {
            let fill = |a: &&str| a.replace("HOME", self.home.path().to_str().unwrap()).into();
            let arguments = std::iter::once("goldenthread-auditor".into()).chain(arguments.iter().map(fill));
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let exit = run(arguments, &mut out, &mut err);
            (exit.code(), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
        }
        fn verify(&self) -> (u8, String, String) {
            self.run(&["verify", "HOME/export", "--trust", "HOME/trust.toml"])
        }
    }

    #[test]
    fn a_correct_folder_passes_and_without_trust_it_does_not() {
        let laid = lay_out();
        let (exit, out, _) = laid.verify();
        assert_eq!(exit, 0, "{out}");
        assert!(out.contains("\nVerdict: pass\n"));
        let (exit, out, _) = laid.run(&["verify", "HOME/export"]);
        assert_eq!(exit, 1);
        assert!(out.contains("\nVerdict: consistent, not authenticated\n"), "{out}");
        let (exit, out, _) = laid.run(&["verify", "--json", "HOME/export"]);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (exit, &json["verdict"], &json["checks"][0]["ok"]),
            (1, &"consistent-not-authenticated".into(), &false.into())
        );
        assert_eq!(json["checks"][0]["findings"][0]["file"], "trust.toml");
    }

    #[test]
    fn what_cannot_be_read_is_a_fault_of_the_command_line() {
        let laid = lay_out();
        fs::write(laid.home.path().join("bad.toml"), "schema = 1").unwrap();
        let cases: [(&[&str], &str); 6] = [
            (&["verify", "HOME/nowhere"], "cannot read"),
            (&["verify", "HOME/trust.toml"], "is not a folder"),
            (&["verify", "HOME/export", "--trust", "HOME/nothing.toml"], "cannot read"),
            (&["verify", "HOME/export", "--trust", "HOME/bad.toml"], "not a trust file"),
            (&["verify", "HOME/export", "--trust", "HOME/export/trust.toml"], "lies inside the export"),
            (&["verify"], "Usage"),
        ];
        for (arguments, what) in cases {
            let (exit, out, err) = laid.run(arguments);
            assert_eq!((exit, out.as_str()), (2, ""), "{arguments:?}");
            assert!(err.contains(what), "{arguments:?}: {err}");
        }
        assert_eq!(laid.run(&["--help"]).0, 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_odd_names_are_named_and_not_followed() {
        let laid = lay_out();
        let export = laid.home.path().join("export");
        std::os::unix::fs::symlink(laid.home.path().join("trust.toml"), export.join("link.toml")).unwrap();
        std::os::unix::fs::symlink(&export, export.join("releases/again")).unwrap();
        fs::write(export.join("keys/a key.pem"), "").unwrap();
        fs::write(export.join(".hidden"), "").unwrap();
        let (exit, out, _) = laid.verify();
        assert_eq!(exit, 1);
        for line in
            ["link.toml: neither", "releases/again: neither", "keys/a key.pem: a name", ".hidden: an export of this version"]
        {
            assert!(out.contains(line), "{line}\n{out}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_file_is_not_followed() {
        let laid = lay_out();
        let export = laid.home.path().join("export");
        let submission = laid.world.submission_path(0);
        fs::rename(export.join(&submission), laid.home.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(laid.home.path().join("elsewhere"), export.join(&submission)).unwrap();
        let (exit, out, _) = laid.verify();
        assert_eq!(exit, 1);
        assert!(out.contains(&format!("{submission}: neither")), "{out}");
    }
}
