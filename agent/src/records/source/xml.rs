//! XML: a return of SSDA903 as one file, read child by child.
//!
//! Its rows are those of the CSV tables under the same columns. Entities beyond the five of XML and numbers, and a
//! document type, are refused: a return has neither. Invariant: what lies between the beginnings of two children is
//! limited to [`CHILD_BYTES_MAX`], and that bounds all that is kept.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr2_iter;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::bytes::{Mark, Utf16, Window, head};
use super::xml_child::Builder;
use super::xml_tags::{Layout, XmlTags};
use super::{Reading, RowSource, Sheet, SourceFault, SourceRow, Unreadable};
use crate::records::limits::ROWS_MAX;

/// Most bytes of one child's element, and of what stands before the first.
pub const CHILD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes in which the declaration of an encoding is looked for.
const HEAD_BYTES: usize = 1024;

/// A return in XML.
pub struct XmlSource<'i> {
    reader: Reader<Counted<'i>>,
    event: Vec<u8>,
    builder: Builder,
    n_rows: u32,
}

impl<'i> XmlSource<'i> {
    /// A return of `year`; its sheets are known before anything is read.
    pub fn open(name: &str, mut content: Box<dyn Read + 'i>, year: i16, tags: &XmlTags) -> Result<Self, SourceFault> {
        let first = head(&mut *content, HEAD_BYTES).map_err(SourceFault::whole)?;
        let (decoder, rest) = match Mark::of(&first) {
            Some((Mark::Utf16(order), rest)) => (order.decoder(), rest),
            Some((Mark::Utf8, rest)) => (UTF_8.new_decoder_without_bom_handling(), rest),
            None => match Utf16::without_mark(&first) {
                Some(order) => (order.decoder(), first.as_slice()),
                None => (declared(&first)?.new_decoder_without_bom_handling(), first.as_slice()),
            },
        };
        let whole = Cursor::new(rest.to_vec()).chain(content);
        let mut reader = Reader::from_reader(Counted::new(Window::new(Box::new(whole), Some(decoder))));
        reader.config_mut().expand_empty_elements = true;
        let builder = Builder::new(Layout::new(name, year, tags));
        Ok(Self { reader, event: Vec::new(), builder, n_rows: 0 })
    }

    /// Elements that are no part of a return, and how often each occurs so far.
    pub fn spare(&self) -> &BTreeMap<String, u64> {
        self.builder.spare()
    }

    /// Reads one event; `false` at the end of the file.
    fn step(&mut self) -> Result<bool, Unreadable> {
        self.event.clear();
        let event = match self.reader.read_event_into(&mut self.event) {
            Ok(event) => event,
            Err(_) => return Err(self.reader.get_ref().fault.unwrap_or(Unreadable::BrokenXml)),
        };
        match event {
            Event::Start(tag) => {
                self.builder.start(tag.local_name().as_ref())?;
            }
            // empty elements are expanded
            Event::End(_) | Event::Empty(_) => {
                self.builder.end()?;
                if self.builder.is_between_children() {
                    self.reader.get_mut().n_bytes_left = CHILD_BYTES_MAX;
                }
            }
            Event::Text(text) => self.builder.text(&text.xml10_content())?,
            Event::CData(text) => self.builder.text(&text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let text = character(&entity).ok_or(Unreadable::BrokenXml)?;
                self.builder.text(text.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::DocType(_) => return Err(Unreadable::BrokenXml),
            Event::Eof => {
                self.builder.finish()?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl RowSource for XmlSource<'_> {
    fn sheets(&self) -> &[Sheet] {
        &self.builder.layout().sheets
    }

    fn next_row(&mut self) -> Result<Option<SourceRow<'_>>, SourceFault> {
        while !self.builder.has_row_waiting() {
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(why) => return Err(SourceFault::at(why, self.reader.get_ref().line)),
            }
        }
        self.n_rows += 1;
        if self.n_rows > ROWS_MAX {
            return Err(SourceFault::at(Unreadable::TooManyRows, self.reader.get_ref().line));
        }
        Ok(self.builder.next_row())
    }

    fn reading(&self) -> Reading<'_> {
        Reading::Xml { spare: self.spare() }
    }
}

/// The encoding that the declaration names; UTF-8 where it names none. What calls itself UTF-16 and has no NUL bytes
/// is not UTF-16.
fn declared(head: &[u8]) -> Result<&'static Encoding, SourceFault> {
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml").and_then(|rest| {
        let end = memchr::memmem::find(rest, b"?>")?;
        rest.get(..end)
    });
    let Some((_, value)) = declaration.and_then(|text| split_once(text, b"encoding")) else { return Ok(UTF_8) };
    let value = value.trim_ascii_start().strip_prefix(b"=").unwrap_or_default().trim_ascii_start();
    let label = value.split_first().and_then(|(quote, rest)| Some(split_once(rest, &[*quote])?.0));
    match label.and_then(Encoding::for_label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        // encodings that switch within the text would let one child's row change how the next is read
        Some(encoding) if encoding == UTF_8 || encoding.is_single_byte() => Ok(encoding),
        Some(_) | None => Err(SourceFault::at(Unreadable::BrokenXml, 1)),
    }
}

fn split_once<'b>(text: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let from = memchr::memmem::find(text, at)?;
    Some((text.get(..from)?, text.get(from + at.len()..)?))
}

fn character(entity: &BytesRef<'_>) -> Option<char> {
    match entity.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => entity.resolve_char_ref().ok().flatten(),
    }
}

/// The decoded bytes, with their lines counted and the bytes of a child limited.
struct Counted<'i> {
    window: Window<'i>,
    line: u32,
    is_after_cr: bool,
    n_bytes_left: usize,
    fault: Option<Unreadable>,
}

impl<'i> Counted<'i> {
    fn new(window: Window<'i>) -> Self {
        Self { window, line: 1, is_after_cr: false, n_bytes_left: CHILD_BYTES_MAX, fault: None }
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let more = match self.n_bytes_left {
            0 => Err(Unreadable::TooLarge),
            _ if self.window.rest().is_empty() => self.window.more(),
            _ => Ok(true),
        };
        match more {
            Ok(_) => Ok(self.window.rest()),
            Err(why) => {
                self.fault = Some(why);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn consume(&mut self, n: usize) {
        let taken = self.window.rest().get(..n).unwrap_or_default();
        self.line = self.line.saturating_add(n_line_ends(taken, &mut self.is_after_cr));
        self.n_bytes_left = self.n_bytes_left.saturating_sub(n);
        self.window.take(n);
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(room)?;
        self.consume(n);
        Ok(n)
    }
}

/// Ends of lines in `text`: LF, CR LF or CR.
fn n_line_ends(text: &[u8], is_after_cr: &mut bool) -> u32 {
    let mut n = 0u32;
    let mut after_cr = is_after_cr.then_some(0);
    for at in memchr2_iter(b'\n', b'\r', text) {
        let is_cr = text.get(at) == Some(&b'\r');
        if is_cr || after_cr != Some(at) {
            n = n.saturating_add(1);
        }
        after_cr = is_cr.then_some(at + 1);
    }
    *is_after_cr = if text.is_empty() { *is_after_cr } else { after_cr == Some(text.len()) };
    n
}

#[cfg(test)]
mod tests;
