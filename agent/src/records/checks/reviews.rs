//! Rules about reviews: how a child took part, beside the child's age on the day.

use super::Scene;
use crate::records::codes::TookPart;
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(birth) = scene.birth().filter(|_| !scene.now.reviews.is_empty()) else { return };
    let fourth_birthday = birth.birthday(4);
    for row in scene.now.reviews {
        match (row.took_part == TookPart::Pn0, row.on < fourth_birthday) {
            (true, false) => found.row(RuleId::R440, row),
            (false, true) => found.row(RuleId::R441, row),
            (true, true) | (false, false) => (),
        }
    }
}
