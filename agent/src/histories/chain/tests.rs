//! Details 6, 8 and 9, and every parameter of the framework in both positions.

use shared::framework::{Parameters, SameCarerMove, TemporaryMoves, TemporaryStay};

use crate::histories::tests::{read, written, year};
use crate::histories::{ChildHistory, Mending, build};

const DEFAULT: Parameters = Parameters {
    temporary_stay: TemporaryStay::PartOfHome,
    same_carer_move: SameCarerMove::NewHome,
    temporary_moves: TemporaryMoves::Counted,
};
const OWN_HOME: Parameters = Parameters { temporary_stay: TemporaryStay::OwnHome, ..DEFAULT };
const SAME_HOME: Parameters = Parameters { same_carer_move: SameCarerMove::SameHome, ..DEFAULT };
const LEFT_OUT: Parameters = Parameters { temporary_moves: TemporaryMoves::LeftOut, ..DEFAULT };
const BOTH: Parameters = Parameters { temporary_stay: TemporaryStay::OwnHome, ..LEFT_OUT };

fn child(episodes: &[&str], parameters: Parameters) -> ChildHistory {
    let returns = read(&[written(2025, &["A1,F,15/05/2012,WBRI,UN1,,"], episodes)]);
    build(&returns, year(2025), Mending::Apply, parameters).children.remove(0)
}

/// Placement and carer of each episode, with a star where it changes carers for B4, as text: `0/0* 1/0`.
fn check(episodes: &[&str], parameters: Parameters, expected: &str) {
    let child = child(episodes, parameters);
    let number = |number: Option<usize>| number.map_or("-".to_owned(), |number| number.to_string());
    let told = |e: &crate::histories::Episode| {
        format!("{}/{}{}", number(e.placement), number(e.carer), if e.changes_carer { "*" } else { "" })
    };
    let found: Vec<String> = child.episodes.iter().map(told).collect();
    assert_eq!(found.join(" "), expected, "{episodes:?} {parameters:?}");
}

const HOME: &str = "A1,01/06/2024,S,C2,U4,01/07/2024,X1";
const STAY: &str = "A1,01/07/2024,P,C2,T1,08/07/2024,X1,HO5 1AL";
const BACK: &str = "A1,08/07/2024,P,C2,U4,,";
const ELSEWHERE: &str = "A1,08/07/2024,P,C2,U4,,,ZZ1 1ZZ";

#[test]
fn the_defaults_are_those_of_the_rules() {
    assert_eq!(Parameters::default(), DEFAULT);
}

#[test]
fn a_stay_is_part_of_the_home_or_a_home_of_its_own() {
    check(&[HOME, STAY, BACK], DEFAULT, "0/0* 0/0* 0/0*");
    check(&[HOME, STAY, BACK], OWN_HOME, "0/0* 1/1* 2/2*");
    check(&[HOME, STAY, ELSEWHERE], DEFAULT, "0/0* 0/0* 1/1*");
    check(&[HOME, STAY, ELSEWHERE], OWN_HOME, "0/0* 1/1* 2/2*");
    // a legal change alone goes on with what there was: the home, or the stay
    let legal = "A1,08/07/2024,L,C1,U4,,,ZZ1 1ZZ";
    check(&[HOME, STAY, legal], DEFAULT, "0/0* 0/0* 0/0");
    check(&[HOME, STAY, legal], OWN_HOME, "0/0* 1/1* 1/1");
    // a period that begins temporary has no home until the first other episode
    let begun = ["A1,01/06/2024,S,C2,T0,01/07/2024,X1", "A1,01/07/2024,L,C1,T0,08/07/2024,X1", BACK];
    check(&begun, DEFAULT, "-/-* -/- 0/0*");
    check(&begun, OWN_HOME, "0/0* 0/0 1/1*");
    check(&["A1,01/06/2024,S,C2,T0,08/07/2024,X1", "A1,08/07/2024,T,C1,U4,,"], DEFAULT, "-/-* 0/0");
    check(&["A1,01/06/2024,S,C2,T0,08/07/2024,X1", "A1,08/07/2024,T,C1,U4,,"], OWN_HOME, "0/0* 1/0");
    check(&["A1,01/06/2024,S,C2,T0,08/07/2024,X1", "A1,08/07/2024,L,C1,U4,,"], DEFAULT, "-/-* 0/0");
    // each kind of temporary stay
    for place in ["T0", "T1", "T2", "T3", "T4"] {
        let stay = format!("A1,01/07/2024,P,C2,{place},08/07/2024,X1,HO5 1AL");
        check(&[HOME, &stay, BACK], DEFAULT, "0/0* 0/0* 0/0*");
    }
}

