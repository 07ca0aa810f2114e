//! To come.

use std::io::Read;

use super::csv::CsvSource;
use super::{RowSource, SourceFault};

/// To come.
#[derive(Debug, Default, Clone)]
pub struct XmlTags;

/// To come.
pub fn open<'i>(
    name: &str,
    content: Box<dyn Read + 'i>,
    _year: i16,
    _tags: &XmlTags,
    wanted: &dyn Fn(&[String]) -> bool,
) -> Result<Box<dyn RowSource + 'i>, SourceFault> {
    Ok(Box::new(CsvSource::open(name.to_owned(), content, wanted)?))
}
