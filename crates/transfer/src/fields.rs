//! Values as every format writes them.

use roster_domain::{Invalid, InvalidCode, ObjectId, Timestamp};

/// 24 hexadecimal digits.
pub fn id<Id: From<ObjectId>>(text: &str) -> Result<Id, Invalid> {
    ObjectId::parse(text)
        .map(Id::from)
        .map_err(|_| Invalid::new(InvalidCode::Malformed, "must be 24 hexadecimal digits"))
}

/// RFC 3339.
pub fn time(text: &str) -> Result<Timestamp, Invalid> {
    Timestamp::parse(text)
        .map_err(|_| Invalid::new(InvalidCode::Malformed, "must be a time as in 2023-07-07T20:15:45.962Z"))
        .and_then(storable)
}

/// From the year 1 to 9999: others no store and no reader of the API takes.
pub fn storable(time: Timestamp) -> Result<Timestamp, Invalid> {
    if (-62_135_596_800_000..253_402_300_800_000).contains(&time.millis()) {
        Ok(time)
    } else {
        Err(Invalid::new(InvalidCode::OutOfRange, "must be a time from the year 1 to 9999"))
    }
}

pub fn wrong_type(message: &'static str) -> Invalid {
    Invalid::new(InvalidCode::WrongType, message)
}
