//! The inbox: returns in folders, and those of a live source, read one return at a time, with limits.
//!
//! A return year is known by the four digits in the name of its folder; files are known by their content, which is read
//! as it streams by. Whoever can change these files changes the figures of this authority, and nothing else.

mod places; // folders, and a live source
mod refused; // why input as a whole is not used

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use shared::ids::ReportingYear;

use super::live;
use crate::config::{AgentConfig, Postcodes};
use crate::pseudonym::PseudonymKey;
use crate::records::changed::{ChangedIds, ChangedIdsFault};
use crate::records::limits::FILES_MAX;
use crate::records::postcodes::{PostcodeDirectory, PostcodesFault};
use crate::records::rules::RuleBook;
use crate::records::source::{XmlTags, open};
use crate::records::{Content, ErrorRateMax, Offered, ReadOptions, ReturnReader, Returns, TableSet, YEAR_FIRST, YEAR_LAST};
use places::{Place, connect, places_of};
pub use refused::{InboxError, InputRefusal};

/// Name of the file of identifiers that were replaced; it lies beside the folders of the years.
pub const CHANGED_IDS: &str = "changed_ids.csv";

/// Most entries of the folder of returns that are looked at.
const FOLDERS_MAX: usize = 1000;

/// All returns that a round looks at, with what speaks against using them.
pub struct Input {
    /// The year to report.
    pub year: ReportingYear,
    /// Returns up to that year, in the order of their years.
    pub returns: Returns,
    /// Folders and files that were not looked at, with the reason.
    pub left_aside: Vec<String>,
    /// What speaks against using the input; empty when nothing does.
    pub refusals: Vec<InputRefusal>,
    /// How many identifiers `changed_ids.csv` replaces, where there is one.
    pub n_changed_ids: Option<usize>,
    /// The files that were opened.
    pub files: Vec<FileRead>,
}

/// A file that was opened.
pub struct FileRead {
    /// The return that it was read for.
    pub year: ReportingYear,
    /// Its name in messages.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

impl Input {
    fn of(year: ReportingYear) -> Self {
        Self {
            year,
            returns: Returns::default(),
            left_aside: Vec::new(),
            refusals: Vec::new(),
            n_changed_ids: None,
            files: Vec::new(),
        }
    }

    fn note_files(&mut self, year: ReportingYear, files: &[Named]) {
        let read = |file: &Named| FileRead { year, name: file.name.clone(), path: file.path.clone() };
        self.files.extend(files.iter().map(read));
    }

