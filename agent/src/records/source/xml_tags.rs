//! Elements of an XML return, and which sheets they fill.
//!
//! Two tables have no published elements: social workers and deprivations of liberty. Theirs are configured, and
//! without a configuration they have no sheet here.

use super::Sheet;

/// First return year with episodes of social workers.
const WORKERS_FROM: i16 = 2024;
/// First return year with deprivations of liberty.
const DEPRIVATIONS_FROM: i16 = 2027;

/// The configured elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlTags {
    /// Of a social worker's episode: `SW_ID`, `SW_DECOM`, `SW_DEC`, `SW_REASON`.
    pub workers: Option<GroupTags<4>>,
    /// Of a deprivation of liberty: `DOLO_START`, `DOLO_END`.
    pub deprivations: Option<GroupTags<2>>,
}

/// Elements of a table with several rows for a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTags<const N: usize> {
    /// The element that is repeated, within `CHILD` or `HEADER`.
    pub row: String,
    /// The elements in it, in the order of the table's columns after `CHILD` and `DOB`.
    pub columns: [String; N],
}

/// On what a row depends.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// On nothing but its element.
    Always,
    /// On an element with the text `1`.
    IsOne(&'static str),
    /// On an element with text.
    HasText(&'static str),
    /// On any text in its element.
    AnyText,
}

/// One table: the element that makes a row, and its columns under their names in CSV.
struct Table {
    name: &'static str,
    element: &'static str,
    when: When,
    columns: &'static [&'static str],
}

const HEADER: &str = "HEADER";

/// The tables in the order of their rows for a child.
const TABLES: [Table; 10] = [
    Table {
        name: "Header",
        element: HEADER,
        when: When::Always,
        columns: &["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"],
    },
    Table {
        name: "Episodes",
        element: "EPISODE",
        when: When::Always,
        columns: &[
            "CHILD",
            "DECOM",
            "RNE",
            "LS",
            "CIN",
            "PLACE",
            "PLACE_PROVIDER",
            "DEC",
            "REC",
            "REASON_PLACE_CHANGE",
            "HOME_POST",
            "PL_POST",
            "URN",
        ],
    },
    Table { name: "Reviews", element: "AREVIEW", when: When::Always, columns: &["CHILD", "DOB", "REVIEW", "REVIEW_CODE"] },
    // the reference tool takes any text for yes; a 0 says no
    Table { name: "UASC", element: HEADER, when: When::IsOne("UASC"), columns: &["CHILD", "SEX", "DOB", "DUC"] },
    Table {
        name: "OC2",
        element: "OC2",
        when: When::AnyText,
        columns: &[
            "CHILD",
            "DOB",
            "SDQ_SCORE",
            "SDQ_REASON",
            "CONVICTED",
            "HEALTH_CHECK",
            "IMMUNISATIONS",
            "TEETH_CHECK",
            "HEALTH_ASSESSMENT",
            "SUBSTANCE_MISUSE",
            "INTERVENTION_RECEIVED",
            "INTERVENTION_OFFERED",
        ],
    },
    Table {
        name: "OC3",
        element: HEADER,
        when: When::HasText("IN_TOUCH"),
        columns: &["CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM"],
    },
    Table {
        name: "AD1",
        element: HEADER,
        when: When::HasText("DATE_INT"),
        columns: &["CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"],
    },
    Table {
        name: "PlacedAdoption",
        element: "AD_PLACED",
        when: When::Always,
        columns: &["CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"],
    },
    Table {
        name: "PrevPerm",
        element: "PERMANENCE",
        when: When::HasText("PREV_PERM"),
        columns: &["CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"],
    },
    Table {
        name: "Missing",
        element: "AMISSING",
        when: When::Always,
        columns: &["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"],
    },
];

/// An element that holds texts.
pub(super) struct Kind {
    /// Its name.
    pub name: String,
    /// Names of the elements in it that are read.
    pub leaves: Vec<String>,
}

/// One sheet: which kind makes its rows, and where each cell comes from.
pub(super) struct Part {
    /// Position of its kind.
    pub kind: usize,
    /// On what a row depends.
    pub when: When,
    /// Kind and leaf of each cell: its own, or the header's.
    pub cells: Vec<(usize, usize)>,
}

/// All that is read of a return's XML in one year. The first kind is the header.
pub(super) struct Layout {
    /// The elements.
    pub kinds: Vec<Kind>,
    /// The sheets' rows.
    pub parts: Vec<Part>,
    /// The sheets, in the order of the parts.
    pub sheets: Vec<Sheet>,
}

impl Layout {
    /// The layout of a return year. `file` stands in the names of the sheets.
    pub fn new(file: &str, year: i16, tags: &XmlTags) -> Self {
        let mut layout = Self {
            kinds: vec![Kind { name: HEADER.into(), leaves: vec!["CHILDID".into(), "DOB".into(), "UASC".into()] }],
            parts: Vec::new(),
            sheets: Vec::new(),
        };
        for table in &TABLES {
            let cells = table.columns.iter().map(|column| (*column, element_of(column)));
            layout.add(file, table.name, table.element, table.when, cells);
        }
        if let Some(tags) = tags.workers.as_ref().filter(|_| year >= WORKERS_FROM) {
            layout.add_group(file, "SWEpisodes", ["SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"], tags);
        }
        if let Some(tags) = tags.deprivations.as_ref().filter(|_| year >= DEPRIVATIONS_FROM) {
            layout.add_group(file, "DoLo", ["DOLO_START", "DOLO_END"], tags);
        }
        layout
    }

    fn add_group<const N: usize>(&mut self, file: &str, table: &str, columns: [&'static str; N], tags: &GroupTags<N>) {
        let of_child = [("CHILD", "CHILDID"), ("DOB", "DOB")].into_iter();
        let own = columns.into_iter().zip(tags.columns.iter().map(String::as_str));
        self.add(file, table, &tags.row, When::Always, of_child.chain(own));
    }

    fn add<'t>(
        &mut self,
        file: &str,
        table: &str,
        element: &str,
        when: When,
        cells: impl Iterator<Item = (&'static str, &'t str)>,
    ) {
        let kind = self.kinds.iter().position(|kind| kind.name == element).unwrap_or_else(|| {
            self.kinds.push(Kind { name: element.to_owned(), leaves: Vec::new() });
            self.kinds.len() - 1
        });
        let mut part = Part { kind, when, cells: Vec::new() };
        let mut sheet = Sheet { name: format!("{file} [{table}]"), columns: Vec::new() };
        for (column, leaf) in cells {
            let of = if matches!(column, "CHILD" | "DOB") { 0 } else { kind };
            part.cells.push((of, self.leaf(of, leaf)));
            sheet.columns.push(column.to_owned());
        }
        self.parts.push(part);
        self.sheets.push(sheet);
    }

    fn leaf(&mut self, kind: usize, name: &str) -> usize {
        let Some(kind) = self.kinds.get_mut(kind) else { return 0 };
        kind.leaves.iter().position(|leaf| leaf == name).unwrap_or_else(|| {
            kind.leaves.push(name.to_owned());
            kind.leaves.len() - 1
        })
    }
}

/// The element of a column: two have other names than in CSV.
fn element_of(column: &'static str) -> &'static str {
    match column {
        "CHILD" => "CHILDID",
        "PLACE" => "PL",
        _ => column,
    }
}
