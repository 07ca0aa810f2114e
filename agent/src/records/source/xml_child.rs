//! One CHILD element becomes rows: all its elements are noted, and its rows are made when it ends.
//!
//! Invariant: nothing of a child stays when the next begins, and what is kept of one is bounded by the bytes of its
//! element, which `xml` limits.

use std::collections::BTreeMap;

use super::xml_tags::{Layout, Part, When};
use super::{Cells, SourceRow, Unreadable};

/// Deepest level of elements; a return has five.
const LEVELS_MAX: usize = 8;
/// Most names of spare elements that are noted, and the longest of them in characters.
const SPARE_NAMES_MAX: usize = 40;
const SPARE_NAME_CHARS_MAX: usize = 40;
/// The root of a return.
const ROOT: &str = "EXPSSDA903";

/// Where the reading stands.
#[derive(Clone, Copy)]
enum Place {
    Root,
    Child,
    /// In an element that holds texts: its position.
    Element(usize),
    /// In a text: its position in `texts`, and where it began in `bytes`.
    Leaf(usize, usize),
    Unknown,
}

/// An element that holds texts.
struct Element {
    kind: usize,
    /// Position of its first text in `texts`.
    first: usize,
}

/// A row that waits to be handed over.
struct Row {
    sheet: usize,
    /// Its number among the rows of its sheet, from 1: a whole return may stand on one line.
    n: u32,
    text: (usize, usize),
    ends: (usize, usize),
}

/// The state of the reading.
pub(super) struct Builder {
    layout: Layout,
    spare: BTreeMap<String, u64>,
    places: Vec<Place>,
    is_root_known: bool,
    n_roots: u32,
    n_children: u32,
    /// Rows of each sheet so far.
    n_rows: Vec<u32>,
    // of the child
    elements: Vec<Element>,
    texts: Vec<(usize, usize)>,
    bytes: Vec<u8>,
    // its rows
    rows: std::vec::IntoIter<Row>,
    row_text: Vec<u8>,
    row_ends: Vec<u32>,
}