    fn hold_against(mut self, limit: ErrorRateMax) -> Self {
        for read in &mut self.returns.all {
            read.hold_against(limit);
            let year = read.year;
            self.refusals.extend(read.refusals.iter().cloned().map(|refusal| InputRefusal::Return { year, refusal }));
        }
        self
    }
}

/// What to tell a person who waits: how many steps there are, and which one begins.
pub trait Waiting {
    /// Before the first step.
    fn begins(&mut self, n_steps: usize);
    /// As a step begins.
    fn step(&mut self, what: &str);
    /// How many bytes all files have together, once that is known; from then on bytes are counted in the place of steps.
    fn bytes(&mut self, _n_bytes: u64) {}
    /// So many bytes more were read.
    fn advanced(&mut self, _n_bytes: u64) {}
    /// After the last step.
    fn ends(&mut self);
}

/// Tells nobody.
pub struct Silent;

impl Waiting for Silent {
    fn begins(&mut self, _n_steps: usize) {}
    fn step(&mut self, _what: &str) {}
    fn ends(&mut self) {}
}

/// Reads the returns of a configuration, up to a year.
pub fn read_configured(
    config: &AgentConfig,
    year: ReportingYear,
    key: &PseudonymKey,
    waiting: &mut dyn Waiting,
) -> Result<Input, InboxError> {
    let mut input = Input::of(year);
    if !is_read(year) {
        input.refusals.push(InputRefusal::YearNotRead { year });
        return Ok(input);
    }
    let places = places_of(config, &mut input)?;
    let has_year = places.iter().any(|(of, _)| *of == year);
    let others = places.iter().map(|(_, place)| place.name().to_owned()).collect();
    let database = connect(config, &places, &mut input);
    let changed = changed_ids(&config.returns.join(CHANGED_IDS), &mut input)?;
    let postcodes = match &config.postcodes {
        Some(postcodes) => directory(postcodes, &mut input)?,
        None => None,
    };
    let options = ReadOptions {
        key,
        rules: &config.rules,
        changed: &changed,
        xml: &config.xml,
        ignored: config.tables_ignored,
        postcodes: postcodes.as_ref(),
    };
    let mut reader = ReturnReader::new(options);
    waiting.begins(places.len());
    waiting.bytes(places.iter().flat_map(|(_, place)| place.files()).map(|file| file.n_bytes).sum());
    let waiting = RefCell::new(waiting);
    for (of, place) in places {
        waiting.borrow_mut().step(&format!("return {of}"));
        let demanded = if of == year { config.tables_demanded() } else { TableSet::required() };
        input.note_files(of, place.files());
        match (place, &config.live, &database) {
            (Place::Folder { files, .. }, _, _) => reader.read(of, demanded, offered(files, &waiting)?),
            (Place::Live, Some(live), Some(database)) => {
                let opened = live::open(database.as_ref(), live, of, config.tables_ignored);
                input.left_aside.extend(opened.left_aside);
                input.refusals.extend(opened.faults.into_iter().map(|fault| InputRefusal::Live { year: of, fault }));
                let demanded = opened.failed.tables().fold(demanded, TableSet::without);
                reader.read(of, demanded, opened.offered)
            }
            (Place::Live, _, _) => continue,
        };
    }
    waiting.into_inner().ends();
    input.returns = reader.finish();
    note_absent_tables(config, &mut input);
    if !has_year {
        input.refusals.push(InputRefusal::YearAbsent { year, folder: config.returns.display().to_string(), others });
    }
    Ok(input.hold_against(config.error_rate_max))
}

/// Whether returns of a year are read by this version.
fn is_read(year: ReportingYear) -> bool {
    (YEAR_FIRST..=YEAR_LAST).contains(&year.number())
}

/// Names the tables that an earlier return lacks and that measures and rules would look at.
fn note_absent_tables(config: &AgentConfig, input: &mut Input) {
    let year = input.year;
    for read in input.returns.all.iter().filter(|read| read.year < year) {
        let wanted = config.tables_demanded().tables().filter(|table| table.is_in(read.year.number()) && !table.is_extract());
        for table in wanted.filter(|table| !table.is_required() && !read.records.supplied.contains(*table)) {
            let what = "what looks at it says \"table not supplied\"";
            input.left_aside.push(format!("{}: no file is the table {table}; {what}", read.year));
        }
    }
}

/// Reads files, or folders of files, as one return of a year, under the rules as they are unless configured.
pub fn read_paths(
    paths: &[PathBuf],
    year: ReportingYear,
    limit: ErrorRateMax,
    key: &PseudonymKey,
    waiting: &mut dyn Waiting,
) -> Result<Input, InboxError> {
    let mut input = Input::of(year);
    if !is_read(year) {
        input.refusals.push(InputRefusal::YearNotRead { year });
        return Ok(input);
    }
    let mut files = Vec::new();
    let mut changed = ChangedIds::default();
    for path in paths {
        if path.is_dir() {
            let Some(folder) = folder_of_year(path, &mut input)? else { continue };
            files.extend(files_of(&folder, &folder.display().to_string(), &mut input.left_aside)?);
        } else if name_of(path) == CHANGED_IDS {
            changed = changed_ids(path, &mut input)?;
        } else {
            files.push(Named::new(path.display().to_string(), path)?);
        }
    }
    if !input.refusals.is_empty() {
        // without the folder of the year nothing was read, and a list of absent tables would say nothing more
        return Ok(input);
    }
    let (rules, xml) = (RuleBook::built_in(), XmlTags::default());
    let options = ReadOptions { key, rules: &rules, changed: &changed, xml: &xml, ignored: TableSet::NONE, postcodes: None };
    let mut reader = ReturnReader::new(options);
    waiting.begins(1);
    waiting.bytes(files.iter().map(|file| file.n_bytes).sum());
    let waiting = RefCell::new(waiting);
    input.note_files(year, &files);
    reader.read(year, TableSet::required(), offered(files, &waiting)?);
    waiting.into_inner().ends();
    input.returns = reader.finish();
    Ok(input.hold_against(limit))
}

/// Reads the identifiers that were replaced, where the file is there.
fn changed_ids(path: &Path, input: &mut Input) -> Result<ChangedIds, InboxError> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(ChangedIds::default());
    }
    if !path.is_file() {
        return Err(InboxError { path: shown(&path.display().to_string()), why: "it is no plain file".to_owned() });
    }
    let content = File::open(path).map_err(failed(path))?;
    let read = open(&name_of(path), Box::new(content), input.year.number(), &XmlTags::default(), &ChangedIds::is_header)
        .map_err(ChangedIdsFault::Source)
        .and_then(|mut source| ChangedIds::read(source.as_mut()));
    Ok(match read {
        Ok(changed) => {
            input.n_changed_ids = Some(changed.n());
            changed
        }
        Err(why) => {
            input.refusals.push(InputRefusal::ChangedIds { year: input.year, file: name_of(path), why });
            ChangedIds::default()
        }
    })
}

