//! What each file of an export is, by its path (`docs/protocol.md`, section 9).
//!
//! Invariant: `parse` and `path` are inverses, so that a file has one place and a place has one file.

use std::str::FromStr;

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::log::tile::TileId;
use shared::statement::{MANIFEST_FILE, STATEMENT_FILE, TRUST_CLAIM_FILE, is_plain_path};

/// The words for people.
pub const README_FILE: &str = "README.txt";
/// The root certificate.
pub const ROOT_FILE: &str = "root.pem";
/// The signed checkpoint.
pub const CHECKPOINT_FILE: &str = "log/checkpoint";

/// The place of one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The signed list of all other files.
    Manifest,
    /// Words for people.
    Readme,
    /// The root certificate.
    Root,
    /// What the export says its keys are.
    TrustClaim,
    /// The log's checkpoint.
    Checkpoint,
    /// A tile or an entry bundle of the log.
    Tile(TileId),
    /// An agent's public key.
    Key(Digest),
    /// A round's plan.
    Plan(RoundId),
    /// The text of a framework.
    Framework(Digest),
    /// One authority's submission.
    Submission {
        /// For which round.
        round: RoundId,
        /// From whom.
        authority: AuthorityId,
        /// Its place in the authority's own sequence.
        sequence: u32,
    },
    /// A file of a release.
    Release {
        /// Version, `2025.1`.
        version: String,
        /// Name of the file.
        file: String,
    },
}

impl Place {
    /// The place of a path; `None` when an export of this version has no such file.
    pub fn parse(path: &str) -> Option<Self> {
        let place = match path {
            MANIFEST_FILE => Self::Manifest,
            README_FILE => Self::Readme,
            ROOT_FILE => Self::Root,
            TRUST_CLAIM_FILE => Self::TrustClaim,
            CHECKPOINT_FILE => Self::Checkpoint,
            _ => Self::parse_below(path)?,
        };
        (is_plain_path(path) && place.path() == path).then_some(place)
    }

    fn parse_below(path: &str) -> Option<Self> {
        let (folder, rest) = path.split_once('/')?;
        match folder {
            "log" => TileId::parse(rest).map(Self::Tile),
            "keys" => named(rest, ".pem").map(Self::Key),
            "plans" => named(rest, ".dsse.json").map(Self::Plan),
            "frameworks" => named(rest, ".toml").map(Self::Framework),
            "submissions" => {
                let (round, name) = rest.split_once('/')?;
                let (authority, sequence) = name.strip_suffix(".dsse.json")?.split_once('-')?;
                let (round, authority) = (round.parse().ok()?, authority.parse().ok()?);
                Some(Self::Submission { round, authority, sequence: sequence.parse().ok()? })
            }
            "releases" => {
                let (version, file) = rest.split_once('/')?;
                (!file.contains('/')).then(|| Self::Release { version: version.to_owned(), file: file.to_owned() })
            }
            _ => None,
        }
    }

    /// Its path below the export's folder.
    pub fn path(&self) -> String {
        match self {
            Self::Manifest => MANIFEST_FILE.to_owned(),
            Self::Readme => README_FILE.to_owned(),
            Self::Root => ROOT_FILE.to_owned(),
            Self::TrustClaim => TRUST_CLAIM_FILE.to_owned(),
            Self::Checkpoint => CHECKPOINT_FILE.to_owned(),
            Self::Tile(id) => format!("log/{}", id.path()),
            Self::Key(id) => format!("keys/{id}.pem"),
            Self::Plan(round) => format!("plans/{round}.dsse.json"),
            Self::Framework(hash) => format!("frameworks/{hash}.toml"),
            Self::Submission { round, authority, sequence } => format!("submissions/{round}/{authority}-{sequence}.dsse.json"),
            Self::Release { version, file } => format!("releases/{version}/{file}"),
        }
    }

    /// The signed statement of a release.
    pub fn statement(version: &str) -> Self {
        Self::Release { version: version.to_owned(), file: STATEMENT_FILE.to_owned() }
    }
}

fn named<T: FromStr>(name: &str, suffix: &str) -> Option<T> {
    name.strip_suffix(suffix)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_place_and_a_place_one_path() {
        let key = format!("keys/{}.pem", "0f".repeat(32));
        let known = [
            "README.txt",
            "root.pem",
            "trust.toml",
            "manifest.dsse.json",
            "log/checkpoint",
            "log/tile/0/000.p/7",
            "log/tile/entries/x001/234",
            &key,
            "plans/cla-2025.dsse.json",
            "submissions/cla-2025/301-1.dsse.json",
            "releases/2025.1/figures.csv",
        ];
        for path in known {
            assert_eq!(Place::parse(path).map(|p| p.path()).as_deref(), Some(path));
        }
        let key = key.to_uppercase();
        let unknown = [
            "",
            "readme.txt",
            "log",
            "log/tile/0/0",
            &key,
            "plans/cla-25.dsse.json",
            "submissions/cla-2025/301-01.dsse.json",
            "submissions/cla-2025/301.dsse.json",
            "releases/2025.1/a/b",
            "releases/../figures.csv",
            "notes.txt",
        ];
        for path in unknown {
            assert_eq!(Place::parse(path), None, "{path}");
        }
    }
}
