//! Distance from home where the worked examples leave off.

use shared::framework::Parameters;

use crate::day::Day;
use crate::histories::tests::{histories, year};
use crate::histories::{Mending, build};
use crate::measures::tests::{IN_CARE, check, in_2025};

#[test]
fn b13_needs_a_directory_and_a_day_in_care() {
    check("B13.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    check("B13.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
}

#[test]
fn with_a_directory_that_lacks_the_postcodes_nothing_is_known() {
    let mut returns = crate::histories::tests::read(&[in_2025(&[IN_CARE])]);
    returns.has_postcodes = true;
    let child = build(&returns, year(2025), Mending::Apply, Parameters::default()).children.remove(0);
    assert!(child.supplied.postcodes() && !histories(2025, &[in_2025(&[IN_CARE])]).children[0].supplied.postcodes());
    let answer = super::b13(&child, year(2025)).map(|answer| answer.what);
    assert!(answer == Some(crate::measures::answer::Category::on_last_day(super::B13::NotKnown).what));
    assert!(child.episode_on(Day::last_of(year(2025))).is_some_and(|e| e.location == super::Location::NotKnown));
}
