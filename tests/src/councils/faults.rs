//! Faults planted in return files, for tests of what reads them.
//!
//! Each is a fault that data teams know by a rule's code, put into clean files by seed, with the place where the rule
//! must name it. Rows are changed where they are or added at the end, so that a line once named keeps its number. No
//! two faults touch one child: each then shows by itself. What cannot be made from a child who is there comes with a
//! child of its own (`classes`, `around`); what changes rows that are there stands in `changed`.

pub mod around;
pub mod changed;
pub mod classes;

use super::chance::{Chance, Purpose};
use super::sheet::Sheet;
use super::write::Table;
use changed::{CHANGED, Changed, MADE, Made};
use classes::{Added, DEFAULTS, SHARED};
use std::collections::BTreeSet;

/// A fault and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlantedFault {
    /// Return year.
    pub year: i16,
    /// File name in the year's folder.
    pub file: &'static str,
    /// Line, the header line being 1.
    pub line: usize,
    /// Code of the rule that must name this line.
    pub rule: &'static str,
    /// Rules that may name rows of the same child as well.
    pub also: &'static [&'static str],
}

/// A class of fault.
#[derive(Clone, Copy)]
enum Class {
    /// A child of its own.
    Added(&'static Added),
    /// A row that is there, changed.
    Changed(&'static Changed),
    /// Something made from this year's and last year's rows.
    Made(&'static Made),
}

/// Tables with added children.
const ADDED: [&[Added]; 7] = [
    classes::CHILD,
    classes::EPISODES,
    around::REVIEWS_AND_OUTCOMES,
    around::LEAVERS,
    around::ADOPTION,
    around::MISSING,
    around::WORKERS,
];

/// The codes of all rules that have a class of fault, in order.
#[must_use]
pub fn rules() -> BTreeSet<&'static str> {
    all().map(Class::rule).collect()
}

/// Plants faults in the tables of one return year by itself: about `rate` per row.
pub fn plant(tables: &mut [Table], code: &str, year: i16, seed: u64, rate: f64) -> Vec<PlantedFault> {
    Planter::new(code).plant(tables, year, seed, rate)
}

/// Plants faults in the linked returns of one authority, year by year.
pub struct Planter {
    code: String,
    /// Last year's tables as they were before planting, and the children of its faults.
    former: Option<(Vec<Sheet>, BTreeSet<String>)>,
}

impl Planter {
    /// A planter for the authority with this code.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), former: None }
    }

    /// Plants about `rate` faults per row in the next year's tables.
    pub fn plant(&mut self, tables: &mut [Table], year: i16, seed: u64, rate: f64) -> Vec<PlantedFault> {
        let number: u32 = self.code.parse().expect("an authority's code is a number");
        let mut chance = Chance::new(seed, Purpose::Faults, number);
        chance.turn_to(u64::from(year.unsigned_abs()));
        let mut work = self.begin(tables, year);
        let linked = work.former.is_some();
        for at in 0..tables.len() {
            let file = work.sheets[at].file;
            let here = |class: &Class| class.holds(year, linked) && class.file() == file;
            let classes: Vec<(Class, f64)> = all().filter(here).map(|class| (class, 1.0)).collect();
            if classes.is_empty() {
                continue;
            }
            for row in 0..work.sheets[at].rows.len() {
                if chance.happens(rate) {
                    let class = chance.choose(&classes);
                    work.apply(class, row);
                }
            }
        }
        self.end(work, tables)
    }

    /// Plants every class that holds in this year once, each on the first row that lends itself to it.
    pub fn plant_each(&mut self, tables: &mut [Table], year: i16) -> Vec<PlantedFault> {
        let mut work = self.begin(tables, year);
        let linked = work.former.is_some();
        for class in all().filter(|class| class.holds(year, linked)) {
            let n_rows = if matches!(class, Class::Changed(_)) { work.sheet(class.file()).rows.len() } else { 1 };
            let mut rows = 0..n_rows;
            while rows.next().is_some_and(|row| !work.apply(class, row)) {}
        }
        self.end(work, tables)
    }

    /// Takes the next year's tables as they are, for years in which nothing is planted.
    pub fn pass(&mut self, tables: &[Table]) {
        self.former = Some((tables.iter().map(Sheet::of).collect(), BTreeSet::new()));
    }

    fn begin(&mut self, tables: &[Table], year: i16) -> Work {
        let sheets: Vec<Sheet> = tables.iter().map(Sheet::of).collect();
        let (former, hurt) = match self.former.take() {
            Some((former, hurt)) => (Some(former), hurt),
            None => (None, BTreeSet::new()),
        };
        self.former = Some((sheets.clone(), BTreeSet::new()));
        Work { code: self.code.clone(), year, sheets, former, hurt, n_added: 0, planted: Vec::new() }
    }

    fn end(&mut self, work: Work, tables: &mut [Table]) -> Vec<PlantedFault> {
        for (table, sheet) in tables.iter_mut().zip(work.sheets) {
            *table = sheet.into_table();
        }
        if let Some((_, hurt)) = &mut self.former {
            *hurt = work.hurt;
        }
        let mut planted = work.planted;
        planted.sort();
        planted
    }
}

impl Class {
    fn rule(self) -> &'static str {
        match self {
            Self::Added(class) => class.rule,
            Self::Changed(class) => class.rule,
            Self::Made(class) => class.rule,
        }
    }

