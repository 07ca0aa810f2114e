//! The keys `postcodes` and `ons`: a postcode directory, and the codes of the authority's own area.
//!
//! Both or none: without the area nobody is inside it, without the directory nothing is known to lie in it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::records::postcodes::AreaCode;

/// Most codes of an area; the largest county has a dozen districts.
const AREAS_MAX: usize = 64;

/// Where postcodes lie.
#[derive(Clone, Debug)]
pub struct Postcodes {
    /// The directory.
    pub file: PathBuf,
    /// Codes of the authority's own area, one or more.
    pub own: Vec<AreaCode>,
}

/// One text, or a list of texts.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Postcodes {
    /// The settings, if there are any; or the key that is not allowed, and why.
    pub(super) fn of(folder: &Path, file: Option<PathBuf>, ons: Option<OneOrMore>) -> Result<Option<Self>, (String, String)> {
        let fault = |key: &str, why: &str| Err((key.to_owned(), why.to_owned()));
        let (file, codes) = match (file, ons) {
            (None, None) => return Ok(None),
            (Some(_), None) => {
                return fault("ons", "absent: with postcodes, name the codes of your own area, such as \"E10000003\"");
            }
            (None, Some(_)) => return fault("postcodes", "absent: with ons, name the file of a postcode directory"),
            (Some(file), Some(OneOrMore::One(code))) => (file, vec![code]),
            (Some(file), Some(OneOrMore::More(codes))) => (file, codes),
        };
        let own: Option<Vec<AreaCode>> = codes.iter().map(|code| AreaCode::parse(code.as_bytes())).collect();
        match own {
            Some(own) if (1..=AREAS_MAX).contains(&own.len()) => Ok(Some(Self { file: folder.join(file), own })),
            Some(_) | None => fault("ons", "not one or more codes of a letter and eight digits, such as \"E10000003\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Postcodes>, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct All {
            postcodes: Option<PathBuf>,
            ons: Option<OneOrMore>,
        }
        let all: All = toml::from_str(text).map_err(|error| error.to_string())?;
        Postcodes::of(Path::new("etc"), all.postcodes, all.ons).map_err(|(key, _)| key)
    }

    #[test]
    fn a_file_and_one_or_more_codes_or_neither() {
        assert!(read("").unwrap().is_none());
        let one = read("postcodes = \"onspd.csv\"\nons = \"E10000003\"").unwrap().unwrap();
        assert_eq!((one.file.as_path(), one.own.len()), (Path::new("etc/onspd.csv"), 1));
        let two = read("postcodes = \"/onspd.csv\"\nons = [\"E06000001\", \"E06000002\"]").unwrap().unwrap();
        assert_eq!((two.file.as_path(), two.own.len()), (Path::new("/onspd.csv"), 2));
        let many = |n: usize| format!("postcodes = \"a\"\nons = [{}]", "\"E06000001\",".repeat(n));
        assert!(read(&many(AREAS_MAX)).is_ok());
        for (text, key) in [
            ("postcodes = \"a\"".to_owned(), "ons"),
            ("ons = \"E10000003\"".to_owned(), "postcodes"),
            ("postcodes = \"a\"\nons = \"Cambridgeshire\"".to_owned(), "ons"),
            (many(0), "ons"),
            (many(AREAS_MAX + 1), "ons"),
        ] {
            assert_eq!(read(&text).err().as_deref(), Some(key), "{text}");
        }
    }
}
