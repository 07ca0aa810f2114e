//! Why a database did not give the rows of a query, in words of our own.
//!
//! What a database says of an error may quote a row or an address, so none of it is kept but the five characters of its
//! SQLSTATE, and those only where they are letters and digits.

use std::fmt;

/// The code that a database gives an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// Five letters and digits; anything else is none.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 5] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueryWhy {
    /// The user may not read what the query names.
    Permission,
    /// A table, column or function that the database does not have.
    Unknown,
    /// It is not one reading statement.
    NotReading,
    /// It took too long.
    TimedOut,
    /// The connection, or the transaction that holds all queries together, ended.
    Interrupted,
    /// The database could not compute it.
    Failed,
}

/// A fault of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueryFault {
    /// What kind.
    pub why: QueryWhy,
    /// The database's own code, where there is one.
    pub state: Option<SqlState>,
}

impl fmt::Display for QueryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            QueryWhy::Permission => "may not be read by this user",
            QueryWhy::Unknown => "names what does not exist",
            QueryWhy::NotReading => "is not one reading statement",
            QueryWhy::TimedOut => "took too long",
            QueryWhy::Interrupted => "was not read to its end",
            QueryWhy::Failed => "could not be computed",
        })?;
        match self.state {
            Some(state) => write!(f, " (SQLSTATE {state})"),
            None => Ok(()),
        }
    }
}
