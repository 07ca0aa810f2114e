//! Rules about children who came to the country alone.

use super::Scene;
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    for row in scene.now.uasc {
        let Some(birth) = scene.birth().or(row.birth.known()) else { continue };
        if birth.birthday(11) > scene.year.last {
            found.row(RuleId::R231, row);
        }
        if row.ceased.known().is_some_and(|ceased| ceased > birth.birthday(18)) {
            found.row(RuleId::R304, row);
        }
    }
}
