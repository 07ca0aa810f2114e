//! What needs no server: values as cells, columns against tables, the file with the address, words of faults.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::address::{self, AddressFault};
use super::columns::{Kind, Reading, readings, write};
use super::*;
use crate::records::refusals::tests::check_words;
use crate::records::source::query::QueryWhy;

#[test]
fn a_value_is_only_spelled_differently() {
    let check = |reading: Reading, value: &str, expected: &str| {
        let mut cell = Vec::new();
        write(reading, value, &mut cell);
        assert_eq!(String::from_utf8(cell).unwrap(), expected, "{reading:?} {value}");
    };
    check(Reading::Day, "2024-05-01", "01/05/2024");
    check(Reading::Day, "infinity", "infinity");
    check(Reading::Day, "0044-03-15 BC", "0044-03-15 BC");
    check(Reading::Day, "12024-05-01", "12024-05-01");
    check(Reading::Moment, "2024-05-01 00:00:00", "01/05/2024");
    check(Reading::Moment, "2024-05-01 13:30:00", "2024-05-01 13:30:00");
    check(Reading::Decimal, "12.00", "12");
    check(Reading::Decimal, "12.50", "12.50");
    check(Reading::Decimal, "100", "100");
    check(Reading::Flag, "t", "1");
    check(Reading::Flag, "f", "0");
    check(Reading::AsItStands, " 0012 ", " 0012 ");
    check(Reading::AsItStands, "a\nb", "a\nb");
    check(Reading::Spare, "a note", "");
}

#[test]
fn a_query_must_give_exactly_the_table_it_is_configured_for() {
    let check = |table: Table, text: &str, expected: Result<(), ColumnsFault>| {
        let names: Vec<String> = text.split(',').map(str::to_owned).collect();
        let given = readings(table, 2025, &names, &vec![Kind::AsItStands; names.len()]).map(|_| ());
        assert_eq!(given, expected.map_err(|why| LiveFault::Columns { table, why }), "{text}");
    };
    check(Table::Reviews, "CHILD,DOB,REVIEW,REVIEW_CODE", Ok(()));
    check(Table::Reviews, "NOTE,REVIEW_CODE,CHILD,DOB,REVIEW", Ok(()));
    check(Table::Reviews, "CHILD,DOB,REVIEW", Err(ColumnsFault::Lacks(vec!["REVIEW_CODE"])));
    check(Table::Reviews, "CHILD,SEX,DOB,DUC", Err(ColumnsFault::Lacks(vec!["REVIEW", "REVIEW_CODE"])));
    check(Table::Reviews, "CHILD,DOB,REVIEW,REVIEW_CODE,DOB", Err(ColumnsFault::Twice("DOB")));
    check(Table::Uasc, "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,DUC", Err(ColumnsFault::Other(Table::Header)));
}

#[test]
fn a_type_that_is_not_read_is_refused_by_column_unless_the_table_has_no_such_column() {
    let names: Vec<String> = ["CHILD", "DOB", "REVIEW", "REVIEW_CODE", "NOTE"].map(str::to_owned).to_vec();
    let other = || Kind::Other("FLOAT8".to_owned());
    let given = |dob: Kind| readings(Table::Reviews, 2025, &names, &[Kind::AsItStands, dob, Kind::Day, Kind::Decimal, other()]);
    assert_eq!(
        given(Kind::Moment),
        Ok(vec![Reading::AsItStands, Reading::Moment, Reading::Day, Reading::Decimal, Reading::Spare])
    );
    let expected = LiveFault::Type { table: Table::Reviews, column: "DOB", kind: "FLOAT8".to_owned() };
    assert_eq!(given(other()), Err(expected));
}

#[test]
fn an_address_on_another_machine_must_prove_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database-url");
    let check = |address: &str, expected: Option<RefusalCode>| {
        fs::write(&file, format!("{address}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let fault = address::read(&file).err();
        assert_eq!(fault.as_ref().map(LiveFault::kind), expected, "{address}");
        if let Some(fault) = fault {
            assert!(!fault.to_string().contains("sesame"), "{fault}");
        }
    };
    check("postgres://app:sesame@127.0.0.1:5432/care", None);
    check("postgres://app:sesame@localhost/care", None);
    check("postgres://app:sesame@[::1]/care", None);
    check("postgres://app@%2Frun%2Fpostgresql/care", None);
    check("postgres://app@ignored/care?host=/run/postgresql", None);
    check("postgres://app:sesame@db.example/care?sslmode=verify-full&sslrootcert=ca.pem", None);
    check("postgres://app:sesame@db.example/care", Some(RefusalCode::DatabasePlain));
    check("postgres://app:sesame@db.example/care?sslmode=require", Some(RefusalCode::DatabasePlain));
    check("postgres://app:sesame@db.example/care?sslmode=verify-ca", Some(RefusalCode::DatabasePlain));
    check("postgres://app:sesame@127.0.0.1/care?host=db.example", Some(RefusalCode::DatabasePlain));
    check("postgres://app:sesame@127.0.0.1/care?hostaddr=192.0.2.1", Some(RefusalCode::DatabaseAddress));
    check("postgres://app:sesame@127.0.0.1/care?passwrod=sesame", Some(RefusalCode::DatabaseAddress));
    check("mysql://app:sesame@127.0.0.1/care", Some(RefusalCode::DatabaseAddress));
    check("app:sesame", Some(RefusalCode::DatabaseAddress));
    check("", Some(RefusalCode::DatabaseAddress));
}

#[test]
fn an_address_that_others_may_read_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("database-url");
    let why = || match address::read(&file) {
        Err(LiveFault::Address { why, .. }) => why,
        _ => panic!("the address was used, or refused for something else"),
    };
    assert_eq!(why(), AddressFault::Unreadable(std::io::ErrorKind::NotFound));
    fs::write(&file, "postgres://app:sesame@127.0.0.1/care").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(why(), AddressFault::OpenToOthers);
}

#[test]
fn every_fault_has_a_code_and_ends_with_what_to_do() {
    let table = Table::Reviews;
    let state = SqlState::parse("42P01");
    let columns = |why| LiveFault::Columns { table, why };
    for (fault, named) in [
        (LiveFault::Address { file: "database-url".to_owned(), why: AddressFault::OpenToOthers }, "database-url"),
        (LiveFault::Plain, "verify-full"),
        (LiveFault::Unreachable { in_tls: true, state: None }, "TLS"),
        (LiveFault::Unreachable { in_tls: false, state }, "42P01"),
        (LiveFault::Login(state), "42P01"),
        (LiveFault::Query { table, fault: QueryFault { why: QueryWhy::Unknown, state } }, "query Reviews"),
        (columns(ColumnsFault::Lacks(vec!["REVIEW_CODE"])), "query Reviews lacks REVIEW_CODE"),
        (columns(ColumnsFault::Twice("DOB")), "DOB twice"),
        (columns(ColumnsFault::Other(Table::Header)), "columns of Header"),
        (columns(ColumnsFault::TooMany), "more columns"),
        (LiveFault::Type { table, column: "DOB", kind: "FLOAT8".to_owned() }, "DOB as FLOAT8"),
    ] {
        let text = fault.to_string();
        check_words(fault.kind().words().code, &text);
        assert!(text.contains(named), "{text}");
    }
    assert_eq!(SqlState::parse("a row"), None);
}
