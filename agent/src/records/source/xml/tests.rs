//! An XML return gives the rows of the CSV tables, and a damaged one ends in a fault.

use proptest::prelude::{any, prop, prop_assert_eq, proptest};

use super::super::tests::{Drip, Found, rows};
use super::super::xml_tags::GroupTags;
use super::*;

const RETURN: &str = "<?xml version='1.0' encoding='us-ascii'?>
<EXPSSDA903>
<CHILD>
 <EPISODE><DECOM>06/01/2024</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL><PL_POST>B1 1AA</PL_POST>
  <HOME_POST>B2 2BB</HOME_POST><URN>SC1</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC /><REC/></EPISODE>
 <HEADER><CHILDID> 1 </CHILDID><UPN>UN1</UPN><SEX>M</SEX><DOB>01/02/2010</DOB><ETHNIC>WBRI</ETHNIC><UASC>1</UASC>
  <DUC>03/04/2024</DUC><DATE_INT>1</DATE_INT><NB_ADOPTR>2</NB_ADOPTR><IN_TOUCH>YES</IN_TOUCH><ACCOM>B1</ACCOM>
  <AMISSING><MISSING>M</MISSING><MIS_START>05/06/2024</MIS_START></AMISSING>
  <AREVIEW><REVIEW>07/08/2024</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
  <AREVIEW><REVIEW>08/08/2024</REVIEW><REVIEW_CODE>PN2</REVIEW_CODE></AREVIEW>
  <MOTHER>1</MOTHER><MC_DOB/><PERMANENCE><PREV_PERM>P1</PREV_PERM></PERMANENCE>
  <OC2><SDQ_SCORE>12</SDQ_SCORE></OC2><AD_PLACED><DATE_PLACED>09/09/2024</DATE_PLACED></AD_PLACED></HEADER>
</CHILD>
<CHILD><HEADER><CHILDID>2</CHILDID><UASC>0</UASC><PERMANENCE><PREV_PERM/></PERMANENCE><OC2><SDQ_SCORE> </SDQ_SCORE></OC2>
</HEADER></CHILD>
</EXPSSDA903>
";

fn read(bytes: &[u8], year: i16, tags: &XmlTags) -> Result<(Found, BTreeMap<String, u64>), SourceFault> {
    let mut source = XmlSource::open("r.xml", Box::new(Drip::of(bytes)), year, tags)?;
    let found = rows(&mut source)?;
    Ok((found, source.spare().clone()))
}

fn found(text: &str) -> Result<Found, SourceFault> {
    read(text.as_bytes(), 2025, &XmlTags::default()).map(|(found, _)| found)
}

/// Each row as `line sheet: cells`.
fn written(found: &Found) -> Vec<String> {
    let name = |at: usize| found.sheets[at].name.strip_prefix("r.xml [").unwrap().trim_end_matches(']').to_owned();
    found.rows.iter().map(|row| format!("{} {}: {}", row.line, name(row.sheet), row.cells.join(","))).collect()
}

fn child(inner: &str) -> String {
    format!("<EXPSSDA903><CHILD>{inner}</CHILD></EXPSSDA903>")
}

#[test]
fn a_childs_rows_stand_in_the_order_of_the_sheets_each_with_its_number() {
    let expected = [
        "1 Header: 1,M,01/02/2010,WBRI,UN1,1,",
        "1 Episodes: 1,06/01/2024,S,C2,N1,U1,PR1,,,,B2 2BB,B1 1AA,SC1",
        "1 Reviews: 1,01/02/2010,07/08/2024,PN1",
        "2 Reviews: 1,01/02/2010,08/08/2024,PN2",
        "1 UASC: 1,M,01/02/2010,03/04/2024",
        "1 OC2: 1,01/02/2010,12,,,,,,,,,",
        "1 OC3: 1,01/02/2010,YES,,B1",
        "1 AD1: 1,01/02/2010,1,,,2,,",
        "1 PlacedAdoption: 1,01/02/2010,09/09/2024,,",
        "1 PrevPerm: 1,01/02/2010,P1,,",
        "1 Missing: 1,01/02/2010,M,05/06/2024,",
        "2 Header: 2,,,,,,",
    ];
    assert_eq!(written(&found(RETURN).unwrap()), expected);
    assert_eq!(written(&found(&RETURN.replace('\n', "\r\n")).unwrap()), expected);
    assert_eq!(written(&found(&RETURN.replace('\n', "\r")).unwrap()), expected);
}