/// Reads the postcode directory; `None` with a refusal when it cannot be used.
fn directory(postcodes: &Postcodes, input: &mut Input) -> Result<Option<PostcodeDirectory>, InboxError> {
    let path = &postcodes.file;
    let file = Named::new(path.display().to_string(), path)?;
    let content = File::open(&file.path).map_err(failed(path))?;
    let wanted = &PostcodeDirectory::is_header;
    let read = open(&file.name, Box::new(content), input.year.number(), &XmlTags::default(), wanted)
        .map_err(PostcodesFault::Source)
        .and_then(|mut source| PostcodeDirectory::read(source.as_mut(), &postcodes.own));
    Ok(match read {
        Ok(directory) => Some(directory),
        Err(why) => {
            input.refusals.push(InputRefusal::Postcodes { year: input.year, file: file.name, why });
            None
        }
    })
}

/// A file of a return, not yet opened.
struct Named {
    /// Name for messages.
    name: String,
    path: PathBuf,
    n_bytes: u64,
}

impl Named {
    fn new(name: String, path: &Path) -> Result<Self, InboxError> {
        let about = fs::metadata(path).map_err(failed(path))?;
        if !about.is_file() {
            // a pipe would be waited for without end
            return Err(InboxError { path: shown(&path.display().to_string()), why: "it is no plain file".to_owned() });
        }
        Ok(Self { name: shown(&name), path: path.to_owned(), n_bytes: about.len() })
    }
}

/// A file that tells how much of it was read.
struct Counted<'w, 'd> {
    file: File,
    waiting: &'w RefCell<&'d mut dyn Waiting>,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(into)?;
        self.waiting.borrow_mut().advanced(u64::try_from(n).unwrap_or(u64::MAX));
        Ok(n)
    }
}

/// Opens the files of a return.
fn offered<'w>(files: Vec<Named>, waiting: &'w RefCell<&mut dyn Waiting>) -> Result<Vec<Offered<'w>>, InboxError> {
    let open = |Named { name, path, .. }: Named| {
        let file = File::open(&path).map_err(failed(&path))?;
        Ok(Offered { name, content: Content::Bytes(Box::new(Counted { file, waiting })) })
    };
    files.into_iter().map(open).collect()
}

/// The folder to read for a named one: itself, or, where it holds no file but folders of years, the one of the year.
/// `None` with a refusal when it is not clear which.
fn folder_of_year(named: &Path, input: &mut Input) -> Result<Option<PathBuf>, InboxError> {
    let entries = entries_of(named, FOLDERS_MAX)?;
    let years: Vec<(ReportingYear, &PathBuf)> =
        entries.iter().filter(|path| path.is_dir()).filter_map(|path| Some((year_in(&name_of(path))?, path))).collect();
    if years.is_empty() || entries.iter().any(|path| may_be_of_return(path) && !path.is_dir()) {
        return Ok(Some(named.to_owned()));
    }
    let mut of_year = years.iter().filter(|(of, _)| *of == input.year).map(|(_, path)| *path);
    let shown = |path: &Path| shown(&path.display().to_string());
    match (of_year.next(), of_year.next()) {
        (Some(only), None) => return Ok(Some(only.clone())),
        (Some(first), Some(second)) => {
            input.refusals.push(InputRefusal::YearTwice { year: input.year, first: shown(first), second: shown(second) });
        }
        (None, _) => {
            let others = years.iter().map(|(_, path)| name_of(path)).collect();
            input.refusals.push(InputRefusal::YearAbsent { year: input.year, folder: shown(named), others });
        }
    }
    Ok(None)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| shown(&name.to_string_lossy())).unwrap_or_default()
}

