//! A small postcode directory for a council that is made up: where its postcodes lie, on the edges of what B13 counts.
//!
//! Homes lie around one point at the distances on which the rounding to one decimal turns (20.0, 20.04, 20.05, 20.1 miles),
//! most placements at that point; some postcodes lie in another country, nowhere, or are not in the directory. Areas are
//! dealt by chance: no border is drawn between them.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::draw::Draw;

/// File of a directory in a council's folder.
pub const FILE: &str = "postcodes.csv";
/// File of the codes of its own area, one on a line.
pub const AREA_FILE: &str = "ons.txt";

/// The greatest whole number of square metres under the square of 20.05 miles, which are 32266.465 metres. No two points of
/// whole metres lie exactly that far apart.
const EDGE_SQUARE: u64 = 32_266_465_u64.pow(2) / 1_000_000;
/// Metres of 20.00, 20.01, 20.04 and, over the edge, 20.05 and 20.1 miles; others far from it.
const METRES: [i64; 12] = [0, 1, 1609, 16_093, 32_186, 32_202, 32_250, 32_266, 32_267, 32_347, 48_279, 250_000];

/// Postcodes of the returns that a directory lacks, in a hundred.
const ABSENT_PER_CENT: u32 = 6;

/// District and county of places in England that are nobody's own here.
const ELSEWHERE: [[&str; 2]; 4] =
    [["E07000901", "E10000901"], ["E06000902", "E99999999"], ["E08000903", "E99999999"], ["E09000904", "E99999999"]];
/// District and pseudo-county of Wales and Scotland.
const WALES_SCOTLAND: [[&str; 2]; 2] = [["W06000905", "W99999999"], ["S12000906", "S99999999"]];
/// District and pseudo-county in Northern Ireland, whose points are measured on another grid.
const NORTHERN_IRELAND: [&str; 2] = ["N09000907", "N99999999"];

/// A kind of authority: the codes that it names as its own, and the districts with counties that these hold.
type Own = (&'static [&'static str], &'static [[&'static str; 2]]);

/// A county, a unitary authority, a borough, one with two codes, and a county with a unitary authority beside it.
const OWN: [Own; 5] = [
    (&["E10000003"], &[["E07000008", "E10000003"], ["E07000009", "E10000003"]]),
    (&["E06000014"], &[["E06000014", "E99999999"]]),
    (&["E09000030"], &[["E09000030", "E99999999"]]),
    (&["E06000061", "E06000062"], &[["E06000061", "E99999999"], ["E06000062", "E99999999"]]),
    (&["E10000003", "E06000031"], &[["E07000008", "E10000003"], ["E06000031", "E99999999"]]),
];

/// First lines as editions of the two directories have them.
#[derive(Clone, Copy)]
enum Form {
    Postcode,
    Lookup,
    Shouted,
}

/// A directory and the codes of the council's own area.
pub struct Directory {
    /// As CSV.
    pub csv: String,
    /// Codes that the council names.
    pub own: Vec<&'static str>,
}

/// Where a postcode lies: east and north in metres, unless nowhere; district and county.
type Place = (Option<[i64; 2]>, [&'static str; 2]);

impl Directory {
    /// One that holds most of these postcodes, as cells of a return write them.
    pub fn of<'p>(draw: &mut Draw, homes: impl Iterator<Item = &'p str>, placements: impl Iterator<Item = &'p str>) -> Self {
        let homes: BTreeSet<String> = homes.filter_map(one_way).collect();
        let placements: BTreeSet<String> = placements.filter_map(one_way).filter(|post| !homes.contains(post)).collect();
        let (own, areas) = draw.one(&OWN);
        let centre = [420_000, 310_000];
        // where none of the council's own postcodes is in it, a directory is refused: these two stand in every one
        let mut rows = vec![("XZ991AB".to_owned(), (Some(centre), areas[0])), ("XZ991AD".to_owned(), (None, ELSEWHERE[0]))];
        for post in homes {
            if !draw.per_cent(ABSENT_PER_CENT) {
                rows.push((post, home(draw, centre, areas)));
            }
        }
        for post in placements {
            if !draw.per_cent(ABSENT_PER_CENT) {
                rows.push((post, placement(draw, centre, areas)));
            }
        }
        // one postcode may stand twice when nothing else is said of it
        rows.extend(rows.last().cloned());
        draw.shuffle(&mut rows);
        let form = draw.one(&[Form::Postcode, Form::Lookup, Form::Shouted]);
        let lines = rows.iter().map(|(post, place)| form.line(post, place));
        let csv = std::iter::once(form.header().to_owned()).chain(lines).collect::<Vec<_>>().join("\n") + "\n";
        Self { csv, own: own.to_vec() }
    }

    /// Writes both files into the folder of a council.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join(FILE), &self.csv)?;
        std::fs::write(folder.join(AREA_FILE), self.own.join("\n") + "\n")
    }
}

