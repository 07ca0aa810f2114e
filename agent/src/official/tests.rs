//! What is read of official files: by their header, within limits, and never one figure for another.

use shared::ids::ReportingYear;

use super::header::COLUMNS_MAX;
use super::mapping::{Column, Local, MAPPINGS, Moves, Reason, Row, Shape, Source};
use super::read::{FileRead, ROW_BYTES_MAX, Unusable};
use super::{Area, Milli, Official, Published};

const STABILITY: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,la_name,new_la_code,cla_group,placement_stability,children_count,children_percent";
pub const THREE: Source =
    Row { shape: Shape::Stability, filters: &["CLA on 31 March", "With 3 or more placements during the year"] }.at(Column::Count);

pub fn official() -> Official {
    Official::new("301".parse().unwrap(), ReportingYear::new(2025).unwrap())
}

pub fn year(number: i16) -> ReportingYear {
    ReportingYear::new(number).unwrap()
}

/// A row of the placement stability file.
pub fn stability(period: &str, area: &str, count: &str, percent: &str) -> String {
    let place = match area {
        "England" => "National,E92000001,England,,,,,".to_owned(),
        "Inner" => "Regional,E92000001,England,E13000001,Inner London,,,".to_owned(),
        code => format!("Local authority,E92000001,England,E13000001,Inner London,{code},Town {code},E09000{code}"),
    };
    format!("{period},Reporting year,{place},CLA on 31 March,With 3 or more placements during the year,{count},{percent}\n")
}

pub fn file(rows: &[String]) -> String {
    format!("\u{feff}{STABILITY}\n{}", rows.concat())
}

fn add(official: &mut Official, text: &str) -> Result<FileRead, Unusable> {
    official.add("some.csv", &mut text.as_bytes())
}

fn own() -> Area {
    Area::Authority("301".to_owned())
}

fn number(whole: i64) -> Option<Published> {
    Some(Published::Number(Milli::whole(whole)))
}

#[test]
fn a_number_is_read_and_shown_with_its_decimals() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(Milli::parse(text).map(|number| number.to_string()).as_deref(), expected, "{text}");
    };
    check("0", Some("0"));
    check("81770", Some("81770"));
    check("14.9", Some("14.9"));
    check("16.100000000000001", Some("16.1"));
    check("0.9996", Some("1"));
    check("-3.5", Some("-3.5"));
    for wrong in ["", "c", "1,000", ".5", "5.", "1e5", "--1", "1 ", "9999999999999"] {
        check(wrong, None);
    }
    let ratio = |part, whole| Milli::ratio(part, whole, 100).map(|per| per.to_string());
    assert_eq!(ratio(1, 3).as_deref(), Some("33.333"));
    assert_eq!(ratio(2, 3).as_deref(), Some("66.667"));
    assert_eq!((ratio(1, 0), ratio(-1, 3)), (None, None));
    assert_eq!((Milli(10_250).to_one_decimal().0, Milli(-10_250).to_one_decimal().0), (10_300, -10_300));
}

#[test]
fn a_year_is_read_in_both_spellings_and_nothing_else_is_a_year() {
    for period in ["2025", "202425"] {
        let mut official = official();
        let told = add(&mut official, &file(&[stability(period, "301", "21", "10")])).unwrap();
        assert_eq!(told, FileRead::Figures { n_rows: 1, n_used: 1, newest: 2025 });
        assert_eq!(official.figure(&[THREE], &own(), year(2025)), number(21));
        assert!(official.knows_year() && official.knows_authority());
    }
    for period in ["202504", "202424", "25", "2025-26", "", "\u{ff12}025"] {
        let told = add(&mut official(), &file(&[stability(period, "301", "21", "10")]));
        assert_eq!(told, Err(Unusable::Period { line: 2 }), "{period}");
    }
}

#[test]
fn symbols_stay_symbols_and_other_text_is_refused() {
    for symbol in ["c", "z", "x", "k", "-", ":"] {
        let mut official = official();
        add(&mut official, &file(&[stability("2025", "301", symbol, symbol)])).unwrap();
        assert_eq!(official.figure(&[THREE], &own(), year(2025)), Some(Published::Symbol(symbol)));
    }
    let told = add(&mut official(), &file(&[stability("2025", "301", "many", "10")])).unwrap_err();
    assert_eq!(told, Unusable::Value { line: 2, column: "of counts" });
    assert!(!told.to_string().contains("many"), "nothing of the file is told");
}

