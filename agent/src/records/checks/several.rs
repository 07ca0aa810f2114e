//! Rules that compare children. They warn, or refuse the return; they never drop a row.

use crate::pseudonym::Token;
use crate::records::child::Records;
use crate::records::findings::Recorder;
use crate::records::marks::UpnKind;
use crate::records::rows::HeaderRow;
use crate::records::rules::RuleId;

/// Two children with one unique pupil number.
pub(in crate::records) fn check(records: &Records, found: &mut Recorder<'_>) {
    let mut numbered: Vec<&HeaderRow> = records.header.iter().filter(|row| row.upn_kind == UpnKind::Whole).collect();
    let key = |row: &&HeaderRow| -> (Token, crate::records::ChildIndex, u32) { (row.upn, row.child, row.line) };
    numbered.sort_unstable_by_key(key);
    for pair in numbered.windows(2) {
        let [before, row] = pair else { continue };
        if before.upn == row.upn && before.child != row.child {
            found.row(RuleId::R444, *row);
        }
    }
}