/// A postcode in one way of writing, wherever its spaces stand; none for what is not one.
fn one_way(cell: &str) -> Option<String> {
    let post: String = cell.chars().filter(|letter| *letter != ' ').collect::<String>().to_ascii_uppercase();
    let inward = post.len().checked_sub(3).filter(|n| *n >= 2).map(|n| &post.as_bytes()[n..])?;
    (inward[0].is_ascii_digit() && inward[1..].iter().all(u8::is_ascii_alphabetic)).then_some(post)
}

/// Around the centre, at an edge in most cases.
fn home(draw: &mut Draw, centre: [i64; 2], areas: &[[&'static str; 2]]) -> Place {
    let [east, north] = match draw.below(10) {
        0..=4 => along(draw),
        5..=8 => aslant(draw),
        _ => [i64::from(draw.between(-60_000, 60_000)), i64::from(draw.between(-60_000, 60_000))],
    };
    let point = Some([centre[0] + east, centre[1] + north]);
    match draw.below(20) {
        0 => (point, draw.one(&WALES_SCOTLAND)),
        1 => (None, draw.one(areas)),
        2 => (point, NORTHERN_IRELAND),
        3..=7 => (point, draw.one(&ELSEWHERE)),
        _ => (point, draw.one(areas)),
    }
}

/// At the centre in most cases.
fn placement(draw: &mut Draw, centre: [i64; 2], areas: &[[&'static str; 2]]) -> Place {
    let [east, north] = if draw.per_cent(70) { [0, 0] } else { along(draw) };
    let point = Some([centre[0] + east, centre[1] + north]);
    match draw.below(20) {
        0 => (None, draw.one(areas)),
        1 => (point, NORTHERN_IRELAND),
        2 | 3 => (point, draw.one(&WALES_SCOTLAND)),
        4..=8 => (point, draw.one(&ELSEWHERE)),
        _ => (point, draw.one(areas)),
    }
}

/// A step in one of the four directions.
fn along(draw: &mut Draw) -> [i64; 2] {
    let metres = draw.one(&METRES);
    draw.one(&[[metres, 0], [-metres, 0], [0, metres], [0, -metres]])
}

/// A step askew that ends on the last whole metre below 20.05 miles, or on the first above.
fn aslant(draw: &mut Draw) -> [i64; 2] {
    let east = i64::from(draw.between(1, 32_265));
    let below = (EDGE_SQUARE - east.unsigned_abs().pow(2)).isqrt().cast_signed();
    let north = below + draw.one(&[0, 1]);
    draw.one(&[[east, north], [-east, north], [east, -north], [north, -east]])
}

impl Form {
    fn header(self) -> &'static str {
        match self {
            Self::Postcode => "pcd7,pcd8,pcds,dointr,doterm,oscty,oslaua,oseast1m,osnrth1m",
            Self::Lookup => "pcds,laua,east1m,north1m,cty",
            Self::Shouted => "LAD25CD,CTY25CD,PCD,OSEAST1M,OSNRTH1M",
        }
    }

    fn line(self, post: &str, (point, [district, county]): &Place) -> String {
        let (outward, inward) = post.split_at(post.len() - 3);
        let [east, north] = point.map_or([String::new(), String::new()], |point| point.map(|metres| metres.to_string()));
        match self {
            Self::Postcode => {
                format!("{outward:4}{inward},{outward:5}{inward},{outward} {inward},198001,,{county},{district},{east},{north}")
            }
            Self::Lookup => format!("{outward} {inward},{district},{east},{north},{county}"),
            Self::Shouted => format!("{district},{county},{post},{east},{north}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EDGE_SQUARE, one_way};

    #[test]
    fn the_edge_is_at_20_05_miles() {
        // 20.05 miles of 1.6093 kilometres, in millimetres
        let limit = 2005 * 16_093;
        assert!(EDGE_SQUARE * 1_000_000 < limit * limit && limit * limit < (EDGE_SQUARE + 1) * 1_000_000);
        assert_eq!(EDGE_SQUARE.isqrt(), 32_266);
    }

    #[test]
    fn a_postcode_is_one_however_it_is_written() {
        for cell in ["XA1 1AB", "xa11ab", " XA1  1Ab ", "XA11 AB"] {
            assert_eq!(one_way(cell).as_deref(), Some("XA11AB"));
        }
        for cell in ["", "XA1", "XA19", "1AB"] {
            assert_eq!(one_way(cell), None);
        }
    }
}