#[test]
fn areas_are_told_apart_and_the_region_is_that_of_the_authority() {
    let rows: Vec<String> = ["England", "Inner", "301", "302"]
        .iter()
        .zip(1..)
        .map(|(area, n): (_, i64)| stability("2025", area, &n.to_string(), "1"))
        .collect();
    let mut official = official();
    add(&mut official, &file(&rows)).unwrap();
    let of = |area: Area| official.figure(&[THREE], &area, year(2025));
    assert_eq!(of(Area::England), number(1));
    assert_eq!(of(Area::Region("E13000001")), number(2));
    assert_eq!((of(own()), of(Area::Authority("302".into()))), (number(3), number(4)));
    assert_eq!(official.region(), Some("E13000001"));
    assert_eq!((official.name("E13000001"), official.name("302")), (Some("Inner London"), Some("Town 302")));
}

#[test]
fn a_later_release_wins_over_an_older_one_in_either_order() {
    let older = file(&[stability("2024", "301", "30", "14")]);
    let newer = file(&[stability("2024", "301", "31", "14"), stability("2025", "301", "21", "10")]);
    for order in [[&older, &newer], [&newer, &older]] {
        let mut official = official();
        for text in order {
            add(&mut official, text).unwrap();
        }
        assert_eq!(official.figure(&[THREE], &own(), year(2024)), number(31), "what was amended since");
    }
}

#[test]
fn what_contradicts_itself_is_refused_and_nothing_of_it_is_kept() {
    let rows = [stability("2025", "301", "21", "10"), stability("2025", "301", "22", "10")];
    assert_eq!(add(&mut official(), &file(&rows)), Err(Unusable::RowsContradict { line: 3 }));
    assert!(add(&mut official(), &file(&[rows[0].clone(), rows[0].clone()])).is_ok(), "the same twice is no contradiction");
    let mut official = official();
    add(&mut official, &file(&rows[..1])).unwrap();
    assert_eq!(add(&mut official, &file(&rows[1..])), Err(Unusable::FilesContradict { other: "some.csv".into() }));
    assert_eq!(official.figure(&[THREE], &own(), year(2025)), number(21));
}

#[test]
fn a_file_that_is_none_of_these_is_told_without_a_word_of_it() {
    let check = |text: &str, expected: Unusable| {
        let told = add(&mut official(), text).unwrap_err();
        assert!(!told.to_string().contains("SECRET"), "{told}");
        assert_eq!(told, expected);
    };
    check("CHILD,DOB\nSECRET7,15/05/2012\n", Unusable::NotOfficial);
    check("SECRET7,15/05/2012\n", Unusable::NotOfficial);
    check(&format!("{STABILITY},SECRET\n"), Unusable::NotCompared);
    check(&file(&[stability("2025", "301", "1", "1")]).replace("CLA on", "SECRET"), Unusable::NotCompared);
    check(&file(&[stability("2020", "301", "1", "1")]), Unusable::OtherYears { newest: 2020 });
    check(&STABILITY.replace("new_la_code", "la_name"), Unusable::ColumnTwice);
    check(STABILITY, Unusable::NotText("it holds no row"));
    check("", Unusable::NotText("it holds no line"));
    for bytes in [&b"PK\x03\x04SECRET"[..], b"\xFF\xFES\0", b"t\0i\0"] {
        let told = official().add("a", &mut &*bytes).err().unwrap();
        assert!(matches!(told, Unusable::NotText(_)) && !told.to_string().contains("SECRET"));
    }
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let whole = file(&[stability("2025", "301", "21", "10"), stability("2025", "302", "21", "10")]);
    let cut = whole.get(..whole.len() - 30).unwrap();
    assert_eq!(add(&mut official(), cut), Err(Unusable::RowLength { line: 3, n: 12, of: 14 }));
}

