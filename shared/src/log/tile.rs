//! Tiles and entry bundles (C2SP tlog-tiles): a pure function of the entries.

use super::tree::Tree;
use crate::limits::{ENTRY_BYTES_MAX, LOG_ENTRIES_MAX};

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that one tile spans.
const TILE_HEIGHT: usize = 8;

/// One immutable file of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// Level of tiles, 0 for leaf hashes; `None` for the bundle of entries.
    pub level: Option<u8>,
    /// Number of the tile in its level.
    pub number: u64,
    /// Hashes or entries in it, 1 to 256.
    pub width: u64,
}

impl TileId {
    /// Reads a path such as `tile/0/x001/234.p/5` or `tile/entries/007`.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (level, rest) = rest.split_once('/')?;
        let level = if level == "entries" { None } else { Some(level.parse::<u8>().ok().filter(|l| *l < 64)?) };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| (1..TILE_WIDTH).contains(w))?),
            None => (rest, TILE_WIDTH),
        };
        let digits: String = number.split('/').map(|part| part.trim_start_matches('x')).collect();
        if digits.len() > 18 {
            return None;
        }
        let id = Self { level, number: digits.parse().ok()?, width };
        (id.number <= LOG_ENTRIES_MAX / TILE_WIDTH && id.path() == path).then_some(id)
    }
    /// Its path below the log's folder.
    pub fn path(&self) -> String {
        let mut n = self.number;
        let mut number = format!("{:03}", n % 1000);
        while n >= 1000 {
            n /= 1000;
            number = format!("x{:03}/{number}", n % 1000);
        }
        let level = self.level.map_or("entries".to_owned(), |l| l.to_string());
        let partial = if self.width == TILE_WIDTH { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{level}/{number}{partial}")
    }
    /// All tiles and bundles of a log of `size` entries, partial ones at their present width.
    pub fn all(size: u64) -> Vec<Self> {
        let mut ids = Vec::new();
        let mut n = size;
        let mut level = 0;
        while n > 0 {
            for number in 0..n.div_ceil(TILE_WIDTH) {
                let width = (n - number * TILE_WIDTH).min(TILE_WIDTH);
                if level == 0 {
                    ids.push(Self { level: None, number, width });
                }
                ids.push(Self { level: Some(level), number, width });
            }
            n /= TILE_WIDTH;
            level += 1;
        }
        ids
    }
    /// The bytes of a hash tile; `None` when the tree does not reach so far, or for a bundle.
    pub fn hashes(&self, tree: &Tree) -> Option<Vec<u8>> {
        let row = tree.level(usize::from(self.level?) * TILE_HEIGHT);
        let first = usize::try_from(self.number.checked_mul(TILE_WIDTH)?).ok()?;
        let last = first.checked_add(usize::try_from(self.width).ok()?)?;
        Some(row.get(first..last)?.iter().flat_map(|h| h.0).collect())
    }
    /// First entry of a bundle, and the one after its last.
    pub fn entries(&self) -> Option<std::ops::Range<u64>> {
        let first = self.number.checked_mul(TILE_WIDTH)?;
        let last = first.checked_add(self.width)?;
        self.level.is_none().then_some(first..last)
    }
}

/// Writes entries one after the other, each with its length in two bytes.
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("an entry is at most 65,535 bytes when it is made");
        out.extend(length.to_be_bytes());
        out.extend(entry);
    }
    out
}

/// Reads a bundle of exactly `width` entries; `None` when the bytes are something else.
pub fn decode_bundle(mut bytes: &[u8], width: u64) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        if length > ENTRY_BYTES_MAX || rest.len() < length {
            return None;
        }
        let (entry, rest) = rest.split_at(length);
        entries.push(entry.to_vec());
        bytes = rest;
    }
    let complete = bytes.is_empty() && u64::try_from(entries.len()) == Ok(width);
    complete.then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let check = |path: &str, level: Option<u8>, number: u64, width: u64| {
            let id = TileId { level, number, width };
            assert_eq!(id.path(), path);
            assert_eq!(TileId::parse(path), Some(id));
        };
        check("tile/0/000", Some(0), 0, 256);
        check("tile/3/x001/067", Some(3), 1_067, 256);
        check("tile/0/x001/067.p/8", Some(0), 1_067, 8);
        check("tile/entries/005.p/255", None, 5, 255);
        for path in
            ["tile/0/0", "tile/0/000.p/256", "tile/0/000.p/0", "tile/64/000", "tile/00/000", "tile/0/x000/001", "checkpoint"]
        {
            assert_eq!(TileId::parse(path), None, "{path}");
        }
    }

    #[test]
    fn bundles_are_read_back_and_damage_is_seen() {
        let entries: Vec<Vec<u8>> = vec![vec![], vec![1; 300], b"leaf".to_vec()];
        let bytes = encode_bundle(entries.iter().map(Vec::as_slice));
        assert_eq!(decode_bundle(&bytes, 3), Some(entries));
        assert_eq!(decode_bundle(&bytes, 2), None);
        assert_eq!(decode_bundle(&bytes[..bytes.len() - 1], 3), None);
    }

    #[test]
    fn the_tiles_of_a_log_hold_every_hash_of_it() {
        let entries: Vec<[u8; 8]> = (0..70_000_u64).map(u64::to_be_bytes).collect();
        let tree = Tree::of_entries(entries.iter().map(|e| &e[..]));
        let ids = TileId::all(70_000);
        let hashes: u64 = ids.iter().filter(|t| t.level == Some(0)).map(|t| t.width).sum();
        assert_eq!(hashes, 70_000);
        let width = |level: u8| ids.iter().filter(|t| t.level == Some(level)).map(|t| t.width).sum::<u64>();
        assert_eq!((width(1), width(2), width(3)), (70_000 / 256, 70_000 / 65_536, 0));
        assert!(ids.iter().filter(|t| t.level.is_some()).all(|t| t.hashes(&tree).is_some()));
    }
}
