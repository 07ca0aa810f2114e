//! A return as one workbook, a sheet per table, as people keep it who work in a spreadsheet: days are real dates and
//! numbers real numbers; identifiers stay text, so that none is rounded.

use super::sheet::{Sheet, name_of};
use super::write::Table;
use super::{Council, write_file};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io;
use std::path::Path;

/// File name of a return as a workbook.
pub const FILE: &str = "ssda903.xlsx";

/// Columns of days.
const DAYS: [&str; 25] = [
    "DOB",
    "MC_DOB",
    "DECOM",
    "DEC",
    "REVIEW",
    "DUC",
    "DATE_INT",
    "DATE_MATCH",
    "DATE_PLACED",
    "DATE_PLACED_CEASED",
    "DATE_PERM",
    "MIS_START",
    "MIS_END",
    "SW_DECOM",
    "SW_DEC",
    "SDQ_DATE",
    "SURVEY_DATE",
    "SCHOOL_START",
    "SCHOOL_END",
    "REFERRAL_DATE",
    "FIRST_APPT_DATE",
    "CLOSED_DATE",
    "PATHWAY_REVIEW",
    "HOME_DATE",
    "HEALTH_CHECK_DATE",
];

/// Columns that stay text though they look like numbers.
const TEXTS: [&str; 5] = ["CHILD", "UPN", "URN", "LA_PERM", "SCHOOL"];

impl Council {
    /// Writes one folder per return year with the return and the extracts as a workbook.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write_workbook(&self, folder: &Path) -> io::Result<()> {
        for year in self.years_returned() {
            let bytes = book(&self.files(year)).map_err(io::Error::other)?;
            write_file(folder, year, FILE, &bytes)?;
        }
        Ok(())
    }
}

/// The workbook of a return.
///
/// # Errors
/// When the writer of workbooks fails.
pub fn book(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for table in tables {
        let sheet = Sheet::of(table);
        let page = book.add_worksheet();
        page.set_name(name_of(table.file))?;
        for (column, name) in (0..).zip(&sheet.columns) {
            page.write_string(0, column, name)?;
            for (row, cells) in (1..).zip(&sheet.rows) {
                cell(page, (row, column), name, &cells[usize::from(column)], &day)?;
            }
        }
    }
    book.save_to_buffer()
}

fn cell(page: &mut Worksheet, (row, column): (u32, u16), name: &str, text: &str, day: &Format) -> Result<(), XlsxError> {
    let is_day = DAYS.contains(&name) || name.starts_with("DOLO_");
    if text.is_empty() {
        return Ok(());
    }
    match (is_day.then(|| date(text)).flatten(), text.parse::<u32>()) {
        (Some(on), _) => page.write_datetime_with_format(row, column, &on?, day)?,
        (None, Ok(number)) if !TEXTS.contains(&name) => page.write_number(row, column, f64::from(number))?,
        (None, _) => page.write_string(row, column, text)?,
    };
    Ok(())
}

/// A day of the return; none where a part of it is not known.
fn date(text: &str) -> Option<Result<ExcelDateTime, XlsxError>> {
    let (day, rest) = text.split_once('/')?;
    let (month, year) = rest.split_once('/')?;
    Some(ExcelDateTime::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}