    fn also(self) -> &'static [&'static str] {
        match self {
            Self::Added(class) => class.also,
            Self::Changed(class) => class.also,
            Self::Made(class) => class.also,
        }
    }

    /// The file in which the rule names a row.
    fn file(self) -> &'static str {
        match self {
            Self::Added(class) => {
                lines(class.rows).find_map(|line| line.marked.then_some(line.file)).expect("a class marks a row")
            }
            Self::Changed(class) => class.file,
            Self::Made(class) => class.file,
        }
    }

    fn holds(self, year: i16, with_former: bool) -> bool {
        let (from, to, linked) = match self {
            Self::Added(class) => (class.from, class.to, class.linked),
            Self::Changed(class) => (class.from, 2027, class.linked),
            Self::Made(class) => (class.from, 2027, class.linked),
        };
        from <= year && year <= to && (with_former || !linked)
    }
}

/// All classes, in a fixed order.
fn all() -> impl Iterator<Item = Class> {
    let changed = CHANGED.iter().map(Class::Changed).chain(MADE.iter().map(Class::Made));
    changed.chain(ADDED.into_iter().flatten().map(Class::Added))
}

/// A return in which faults are being planted.
pub struct Work {
    code: String,
    /// Return year.
    pub year: i16,
    /// This year's tables.
    pub sheets: Vec<Sheet>,
    /// Last year's tables.
    pub former: Option<Vec<Sheet>>,
    /// Children whom a fault has touched.
    pub hurt: BTreeSet<String>,
    n_added: usize,
    planted: Vec<PlantedFault>,
}

impl Work {
    /// A table of this year.
    #[must_use]
    pub fn sheet(&self, file: &str) -> &Sheet {
        self.sheets.iter().find(|sheet| sheet.file == file).expect("a return has its tables")
    }

    /// A table of this year, to be changed.
    pub fn sheet_mut(&mut self, file: &str) -> &mut Sheet {
        self.sheets.iter_mut().find(|sheet| sheet.file == file).expect("a return has its tables")
    }

    /// Plants a fault; whether it could.
    fn apply(&mut self, class: Class, row: usize) -> bool {
        let at = match class {
            Class::Added(added) if added.rows.contains("{taken}") && self.taken().is_none() => None,
            Class::Added(added) => Some(self.add_child(added)),
            Class::Changed(changed) => changed.apply(self, row),
            Class::Made(made) => (made.make)(self),
        };
        if let Some(at) = at {
            let (year, file, rule, also) = (self.year, class.file(), class.rule(), class.also());
            self.planted.push(PlantedFault { year, file, line: at + 2, rule, also });
        }
        at.is_some()
    }

    /// Adds the rows of a child who was not there; the place of the marked row.
    fn add_child(&mut self, added: &Added) -> usize {
        self.n_added += 1;
        let id = format!("{}9{:02}{:04}", self.code, self.year.rem_euclid(100), self.n_added);
        self.hurt.insert(id.clone());
        let lines = self.with_companions(lines(added.rows).collect());
        let born = lines.iter().find(|line| line.letters == "H").map(|line| line.value("DOB").to_owned());
        let mut marked = 0;
        for line in &lines {
            let mut values: Vec<(&str, String)> = vec![("CHILD", id.clone())];
            values.extend(born.clone().map(|born| ("DOB", self.text(&born))));
            values.extend(line.values().map(|(name, value)| (name, self.text(value))));
            let sheet = self.sheet_mut(line.file);
            let mut row = vec![String::new(); sheet.columns.len()];
            for (name, value) in values {
                if sheet.columns.iter().any(|column| column == name) {
                    let column = sheet.column(name);
                    row[column] = value;
                }
            }
            if line.longer {
                row.push("1".to_owned());
            }
            sheet.rows.push(row);
            if line.marked {
                marked = sheet.rows.len() - 1;
            }
        }
        marked
    }

