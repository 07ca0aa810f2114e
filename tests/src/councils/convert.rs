//! An XML return of ours read back into CSV tables: the other way round, so that both ways can be compared.
//!
//! By hand, over the writer's own output: it shares no code with the agent, which must read both alike.

use super::write::Table;
use super::xml::{EPISODE, FLAT, GROUPS};
use std::collections::BTreeMap;

/// Columns of the tables that an XML return holds.
const COLUMNS: [(&str, &str); 10] = [
    ("header.csv", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"),
    ("episodes.csv", "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"),
    (
        "oc2.csv",
        "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,\
         SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED",
    ),
    ("oc3.csv", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM"),
    ("reviews.csv", "CHILD,DOB,REVIEW,REVIEW_CODE"),
    ("missing.csv", "CHILD,DOB,MISSING,MIS_START,MIS_END"),
    ("uasc.csv", "CHILD,SEX,DOB,DUC"),
    ("ad1.csv", "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR"),
    ("placed_for_adoption.csv", "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED"),
    ("previous_permanence.csv", "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM"),
];

/// A row by column name.
type Row = BTreeMap<String, String>;

/// What one child's element holds: its own row, and the rows of other tables.
#[derive(Default)]
struct OneChild {
    own: Row,
    rows: Vec<(&'static str, Row)>,
}

/// The tables of an XML return, in the writer's order of tables and rows.
#[must_use]
pub fn tables(xml: &str) -> Vec<Table> {
    let mut texts: Vec<(&'static str, &str, String)> =
        COLUMNS.iter().map(|&(file, columns)| (file, columns, format!("{columns}\n"))).collect();
    for child in xml.split("<CHILD>").skip(1) {
        let child = one_child(child);
        for (file, columns, text) in &mut texts {
            for row in rows_of(&child, file) {
                let cells: Vec<&str> = columns.split(',').map(|column| row.get(column).map_or("", String::as_str)).collect();
                text.push_str(&cells.join(","));
                text.push('\n');
            }
        }
    }
    texts.into_iter().map(|(file, _, text)| Table { file, bytes: text.into_bytes() }).collect()
}

/// The rows of one table that a child's element makes.
fn rows_of(child: &OneChild, file: &str) -> Vec<Row> {
    let has = |name: &str| child.own.contains_key(name);
    let once = match file {
        "header.csv" => true,
        "uasc.csv" => child.own.get("UASC").is_some_and(|flag| flag == "1"),
        _ => FLAT.iter().any(|&(flat, sign)| flat == file && has(sign)),
    };
    if once {
        return vec![child.own.clone()];
    }
    let own = ["CHILD", "DOB"].map(|name| (name.to_owned(), child.own.get(name).cloned().unwrap_or_default()));
    let rows = child.rows.iter().filter(|(of, _)| *of == file);
    rows.map(|(_, row)| row.clone().into_iter().chain(own.clone()).collect()).collect()
}

/// Reads the text of one child's element.
fn one_child(text: &str) -> OneChild {
    let mut child = OneChild::default();
    let mut group: Option<(&'static str, Row)> = None;
    for piece in text.split('<').skip(1) {
        let (tag, value) = piece.split_once('>').unwrap_or((piece, ""));
        let (name, opens) = tag.strip_prefix('/').map_or((tag, true), |name| (name, false));
        match (file_of(name), opens) {
            (Some(file), true) => group = Some((file, Row::new())),
            (Some(_), false) => child.rows.extend(group.take()),
            (None, true) if !value.is_empty() => {
                let row = group.as_mut().map_or(&mut child.own, |(_, row)| row);
                row.insert(column_of(name).to_owned(), value.to_owned());
            }
            (None, _) => {}
        }
    }
    child
}

/// The table that a group of elements belongs to.
fn file_of(name: &str) -> Option<&'static str> {
    if name == "EPISODE" {
        return Some("episodes.csv");
    }
    GROUPS.iter().find(|&&(_, group)| group == name).map(|&(file, _)| file)
}

fn column_of(name: &str) -> &str {
    if name == "CHILDID" {
        return "CHILD";
    }
    EPISODE.iter().find(|&&(element, _)| element == name).map_or(name, |&(_, column)| column)
}