#[test]
fn the_same_home_is_told_by_place_provider_postcode_and_number() {
    let stays = |row: &str, expected: &str| {
        let cells: Vec<&str> = row.split(',').collect();
        let [place, provider, postcode, urn] = cells.as_slice() else { panic!("{row}") };
        let row = |start: &str, rne: &str, cells: [&str; 4], end: &str| {
            let [place, provider, postcode, urn] = cells;
            let rec = if end.is_empty() { "" } else { "X1" };
            format!("A1,{start},{rne},C2,N1,{place},{provider},{end},{rec},,AB9 9ZZ,{postcode},{urn}")
        };
        let rows = [
            row("01/06/2024", "S", ["U4", "PR1", "AB1 2CD", "1234567"], "01/07/2024"),
            row("01/07/2024", "P", ["T1", "", "HO5 1AL", ""], "08/07/2024"),
            row("08/07/2024", "P", [place, provider, postcode, urn], ""),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let of = written(2025, &["A1,F,15/05/2012,WBRI,UN1,,"], &[]);
        let returns = read(&[of.replaced(crate::records::tables::Table::Episodes, &rows)]);
        let child = build(&returns, year(2025), Mending::Apply, DEFAULT).children.remove(0);
        let last = child.episodes.last().and_then(|e| e.placement.zip(e.carer)).map(|(p, c)| format!("{p}/{c}"));
        assert_eq!(last.as_deref(), Some(expected), "{place} {provider} {postcode} {urn}");
    };
    stays("U4,PR1,AB1 2CD,1234567", "0/0");
    stays("U4,PR1,ab12cd,1234567", "0/0");
    stays("U5,PR1,AB1 2CD,1234567", "1/1");
    stays("U4,PR2,AB1 2CD,1234567", "1/1");
    stays("U4,PR1,AB1 2CE,1234567", "1/1");
    stays("U4,PR1,AB1 2CD,7654321", "1/1");
}

#[test]
fn a_stay_looks_back_to_the_last_home_of_its_own_period() {
    // two homes before the stay: the second one is looked at
    let second = "A1,15/06/2024,P,C2,U4,01/07/2024,X1,ZZ1 1ZZ";
    let first = "A1,01/06/2024,S,C2,U4,15/06/2024,X1";
    check(&[first, second, STAY, BACK], DEFAULT, "0/0* 1/1* 1/1* 2/2*");
    check(&[first, second, STAY, ELSEWHERE], DEFAULT, "0/0* 1/1* 1/1* 1/1*");
    // a stay that begins a period does not look into the period before
    let gone = ["A1,01/06/2024,S,C2,U4,15/06/2024,E4A", "A1,01/07/2024,S,C2,T1,08/07/2024,X1", BACK];
    check(&gone, DEFAULT, "0/0* -/-* 1/1*");
    check(&gone, LEFT_OUT, "0/0* -/- 1/1*");
    // without a stay, the same postcode does not make one home of two
    check(&[HOME, "A1,01/07/2024,P,C2,U4,,"], DEFAULT, "0/0* 1/1*");
}

#[test]
fn a_move_with_the_carer_is_a_new_home_or_the_same() {
    for label in ["T", "U"] {
        let moved = format!("A1,01/07/2024,{label},C2,U4,,,ZZ1 1ZZ");
        check(&[HOME, &moved], DEFAULT, "0/0* 1/0");
        check(&[HOME, &moved], SAME_HOME, "0/0* 0/0");
        let after_stay = format!("A1,08/07/2024,{label},C2,U4,,,ZZ1 1ZZ");
        check(&[HOME, STAY, &after_stay], DEFAULT, "0/0* 0/0* 1/0");
        check(&[HOME, STAY, &after_stay], SAME_HOME, "0/0* 0/0* 0/0");
    }
    for label in ["P", "B"] {
        let moved = format!("A1,01/07/2024,{label},C2,U4,,,ZZ1 1ZZ");
        check(&[HOME, &moved], SAME_HOME, "0/0* 1/1*");
    }
    // adopters of before who move house: a home of its own, and no new carer
    let adopters = ["A1,01/06/2024,S,E1,A6,01/07/2024,X1", "A1,01/07/2024,T,E1,A6,,,ZZ1 1ZZ"];
    check(&adopters, DEFAULT, "0/0* 1/0");
    check(&adopters, SAME_HOME, "0/0* 0/0");
}

#[test]
fn adoption_by_the_carer_goes_on_whatever_the_label() {
    for place in ["A3", "A5"] {
        for label in ["L", "P", "B", "T", "U"] {
            let adopted = format!("A1,01/07/2024,{label},E1,{place},,,ZZ1 1ZZ");
            let star = if matches!(label, "P" | "B") { "*" } else { "" };
            check(&[HOME, &adopted], DEFAULT, &format!("0/0* 0/0{star}"));
        }
        let begun = format!("A1,01/07/2024,S,E1,{place},,");
        check(&["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", &begun], DEFAULT, "0/0* 1/1*");
    }
    for place in ["A4", "A6"] {
        check(&[HOME, &format!("A1,01/07/2024,P,E1,{place},,")], DEFAULT, "0/0* 1/1*");
    }
}

#[test]
fn moves_into_and_out_of_stays_are_counted_or_left_out() {
    check(&[HOME, STAY, BACK], LEFT_OUT, "0/0* 0/0 0/0");
    check(&[HOME, STAY, ELSEWHERE], LEFT_OUT, "0/0* 0/0 1/1*");
    check(&[HOME, STAY, "A1,08/07/2024,B,E1,A5,,,ZZ1 1ZZ"], LEFT_OUT, "0/0* 0/0 0/0");
    check(&[HOME, STAY, "A1,08/07/2024,P,C2,T4,09/07/2024,X1,X", "A1,09/07/2024,P,C2,U4,,"], LEFT_OUT, "0/0* 0/0 0/0 0/0");
    // other moves count as ever
    check(&[HOME, "A1,01/07/2024,B,C1,K2,,"], LEFT_OUT, "0/0* 1/1*");
    check(&[HOME, "A1,01/07/2024,B,E1,A5,,"], LEFT_OUT, "0/0* 0/0*");
    // into care by way of a stay: the move to the first home is the one that counts
    check(&["A1,01/06/2024,S,C2,T4,08/07/2024,X1", BACK], LEFT_OUT, "-/- 0/0*");
    check(&["A1,01/06/2024,S,C2,T4,08/07/2024,X1", "A1,08/07/2024,P,E1,A3,,"], LEFT_OUT, "-/- 0/0*");
    // where stays are homes of their own, what is left out stays the same
    check(&[HOME, STAY, BACK], BOTH, "0/0* 1/1 2/2");
    check(&[HOME, STAY, ELSEWHERE], BOTH, "0/0* 1/1 2/2*");
}

#[test]
fn periods_by_labels() {
    let periods = |episodes: &[&str]| child(episodes, DEFAULT).episodes.iter().map(|e| e.period).collect::<Vec<_>>();
    assert_eq!(periods(&[HOME, "A1,01/07/2024,P,C2,K2,,"]), [0, 0]);
    // RNE governs: a beginning after X1 is a new period, and so is whatever follows an exit
    assert_eq!(periods(&[HOME, "A1,01/07/2024,S,C2,K2,,"]), [0, 1]);
    assert_eq!(periods(&["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/07/2024,P,C2,K2,,"]), [0, 1]);
    assert_eq!(periods(&["A1,01/06/2024,S,C2,U4,01/07/2024,", "A1,01/07/2024,P,C2,K2,,"]), [0, 1]);
    assert_eq!(periods(&["A1,01/06/2024,P,C2,U4,,"]), [0]);
    let spells = child(
        &["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/09/2024,S,C2,T4,01/10/2024,X1", "A1,01/10/2024,P,C2,K2,,"],
        DEFAULT,
    );
    let starts: Vec<_> = spells.carers.iter().map(|spell| (spell.period, spell.start)).collect();
    let day = crate::day::tests::day;
    assert_eq!(starts, [(0, day("01/06/2024")), (1, day("01/10/2024"))]);
}