/// A name as it may be shown: without line breaks and the signs that steer a terminal.
fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Why something in a folder is no part of a return.
fn why_not_of_return(path: &Path) -> Option<&'static str> {
    let name = name_of(path);
    if path.is_dir() {
        Some("a folder")
    } else if name.starts_with("~$") {
        Some("a spreadsheet program has the workbook of this name open; save and close it")
    } else if name.to_ascii_lowercase().ends_with(".xls") {
        Some("the old Excel format; save it as .xlsx or CSV")
    } else if !path.is_file() {
        Some("not a plain file")
    } else if may_be_of_return(path) {
        None
    } else {
        Some("not a CSV, XML or Excel file")
    }
}

/// Whether a file may be a part of a return by its name's end; what it is is decided by its content.
fn may_be_of_return(path: &Path) -> bool {
    let ends = ["csv", "txt", "xml", "xlsx", "xlsm"];
    path.extension().is_some_and(|extension| ends.iter().any(|end| extension.eq_ignore_ascii_case(end)))
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> InboxError + '_ {
    move |error| InboxError { path: shown(&path.display().to_string()), why: error.kind().to_string() }
}

/// Entries of a folder by name; a folder with more than so many is not read.
fn entries_of(folder: &Path, limit: usize) -> Result<Vec<PathBuf>, InboxError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        if paths.len() == limit {
            // which of them would be left out is nobody's choice
            let why = format!("it holds more than {limit} entries");
            return Err(InboxError { path: shown(&folder.display().to_string()), why });
        }
        paths.push(entry.map_err(failed(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Folders of returns up to the year of the input, by year.
fn folders_of(returns: &Path, input: &mut Input) -> Result<Vec<(ReportingYear, PathBuf)>, InboxError> {
    let mut folders: Vec<(ReportingYear, PathBuf)> = Vec::new();
    for path in entries_of(returns, FOLDERS_MAX)? {
        let name = name_of(&path);
        if name == CHANGED_IDS {
            continue;
        }
        if !path.is_dir() {
            input.left_aside.push(format!("{name}: not a folder of a return year"));
            continue;
        }
        let Some(of) = year_in(&name) else {
            input.left_aside.push(format!("{name}: its name does not hold one return year of four digits"));
            continue;
        };
        if !(YEAR_FIRST..=YEAR_LAST).contains(&of.number()) {
            input.left_aside.push(format!("{name}: returns of {of} are not read by this version"));
        } else if of > input.year {
            input.left_aside.push(format!("{name}: later than the reporting year {}", input.year));
        } else if let Some((_, first)) = folders.iter().find(|(year, _)| *year == of) {
            input.refusals.push(InputRefusal::YearTwice { year: of, first: name_of(first), second: name });
        } else {
            folders.push((of, path));
        }
    }
    folders.sort();
    Ok(folders)
}

/// The one return year that a name holds, as a run of exactly four digits.
fn year_in(name: &str) -> Option<ReportingYear> {
    let runs = name.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    let mut years = runs.filter_map(|run| run.parse::<ReportingYear>().ok());
    let year = years.next()?;
    years.all(|other| other == year).then_some(year)
}

/// The files of a folder that may be of a return, by name.
fn files_of(folder: &Path, prefix: &str, left_aside: &mut Vec<String>) -> Result<Vec<Named>, InboxError> {
    let mut files = Vec::new();
    for path in entries_of(folder, FOLDERS_MAX)? {
        let name = format!("{prefix}/{}", name_of(&path));
        if let Some(why) = why_not_of_return(&path) {
            left_aside.push(format!("{name}: {why}"));
            continue;
        }
        // one more than allowed is read, so that the return is refused and nothing is left out in silence
        if files.len() > FILES_MAX {
            left_aside.push(format!("{name}: the return has more files than are read"));
            continue;
        }
        files.push(Named::new(name, &path)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::refusals::tests::check_words;

    #[test]
    fn a_return_year_is_four_digits_in_the_name() {
        let check = |name: &str, expected: Option<i16>| assert_eq!(year_in(name).map(ReportingYear::number), expected, "{name}");
        check("2024", Some(2024));
        check("SSDA903 return 2024", Some(2024));
        check("2024_final_2024", Some(2024));
        check("2023-2024", None);
        check("20240401", None);
        check("old", None);
        check("1066", None);
    }

    /// Reads a folder of year folders as the return of 2025.
    fn read_parent(years: &[&str]) -> Input {
        let parent = tempfile::tempdir().unwrap();
        for year in years {
            fs::create_dir(parent.path().join(year)).unwrap();
            let row = format!("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n{year},F,15/05/2012,WBRI,,,\n");
            fs::write(parent.path().join(year).join("h.csv"), row).unwrap();
        }
        let (year, limit) = (ReportingYear::new(2025).unwrap(), ErrorRateMax { per_million: 0 });
        read_paths(&[parent.path().to_owned()], year, limit, &crate::pseudonym::tests::key(), &mut Silent).unwrap()
    }

    #[test]
    fn a_folder_of_year_folders_is_read_as_the_folder_of_the_year() {
        let input = read_parent(&["2024", "2025", "old"]);
        assert_eq!(input.returns.all.len(), 1);
        assert_eq!((input.returns.all[0].n_rows, input.returns.all[0].files.len()), (1, 1));
        assert!(input.returns.all[0].files[0].name.ends_with("2025/h.csv"), "{}", input.returns.all[0].files[0].name);
        for (years, code, named) in [
            (&["2023", "2024"][..], "year-absent", "which holds 2023, 2024"),
            (&["2025", "2025 final"][..], "year-twice", "2025 final both name 2025"),
        ] {
            let input = read_parent(years);
            let [refusal] = &input.refusals[..] else { panic!("{} refusals", input.refusals.len()) };
            assert!(refusal.code() == code && refusal.to_string().contains(named), "{refusal}");
            check_words(refusal.code(), &refusal.to_string());
            assert!(input.returns.all.is_empty());
        }
    }

    #[test]
    fn identifiers_that_are_not_clear_refuse_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(CHANGED_IDS);
        fs::write(&file, "OLD,NEW\nSECRET1,B1\nSECRET1,B2\n").unwrap();
        let (year, limit) = (ReportingYear::new(2025).unwrap(), ErrorRateMax { per_million: 0 });
        let input = read_paths(&[file], year, limit, &crate::pseudonym::tests::key(), &mut Silent).unwrap();
        let refusal = input.refusals.first().unwrap();
        check_words(refusal.code(), &refusal.to_string());
        assert!(refusal.to_string().contains("changed_ids.csv:3 gives a second new identifier"), "{refusal}");
        assert!(!refusal.to_string().contains("SECRET"));
    }

    #[test]
    fn a_directory_that_is_none_refuses_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("directory.csv");
        let own = vec![crate::records::postcodes::AreaCode::parse(b"E10000003").unwrap()];
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            let mut input = Input::of(ReportingYear::new(2025).unwrap());
            let read = directory(&Postcodes { file: file.clone(), own: own.clone() }, &mut input).unwrap();
            (read.map(|directory| directory.n()), input.refusals)
        };
        let header = "pcds,oseast1m,osnrth1m,laua,cty\n";
        let (n, refusals) = read(&format!("{header}ZZ1 1AA,1,2,E07000008,E10000003\n"));
        assert!(n == Some(1) && refusals.is_empty());
        let (n, refusals) = read(&format!("{header}ZZ1 1AA,1,2,E07000008,E10000004\n"));
        let [refusal] = &refusals[..] else { panic!("{} refusals", refusals.len()) };
        check_words(refusal.code(), &refusal.to_string());
        assert!(n.is_none() && refusal.to_string().contains("E10000003") && refusal.year().number() == 2025, "{refusal}");
        fs::remove_file(&file).unwrap();
        let mut input = Input::of(ReportingYear::new(2025).unwrap());
        assert!(directory(&Postcodes { file, own }, &mut input).is_err());
    }

    #[test]
    fn what_cannot_be_read_has_a_code_and_says_what_to_do() {
        let (year, limit) = (ReportingYear::new(2025).unwrap(), ErrorRateMax { per_million: 0 });
        let error =
            read_paths(&["/nowhere/a.csv".into()], year, limit, &crate::pseudonym::tests::key(), &mut Silent).err().unwrap();
        check_words(error.code(), &error.to_string());
        assert!(error.to_string().contains("/nowhere/a.csv"));
    }
}
