//! What a workbook may hold before it is opened.
//!
//! A workbook is a ZIP archive, and a small one can swell to any size, or claim to. All parts are inflated here once
//! into nothing, with their bytes counted and their checksums compared, so that the library that opens the workbook
//! afterwards meets whole parts of limited size. Invariant: memory here does not depend on what the archive claims.

use std::io::{BufReader, Cursor, Read};

use memchr::{memchr_iter, memmem};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::Unreadable;

/// Largest workbook, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most bytes of all its parts, inflated.
const INFLATED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Most parts.
const PARTS_MAX: u64 = 10_000;
/// Most inflated bytes of a part that is held in memory as a whole: texts, formats, the list of sheets.
const HELD_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most tags of such a part other than the texts.
const HELD_TAGS_MAX: u64 = 500_000;
/// Most texts, for which room is made before they are read.
const TEXTS_MAX: u64 = 4_000_000;
/// Most bytes of the part that names the others.
const RELATIONS_BYTES_MAX: u64 = 1024 * 1024;

/// What a part is to the library that opens the workbook.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Names the part that lists the sheets.
    Relations,
    /// All texts of the cells; held in memory.
    Texts,
    /// Held in memory.
    Held,
    /// Read cell by cell, or not at all.
    Other,
}

impl Part {
    fn of(name: &str) -> Self {
        let name = name.replace('\\', "/").to_ascii_lowercase();
        let file = name.rsplit('/').next().unwrap_or_default();
        match file {
            _ if name.trim_start_matches('/') == "_rels/.rels" => Self::Relations,
            "sharedstrings.xml" => Self::Texts,
            "styles.xml" | "theme1.xml" => Self::Held,
            _ if file.starts_with("workbook") => Self::Held,
            _ => Self::Other,
        }
    }
}

/// Whether an archive keeps all limits.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    check_claim(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::BrokenWorkbook)?;
    if u64::try_from(archive.len()).map_or(true, |n| n > PARTS_MAX) {
        return Err(Unreadable::TooLarge);
    }
    let mut left = INFLATED_BYTES_MAX;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| Unreadable::BrokenWorkbook)?;
        let kind = Part::of(&part.name().map_err(|_| Unreadable::BrokenWorkbook)?);
        left -= count(part, kind, left)?;
        if kind == Part::Texts {
            check_texts(archive.by_index(at).map_err(|_| Unreadable::BrokenWorkbook)?)?;
        }
        if kind == Part::Relations {
            check_relations(archive.by_index(at).map_err(|_| Unreadable::BrokenWorkbook)?)?;
        }
    }
    Ok(())
}

/// The 64-bit form of the directory may claim any number of parts, and room is made for them before they are read.
fn check_claim(bytes: &[u8]) -> Result<(), Unreadable> {
    let pair = |at: usize| bytes.get(at + 20..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06"));
    if !memmem::find_iter(bytes, b"PK\x06\x07").any(pair) {
        return Ok(());
    }
    for at in memmem::find_iter(bytes, b"PK\x06\x06") {
        let claim = |from: usize| bytes.get(at + from..)?.first_chunk::<8>().map(|n| u64::from_le_bytes(*n));
        if claim(24).is_none_or(|n| n > PARTS_MAX) || claim(32).is_none_or(|n| n > PARTS_MAX) {
            return Err(Unreadable::TooLarge);
        }
    }
    Ok(())
}

/// Inflates a part into nothing and gives its length.
fn count(mut part: impl Read, kind: Part, left: u64) -> Result<u64, Unreadable> {
    let (bytes_max, tags_max) = match kind {
        Part::Relations => (RELATIONS_BYTES_MAX, HELD_TAGS_MAX),
        Part::Texts => (HELD_BYTES_MAX, u64::MAX),
        Part::Held => (HELD_BYTES_MAX, HELD_TAGS_MAX),
        Part::Other => (INFLATED_BYTES_MAX, u64::MAX),
    };
    let mut room = vec![0; 64 * 1024];
    let (mut n_bytes, mut n_tags) = (0u64, 0u64);
    loop {
        let n = part.read(&mut room).map_err(|_| Unreadable::BrokenWorkbook)?;
        let new = room.get(..n).unwrap_or_default();
        if new.is_empty() {
            return Ok(n_bytes);
        }
        n_bytes += u64::try_from(n).map_err(|_| Unreadable::TooLarge)?;
        if tags_max < u64::MAX {
            n_tags += u64::try_from(memchr_iter(b'<', new).count()).map_err(|_| Unreadable::TooLarge)?;
        }
        if n_bytes > bytes_max.min(left) || n_tags > tags_max {
            return Err(Unreadable::TooLarge);
        }
    }
}

/// The number of texts that the part of texts claims to have.
fn check_texts(part: impl Read) -> Result<(), Unreadable> {
    tags(part, &mut |tag| {
        if tag.local_name().as_ref() != "sst" {
            return Ok(true);
        }
        for claim in values(tag, "uniqueCount")? {
            if claim.trim().parse::<u64>().map_or(true, |n| n > TEXTS_MAX) {
                return Err(Unreadable::TooLarge);
            }
        }
        Ok(false)
    })
}

/// The part that lists the sheets has a name that is known here, so that its limit holds.
fn check_relations(part: impl Read) -> Result<(), Unreadable> {
    tags(part, &mut |tag| {
        let is_list = values(tag, "Type")?.iter().any(|value| value.ends_with("/relationships/officeDocument"));
        let known = |target: &String| Part::of(target) == Part::Held && !target.contains('&');
        match !is_list || values(tag, "Target")?.iter().all(known) {
            true => Ok(true),
            false => Err(Unreadable::BrokenWorkbook),
        }
    })
}

/// Hands over the tags that begin, until there is none or no more are wanted.
fn tags(part: impl Read, take: &mut dyn FnMut(&BytesStart<'_>) -> Result<bool, Unreadable>) -> Result<(), Unreadable> {
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let mut event = Vec::new();
    loop {
        event.clear();
        let is_more_wanted = match reader.read_event_into(&mut event).map_err(|_| Unreadable::BrokenWorkbook)? {
            Event::Start(tag) | Event::Empty(tag) => take(&tag)?,
            Event::Eof => false,
            _ => true,
        };
        if !is_more_wanted {
            return Ok(());
        }
    }
}

/// All values of an attribute, as they stand.
fn values(tag: &BytesStart<'_>, name: &str) -> Result<Vec<String>, Unreadable> {
    let mut values = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Unreadable::BrokenWorkbook)?;
        if attribute.key.as_ref() == name {
            values.push(String::from_utf8_lossy(attribute.value.as_ref().as_ref()).into_owned());
        }
    }
    Ok(values)
}