impl Builder {
    /// Nothing read.
    pub fn new(layout: Layout) -> Self {
        Self {
            n_rows: vec![0; layout.parts.len()],
            layout,
            spare: BTreeMap::new(),
            places: Vec::new(),
            is_root_known: false,
            n_roots: 0,
            n_children: 0,
            elements: Vec::new(),
            texts: Vec::new(),
            bytes: Vec::new(),
            rows: Vec::new().into_iter(),
            row_text: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    /// The layout that is read by.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Elements that are no part of a return.
    pub fn spare(&self) -> &BTreeMap<String, u64> {
        &self.spare
    }

    /// Whether the reading stands between two children.
    pub fn is_between_children(&self) -> bool {
        matches!(self.places.as_slice(), [] | [Place::Root])
    }

    /// An element begins.
    pub fn start(&mut self, name: &str) -> Result<(), Unreadable> {
        if self.places.len() == LEVELS_MAX {
            return Err(Unreadable::TooManyColumns);
        }
        let place = match self.places.last() {
            None => self.root(name)?,
            Some(Place::Root) if name.eq_ignore_ascii_case("CHILD") => {
                self.n_children = self.n_children.saturating_add(1);
                Place::Child
            }
            // an element beside or within a child that could be one: what stands in it would be lost without a word
            Some(Place::Root) => return Err(Unreadable::BrokenXml),
            Some(Place::Child) if name.eq_ignore_ascii_case("CHILD") => return Err(Unreadable::BrokenXml),
            Some(Place::Child) => self.element(name)?,
            Some(Place::Element(at)) => self.leaf_or_element(*at, name)?,
            Some(Place::Leaf(..) | Place::Unknown) => Place::Unknown,
        };
        if matches!(place, Place::Unknown) {
            self.note_spare(name);
        }
        self.places.push(place);
        Ok(())
    }

    /// A piece of text.
    pub fn text(&mut self, text: &str) -> Result<(), Unreadable> {
        match self.places.last() {
            Some(Place::Leaf(..)) => self.bytes.extend_from_slice(text.as_bytes()),
            None | Some(Place::Root | Place::Child) if !text.trim().is_empty() => return Err(Unreadable::BrokenXml),
            None | Some(Place::Root | Place::Child | Place::Element(_) | Place::Unknown) => {}
        }
        Ok(())
    }

    /// The element that began last ends.
    pub fn end(&mut self) -> Result<(), Unreadable> {
        match self.places.pop() {
            None => return Err(Unreadable::BrokenXml),
            Some(Place::Leaf(at, from)) => self.keep(at, from)?,
            Some(Place::Child) => self.make_rows()?,
            Some(Place::Root | Place::Element(_) | Place::Unknown) => {}
        }
        Ok(())
    }

    /// The file ends.
    pub fn finish(&self) -> Result<(), Unreadable> {
        let is_return = self.is_root_known || self.n_children > 0;
        if self.places.is_empty() && self.n_roots == 1 && is_return { Ok(()) } else { Err(Unreadable::BrokenXml) }
    }

    /// Whether the child that ended last has rows that were not handed over.
    pub fn has_row_waiting(&self) -> bool {
        !self.rows.as_slice().is_empty()
    }

    /// The next row of the child that ended last.
    pub fn next_row(&mut self) -> Option<SourceRow<'_>> {
        let row = self.rows.next()?;
        let text = self.row_text.get(row.text.0..row.text.1).unwrap_or_default();
        let ends = self.row_ends.get(row.ends.0..row.ends.1).unwrap_or_default();
        Some(SourceRow { sheet: row.sheet, line: row.n, cells: Cells::new(text, ends) })
    }

    fn root(&mut self, name: &str) -> Result<Place, Unreadable> {
        self.n_roots += 1;
        self.is_root_known = name.eq_ignore_ascii_case(ROOT);
        if self.n_roots == 1 { Ok(Place::Root) } else { Err(Unreadable::BrokenXml) }
    }

    fn element(&mut self, name: &str) -> Result<Place, Unreadable> {
        let named = |kind: &super::xml_tags::Kind| kind.name.eq_ignore_ascii_case(name);
        let Some(kind) = self.layout.kinds.iter().position(named) else { return Ok(Place::Unknown) };
        if kind == 0 && self.elements.iter().any(|element| element.kind == 0) {
            return Err(Unreadable::BrokenXml);
        }
        let n_leaves = self.layout.kinds.get(kind).map_or(0, |kind| kind.leaves.len());
        self.elements.push(Element { kind, first: self.texts.len() });
        self.texts.resize(self.texts.len() + n_leaves, (0, 0));
        Ok(Place::Element(self.elements.len() - 1))
    }

    fn leaf_or_element(&mut self, at: usize, name: &str) -> Result<Place, Unreadable> {
        let Some(element) = self.elements.get(at) else { return Ok(Place::Unknown) };
        let leaves = self.layout.kinds.get(element.kind).map_or(&[][..], |kind| &kind.leaves);
        match leaves.iter().position(|leaf| leaf.eq_ignore_ascii_case(name)) {
            Some(leaf) => Ok(Place::Leaf(element.first + leaf, self.bytes.len())),
            None if element.kind == 0 => self.element(name),
            None => Ok(Place::Unknown),
        }
    }

    /// Keeps a text. An element that says two things at once says nothing that can be read.
    fn keep(&mut self, at: usize, from: usize) -> Result<(), Unreadable> {
        let (all, new) = (&self.bytes, self.bytes.get(from..).unwrap_or_default());
        let blank = new.len() - new.trim_ascii_start().len();
        let span = (from + blank, from + blank + new.trim_ascii().len());
        let Some(kept) = self.texts.get_mut(at) else { return Ok(()) };
        let of = |span: (usize, usize)| all.get(span.0..span.1).unwrap_or_default();
        if of(*kept).is_empty() {
            *kept = span;
        } else if !of(span).is_empty() && of(span) != of(*kept) {
            return Err(Unreadable::BrokenXml);
        }
        Ok(())
    }

    fn make_rows(&mut self) -> Result<(), Unreadable> {
        self.row_text.clear();
        self.row_ends.clear();
        let mut rows = Vec::new();
        let header = self.elements.iter().find(|element| element.kind == 0);
        for (sheet, part) in self.layout.parts.iter().enumerate() {
            for element in self.elements.iter().filter(|element| element.kind == part.kind) {
                if !self.has_row(part, element) {
                    continue;
                }
                let (text, ends) = (self.row_text.len(), self.row_ends.len());
                for (kind, leaf) in &part.cells {
                    let holder = if *kind == part.kind { Some(element) } else { header };
                    let cell = holder.map_or(&[][..], |holder| text_of(&self.bytes, &self.texts, holder, *leaf));
                    self.row_text.extend_from_slice(cell);
                    self.row_ends.push(u32::try_from(self.row_text.len() - text).map_err(|_| Unreadable::TooLarge)?);
                    self.row_text.push(b'\n');
                }
                if self.row_text.get(text..).is_some_and(|text| text.trim_ascii().is_empty()) {
                    continue;
                }
                let n = self.n_rows.get_mut(sheet).ok_or(Unreadable::TooManyColumns)?;
                *n = n.saturating_add(1);
                rows.push(Row { sheet, n: *n, text: (text, self.row_text.len()), ends: (ends, self.row_ends.len()) });
            }
        }
        self.rows = rows.into_iter();
        self.elements.clear();
        self.texts.clear();
        self.bytes.clear();
        Ok(())
    }

    fn has_row(&self, part: &Part, element: &Element) -> bool {
        let leaves = self.layout.kinds.get(part.kind).map_or(&[][..], |kind| &kind.leaves);
        let text = |name: &str| {
            let leaf = leaves.iter().position(|leaf| leaf == name);
            leaf.map_or(&[][..], |leaf| text_of(&self.bytes, &self.texts, element, leaf))
        };
        match part.when {
            When::Always => true,
            When::IsOne(leaf) => text(leaf) == b"1",
            When::HasText(leaf) => !text(leaf).is_empty(),
            When::AnyText => leaves.iter().any(|leaf| !text(leaf).is_empty()),
        }
    }

    fn note_spare(&mut self, name: &str) {
        let name: String = name.chars().take(SPARE_NAME_CHARS_MAX).collect();
        if self.spare.len() < SPARE_NAMES_MAX || self.spare.contains_key(&name) {
            *self.spare.entry(name).or_default() += 1;
        }
    }
}

fn text_of<'b>(bytes: &'b [u8], texts: &[(usize, usize)], element: &Element, leaf: usize) -> &'b [u8] {
    let span = texts.get(element.first + leaf).copied().unwrap_or_default();
    bytes.get(span.0..span.1).unwrap_or_default()
}
