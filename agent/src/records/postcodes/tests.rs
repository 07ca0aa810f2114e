//! A directory by its header, distances at the edge, and what refuses a file.

use proptest::prelude::{any, prop, proptest};

use super::*;
use crate::records::source::{XmlTags, open};

const HEADER: &str = "pcds,oseast1m,osnrth1m,laua,cty";

fn read(text: &str, own: &[&str]) -> Result<PostcodeDirectory, PostcodesFault> {
    let own: Vec<AreaCode> = own.iter().map(|code| AreaCode::parse(code.as_bytes()).unwrap()).collect();
    let bytes = Box::new(text.as_bytes());
    let mut source =
        open("a.csv", bytes, 2025, &XmlTags::default(), &PostcodeDirectory::is_header).map_err(PostcodesFault::Source)?;
    PostcodeDirectory::read(source.as_mut(), &own)
}

fn directory(rows: &[&str]) -> PostcodeDirectory {
    read(&format!("{HEADER}\n{}\n", rows.join("\n")), &["E10000003"]).map_err(|fault| fault.to_string()).unwrap()
}

fn name(location: Location) -> &'static str {
    match location {
        Location::InsideNear => "inside, near",
        Location::InsideFar => "inside, far",
        Location::OutsideNear => "outside, near",
        Location::OutsideFar => "outside, far",
        Location::NotKnown => "not known",
    }
}

const HOME: &str = "ZZ1 1AA,400000,300000,E07000008,E10000003";

#[test]
fn over_twenty_miles_begins_after_rounding_to_a_tenth() {
    let check = |east: u32, north: u32, expected: &str| {
        let other = format!("ZZ2 1AA,{east},{north},E07000008,E10000003");
        let found = directory(&[HOME, &other]);
        assert_eq!(name(found.locate(b"ZZ1 1AA", b"ZZ2 1AA")), expected, "{east} {north}");
        assert_eq!(name(found.locate(b"ZZ2 1AA", b"ZZ1 1AA")), expected, "{east} {north}, the other way round");
    };
    check(400_000, 300_000, "inside, near");
    // 20 miles are 32,186 metres; what rounds to 20.0 is up to 20 miles
    check(432_186, 300_000, "inside, near");
    check(432_266, 300_000, "inside, near");
    check(432_267, 300_000, "inside, far");
    check(367_734, 300_000, "inside, near");
    check(367_733, 300_000, "inside, far");
    check(400_000, 332_267, "inside, far");
    // both ways together: 22,816 and 22,816 are 32,266.7 metres
    check(422_815, 322_815, "inside, near");
    check(422_816, 322_816, "inside, far");
    check(9_999_999, 0, "inside, far");
}

#[test]
fn inside_is_a_district_or_a_county_of_the_configuration() {
    let found = directory(&[
        HOME,
        "ZZ2 1AA,400100,300000,E07000009,E10000003",
        "ZZ3 1AA,400200,300000,E06000001,E99999999",
        "ZZ4 1AA,500000,300000,W06000001,",
    ]);
    assert_eq!(name(found.locate(b"ZZ1 1AA", b"ZZ2 1AA")), "inside, near");
    assert_eq!(name(found.locate(b"ZZ1 1AA", b"ZZ3 1AA")), "outside, near");
    assert_eq!(name(found.locate(b"ZZ1 1AA", b"ZZ4 1AA")), "outside, far");
    // home outside England: no distance
    assert_eq!(name(found.locate(b"ZZ4 1AA", b"ZZ1 1AA")), "not known");
    assert_eq!(found.n(), 4);
    // several codes, of districts
    let two = read(
        "pcd,oslaua,osnrth1m,oseast1m\nZZ11AA,E06000001,1,2\nZZ21AA,E06000002,1,3\nZZ31AA,E06000003,1,3\n",
        &["e06000001", "E06000002"],
    );
    let two = two.map_err(|fault| fault.to_string()).unwrap();
    assert_eq!(
        ["ZZ11AA", "ZZ21AA", "ZZ31AA"].map(|to| name(two.locate(b"ZZ31AA", to.as_bytes()))),
        ["inside, near", "inside, near", "outside, near"]
    );
}

#[test]
fn a_postcode_is_found_in_any_spelling_or_not_known() {
    let found = directory(&[
        HOME,
        "ZZ2  1AA,400100,300000,E07000009,E10000003",
        "ZZ3 1AA,,,E07000009,E10000003",
        "BT1 1AA,400100,300000,N09000003,",
        "ZZ5 1AA,400100,300000,,",
    ]);
    for home in ["ZZ1 1AA", "zz11aa", " Zz1  1aA "] {
        assert_eq!(name(found.locate(home.as_bytes(), b"ZZ21AA")), "inside, near", "{home}");
    }
    for (home, placement) in [
        ("", "ZZ2 1AA"),
        ("ZZ1 1AA", ""),
        ("ZZ9 9ZZ", "ZZ2 1AA"),
        ("ZZ1 1AA", "ZZ9 9ZZ"),
        ("ZZ1 1AA", "ZZ3 1AA"),
        ("ZZ1 1AA", "BT1 1AA"),
        ("ZZ5 1AA", "ZZ2 1AA"),
        ("ZZ1 1AAA", "ZZ2 1AA"),
        ("ZZ1-1AA", "ZZ2 1AA"),
    ] {
        assert_eq!(name(found.locate(home.as_bytes(), placement.as_bytes())), "not known", "{home} {placement}");
    }
}