#[test]
fn every_sheet_is_there_even_without_a_row() {
    let found = found("<EXPSSDA903/>").unwrap();
    let names: Vec<&str> = found.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!((names.len(), names[0], names[9]), (10, "r.xml [Header]", "r.xml [Missing]"));
    assert_eq!(found.sheets[9].columns, ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"]);
    assert!(found.rows.is_empty());
}

#[test]
fn tables_without_published_elements_are_read_where_theirs_are_configured_and_the_year_has_them() {
    let columns = ["ID", "FROM", "TO", "WHY"].map(str::to_owned);
    let tags = XmlTags {
        workers: Some(GroupTags { row: "WORKER".into(), columns }),
        deprivations: Some(GroupTags { row: "DOLO".into(), columns: ["A".into(), "B".into()] }),
    };
    let text =
        child("<HEADER><CHILDID>1</CHILDID><DOB>2</DOB><WORKER><TO>5</TO><ID>SW1</ID></WORKER></HEADER><DOLO><A>3</A></DOLO>");
    let check = |year, expected: &[&str], n_spare| {
        let (found, spare) = read(text.as_bytes(), year, &tags).unwrap();
        assert_eq!(
            (&written(&found)[1..], spare.len()),
            (&expected.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>()[..], n_spare)
        );
    };
    check(2023, &[], 5);
    check(2024, &["1 SWEpisodes: 1,2,SW1,,5,"], 2);
    check(2027, &["1 SWEpisodes: 1,2,SW1,,5,", "1 DoLo: 1,2,3,"], 0);
}

#[test]
fn spare_elements_are_counted_by_name_up_to_a_limit() {
    let many: String = (0..60).map(|n| format!("<X{n}/>")).collect();
    let text = child(&format!("<HEADER><NOTE>x<B/></NOTE><DOB>1<NOTE>y</NOTE></DOB></HEADER>{many}"));
    let (found, spare) = read(text.as_bytes(), 2025, &XmlTags::default()).unwrap();
    assert_eq!(written(&found), ["1 Header: ,,1,,,,"]);
    assert_eq!((spare.len(), spare["NOTE"], spare["B"]), (40, 2, 1));
}

#[test]
fn texts_are_read_in_every_encoding_that_is_declared_or_marked() {
    let text = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding = \"{encoding}\" ?>{}",
            child("<HEADER><UPN>Zo\u{eb}&amp;&#x41;<![CDATA[<]]></UPN></HEADER>")
        )
    };
    let check = |bytes: &[u8]| {
        let (found, _) = read(bytes, 2025, &XmlTags::default()).unwrap();
        assert_eq!(written(&found), ["1 Header: ,,,,Zo\u{eb}&A<,,"]);
    };
    let single = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    check(text("UTF-8").as_bytes());
    check(text("utf-16").as_bytes());
    check(format!("\u{feff}{}", text("UTF-8")).as_bytes());
    check(&single(&text("windows-1252")));
    check(&single(&text("ISO-8859-1")));
    let wide: Vec<u8> = format!("\u{feff}{}", text("UTF-16")).encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&wide);
    let unmarked: Vec<u8> = text("UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&unmarked);
    assert_eq!(found(&text("klingon")).unwrap_err(), SourceFault::at(Unreadable::BrokenXml, 1));
}

#[test]
fn what_is_no_return_is_refused() {
    let check =
        |text: &str, why: Unreadable| assert_eq!(found(text).map(|_| ()).map_err(|fault| fault.why), Err(why), "{text:?}");
    let broken = |text: &str| check(text, Unreadable::BrokenXml);
    broken("");
    broken("<html><body/></html>");
    broken("<EXPSSDA903><CHILD>");
    broken("<EXPSSDA903></EXPSSDA903><EXPSSDA903/>");
    broken("<EXPSSDA903/>x");
    broken("<!DOCTYPE x [<!ENTITY a 'b'>]><EXPSSDA903/>");
    broken(&child("<HEADER><UPN>&lol;</UPN></HEADER>"));
    broken(&child("<HEADER><UPN>&</UPN></HEADER>"));
    broken(&child("<HEADER></EPISODE>"));
    broken(&child("<HEADER/><HEADER/>"));
    broken(&child("<HEADER><DOB>1</DOB><DOB>2</DOB></HEADER>"));
    check(&child(&"<A>".repeat(9)), Unreadable::TooManyColumns);
    check("<EXPSSDA903>\0", Unreadable::NotText);
}

#[test]
fn a_child_longer_than_any_is_refused_and_many_children_are_not() {
    let long = |inner: &str| found(&child(inner)).map(|_| ()).map_err(|fault| fault.why);
    assert_eq!(long(&format!("<HEADER><UPN>{}</UPN></HEADER>", "x".repeat(CHILD_BYTES_MAX))), Err(Unreadable::TooLarge));
    assert_eq!(long(&"<EPISODE/>".repeat(CHILD_BYTES_MAX / 10)), Err(Unreadable::TooLarge));
    let one = format!("<CHILD><HEADER><CHILDID>1</CHILDID></HEADER>{}</CHILD>", " ".repeat(CHILD_BYTES_MAX / 2));
    assert_eq!(found(&format!("<EXPSSDA903>{}</EXPSSDA903>", one.repeat(3))).unwrap().rows.len(), 3);
}

proptest! {
    #[test]
    fn a_truncated_return_is_refused(at in 0..RETURN.trim_end().len()) {
        prop_assert_eq!(found(&RETURN[..at]).map_err(|fault| fault.why), Err(Unreadable::BrokenXml));
    }

    #[test]
    fn no_bytes_and_no_damage_panic_it(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in r#"<?([A-Z<>/&;#! "'=\[\]?-]|<CHILD>|</CHILD>|<HEADER>|<DOB>|</DOB>){0,40}"#,
        flips in prop::collection::vec((0..RETURN.len(), any::<u8>()), 1..4),
    ) {
        let mut damaged = RETURN.as_bytes().to_vec();
        for (at, byte) in flips {
            damaged[at] = byte;
        }
        for bytes in [&bytes[..], text.as_bytes(), &damaged] {
            let _ = read(bytes, 2025, &XmlTags::default());
        }
    }
}