#[test]
fn everything_has_a_limit() {
    let wide = vec!["a"; COLUMNS_MAX + 1].join(",");
    assert!(matches!(add(&mut official(), &wide), Err(Unusable::TooMuch { what: "columns", .. })));
    // a quotation mark that is never closed makes one row of the rest
    let long = "x".repeat(usize::try_from(ROW_BYTES_MAX).unwrap() * 2);
    for row in [format!("\"{}", long.replace('x', "x\n")), long] {
        let told = add(&mut official(), &file(&[row]));
        assert!(matches!(told, Err(Unusable::TooMuch { what: "bytes in one row", .. })), "{told:?}");
    }
}

#[test]
fn neighbours_are_those_of_this_authority() {
    let text = "old_la_code,la_name,SN_1,SN_1P,SN_2,SN_2P,SN_3,SN_3P\n302,B,309,Close ,310,Close ,311,Close \n301,A,302,Close ,303,Close ,x,Close \n";
    let mut official = official();
    assert_eq!(add(&mut official, text), Ok(FileRead::Neighbours { n: 2 }));
    assert_eq!(official.neighbours(), ["302", "303"]);
}

#[test]
fn the_interactive_tool_is_read_where_nothing_nearer_is_there() {
    let text = "measure_short,area,la_number,region,2023,2024,2025,measure\nEmotional_LAC,Town,301,Outer London,14,14.5,16.100000000000001,Emotional\nEmotional_LAC,England,970,NA,14,14.5,-,Emotional\nEmotional_LAC,London (Outer),988,NA,14,,15,Emotional\n";
    let mut official = official();
    assert_eq!(add(&mut official, text), Ok(FileRead::Figures { n_rows: 3, n_used: 5, newest: 2025 }));
    let source = [Row { shape: Shape::Lait, filters: &["Emotional_LAC"] }.at(Column::Count)];
    let of = |area: Area, of: i16| official.figure(&source, &area, year(of)).map(|figure| figure.to_string());
    assert_eq!(of(own(), 2025).as_deref(), Some("16.1"));
    assert_eq!(of(Area::England, 2025).as_deref(), Some("-"));
    assert_eq!((of(Area::Region("E13000002"), 2025).as_deref(), of(Area::Region("E13000002"), 2024)), (Some("15"), None));
    assert_eq!(official.region(), Some("E13000002"));
}

#[test]
fn every_mapping_names_a_cell_that_the_framework_has() {
    let framework = shared::framework::Framework::built_in();
    for mapping in MAPPINGS {
        let table = framework.tables().iter().find(|table| table.id == mapping.local.table()).unwrap();
        let measure = framework.measure(&table.measure).unwrap();
        match mapping.local {
            Local::Share { group, category, .. } => {
                assert!(table.group(group).is_some(), "{}/{category}/{group}", table.id);
                let is_view = measure.views.iter().any(|view| view.id == category);
                assert!(is_view || table.category(category).is_some(), "{}/{category}", table.id);
            }
            Local::Group { group, .. } => assert!(table.group(group).is_some(), "{}/{group}", table.id),
            Local::Counted { .. } | Local::Rate { .. } => assert_eq!(table.groups.len(), 1),
            Local::Mean { .. } => assert_eq!(table.kind, shared::framework::Kind::Mean),
        }
        assert!(mapping.sources().count() > 0 && !mapping.reasons.is_empty(), "{}", table.id);
    }
    let order = |id: &str| framework.measures().iter().position(|measure| id.starts_with(&format!("{}.", measure.id))).unwrap();
    assert!(MAPPINGS.is_sorted_by_key(|mapping| order(mapping.local.table())), "in the order of the framework");
}

#[test]
fn every_reason_is_given_somewhere() {
    let general = [Reason::Amended, Reason::OtherReturn];
    for reason in Reason::ALL {
        let is_given = general.contains(reason) || MAPPINGS.iter().any(|mapping| mapping.reasons.contains(reason));
        assert!(is_given, "{reason:?}");
        assert!(!reason.words().ends_with('.'));
        assert!(general.iter().all(|general| general.moves() == Moves::Population));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic_the_reader(rows in "[0-9a-zA-Z,\"\r\n \u{feff}:-]{0,200}", headed in proptest::bool::ANY) {
        let text = if headed { format!("{STABILITY}\n{rows}") } else { rows };
        let _ = add(&mut official(), &text);
    }
}