#[test]
fn columns_by_name_in_any_order_old_and_new() {
    let check = |header: &str, expected: Option<&'static str>| {
        let columns: Vec<String> = header.split(',').map(str::to_uppercase).collect();
        let found = match Columns::of(&columns) {
            Err(PostcodesFault::Column(name)) => Some(name),
            Ok(_) | Err(_) => None,
        };
        assert_eq!(found, expected, "{header}");
        assert_eq!(PostcodeDirectory::is_header(&columns), expected.is_none());
    };
    check("laua,osnrth1m,doterm,oseast1m,pcd2,pcds,cty", None);
    check("pcd,oseast1m,osnrth1m,oslaua,oscty", None);
    check("pcd7,pcd8,lad25cd,cty25cd,east1m,north1m", None);
    check("oseast1m,osnrth1m,laua", Some("PCDS"));
    check("pcds,osnrth1m,laua", Some("OSEAST1M"));
    check("pcds,oseast1m,laua", Some("OSNRTH1M"));
    check("pcds,oseast1m,osnrth1m,lad25nm", Some("LAUA"));
    check("pcds,oseast1m,osnrth1m,lad2025cd", Some("LAUA"));
    let text = "cty25cd,lad25cd,north1m,east1m,pcd7\nE10000003,E07000008,1,2,ZZ11AA\n";
    assert!(read(text, &["E10000003"]).is_ok());
}

#[test]
fn a_file_that_is_no_clear_directory_is_refused() {
    let check = |rows: &str, expected: PostcodesFault| {
        let found = read(&format!("{HEADER}\n{HOME}\n{rows}\n"), &["E10000003"]).map(|found| found.n());
        assert_eq!(found, Err(expected), "{rows}");
    };
    let row = PostcodesFault::Row(3);
    check(",400000,300000,E07000008,E10000003", row);
    check("ZZ2-1AA,400000,300000,E07000008,E10000003", row);
    check("ZZ2 1AAAA,400000,300000,E07000008,E10000003", row);
    check("ZZ2 1AA,4e5,300000,E07000008,E10000003", row);
    check("ZZ2 1AA,400000,-1,E07000008,E10000003", row);
    check("ZZ2 1AA,10000000,1,E07000008,E10000003", row);
    check("ZZ2 1AA,400000,300000,Bristol,", row);
    check("ZZ2 1AA,400000,300000,E07000008,none", row);
    check("zz11aa,400001,300000,E07000008,E10000003", PostcodesFault::Twice);
    assert_eq!(directory(&[HOME, HOME]).n(), 1, "the same row twice is one");
    let other = AreaCode::parse(b"E10000004").unwrap();
    let found = read(&format!("{HEADER}\n{HOME}\n"), &["E10000003", "E10000004"]).map(|found| found.n());
    assert_eq!(found, Err(PostcodesFault::NoneInside(other)));
    assert!(found.unwrap_err().to_string().contains("E10000004"));
    assert!(matches!(read("a,b\n1,2\n", &[]).map(|found| found.n()), Err(PostcodesFault::Column("PCDS"))));
    assert!(matches!(read("", &[]).map(|found| found.n()), Err(PostcodesFault::Source(_))));
}

#[test]
fn codes_of_areas() {
    for (text, expected) in [
        ("E10000003", true),
        (" e10000003 ", true),
        ("E1000003", false),
        ("E100000033", false),
        ("110000003", false),
        ("E1000000X", false),
        ("", false),
    ] {
        assert_eq!(AreaCode::parse(text.as_bytes()).is_some(), expected, "{text}");
    }
    assert_eq!(AreaCode::parse(b"e10000003").unwrap().to_string(), "E10000003");
}

#[test]
fn the_whole_country_fits() {
    assert_eq!(size_of::<Entry>(), 16);
}

#[test]
fn postcodes_of_five_to_seven_signs_are_told_apart() {
    let far = "500000,300000,E07000008,E10000003";
    let near = "400001,300000,E07000008,E10000003";
    let rows = [
        HOME.to_owned(),
        format!("M1 2AA,{near}"),
        format!("M2 1AA,{far}"),
        format!("SW1A 1AA,{near}"),
        format!("SW1A 1AB,{far}"),
    ];
    let found = directory(&rows.each_ref().map(String::as_str));
    for (to, expected) in [("M12AA", "near"), ("M21AA", "far"), ("SW1A1AA", "near"), ("SW1A1AB", "far")] {
        assert_eq!(name(found.locate(b"ZZ11AA", to.as_bytes())), format!("inside, {expected}"), "{to}");
    }
}

#[test]
fn more_postcodes_than_the_limit_are_refused() {
    let text = format!("{HEADER}\n{HOME}\nZZ2 1AA,,,E07000008,\nZZ3 1AA,1,2,E07000008,\n");
    let up_to = |limit: usize| {
        let mut source =
            open("a.csv", Box::new(text.as_bytes()), 2025, &XmlTags::default(), &PostcodeDirectory::is_header).unwrap();
        PostcodeDirectory::read_up_to(limit, source.as_mut(), &[]).map(|found| found.n())
    };
    // a postcode without a point takes no room
    assert_eq!(up_to(2), Ok(2));
    assert_eq!(up_to(1), Err(PostcodesFault::TooMany));
    assert!(PostcodesFault::TooMany.to_string().contains("4000000"));
}

proptest! {
    #[test]
    fn no_bytes_panic_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300), rows in "([A-Z0-9 ,\"]{0,30}\\n){0,6}") {
        for text in [bytes, format!("{HEADER}\n{rows}").into_bytes()] {
            let opened = open("a.csv", Box::new(text.as_slice()), 2025, &XmlTags::default(), &PostcodeDirectory::is_header);
            if let Ok(mut source) = opened
                && let Ok(found) = PostcodeDirectory::read(source.as_mut(), &[])
            {
                let _ = found.locate(&text, b"ZZ1 1AA");
            }
        }
    }
}