    /// What a clean child has beside the lines of its class: what was before care, and a social worker on 31 March.
    fn with_companions(&self, mut lines: Vec<Line>) -> Vec<Line> {
        let has = |lines: &[Line], letters: &str| lines.iter().any(|line| line.letters == letters);
        let in_care = has(&lines, "H") && has(&lines, "E");
        let lasts = lines.iter().any(|line| line.letters == "E" && line.value("DEC").is_empty() && line.value("REC").is_empty());
        if in_care && !has(&lines, "B") {
            lines.extend(Line::parse("B"));
        }
        let workers = self.year >= super::SOCIAL_WORKERS_FROM && in_care && lasts;
        if workers && !has(&lines, "S") && !has(&lines, "-S") {
            lines.extend(Line::parse("S"));
        }
        lines.retain(|line| !line.file.is_empty());
        lines
    }

    /// The pupil number of a child: of one without a fault where there is one, else of any.
    fn taken(&self) -> Option<String> {
        let is_whole = |upn: &str| {
            upn.len() == 13 && !upn.starts_with(['I', 'O', 'S']) && upn[1..12].bytes().all(|digit| digit.is_ascii_digit())
        };
        let numbered = || self.sheet("header.csv").rows.iter().rev().filter(|row| is_whole(&row[4]));
        let unhurt = numbered().find(|row| !self.hurt.contains(&row[0]));
        unhurt.or_else(|| numbered().next()).map(|row| row[4].clone())
    }

    /// A value with its placeholders filled in.
    fn text(&self, value: &str) -> String {
        let mut text = value.replace('_', " ");
        let newer = self.year >= 2025;
        for (name, filled) in [
            ("{M}", if newer { "M" } else { "1" }),
            ("{F}", if newer { "F" } else { "2" }),
            ("{supported}", if newer { "K3" } else { "H5" }),
            ("{supported urn}", if newer { "1234567" } else { "" }),
        ] {
            text = text.replace(name, filled);
        }
        if text == "{taken}" {
            return self.taken().unwrap_or_default();
        }
        text = text.replace("{long}", &"A".repeat(5000));
        while let Some((before, rest)) = text.split_once('{') {
            let (number, after) = rest.split_once('}').expect("a placeholder ends");
            let year = self.year - 1 + number.parse::<i16>().expect("a placeholder is a number of years");
            text = format!("{before}{year:04}{after}");
        }
        text
    }
}

/// One line of a class.
struct Line {
    letters: &'static str,
    file: &'static str,
    defaults: &'static str,
    own: &'static str,
    marked: bool,
    longer: bool,
}

impl Line {
    /// A line; none where it is blank.
    fn parse(text: &'static str) -> Option<Self> {
        let text = text.trim();
        let (head, own) = text.split_once(' ').unwrap_or((text, ""));
        let letters = head.trim_end_matches(['!', '+']);
        let table = DEFAULTS.iter().find(|(name, ..)| *name == letters);
        let (_, file, defaults) = table.copied().unwrap_or((letters, "", ""));
        let (marked, longer) = (head.contains('!'), head.contains('+'));
        (!text.is_empty()).then_some(Self { letters, file, defaults, own, marked, longer })
    }

    /// The values in the order in which they hold, later ones over earlier ones.
    fn values(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let cells = self.defaults.split_whitespace().chain(self.own.split_whitespace());
        cells.map(|cell| cell.split_once('=').expect("a cell of a class has a name and a value"))
    }

    /// The value of a column; blank where there is none.
    fn value(&self, name: &str) -> &'static str {
        self.values().filter(|(own, _)| *own == name).last().map_or("", |(_, value)| value)
    }
}

/// The lines of a class, shared groups written out.
fn lines(rows: &'static str) -> impl Iterator<Item = Line> {
    rows.split(';').flat_map(|line| {
        let shared = SHARED.iter().find(|(name, _)| *name == line.trim());
        shared.map_or(line, |(_, lines)| lines).split(';').filter_map(Line::parse).collect::<Vec<_>>()
    })
}
