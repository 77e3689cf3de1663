//! A value as it was given, and how it becomes what it means.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use config::{Value, ValueKind};

use super::keys::Key;
use super::problem::{BadSetting, place};
use super::size;

/// What somebody, or the default, gave for a key.
pub struct Given {
    key: &'static Key,
    origin: Option<String>,
    texts: Vec<String>,
}

impl Given {
    /// The texts of a value: one, or those of a list.
    ///
    /// # Errors
    /// When it is a table, or a list of anything but texts and numbers.
    pub fn new(key: &'static Key, value: Value) -> Result<Self, BadSetting> {
        let origin = value.origin().map(str::to_owned);
        let values = match value.kind {
            ValueKind::Array(values) => values,
            _ => vec![value],
        };
        let texts = values.into_iter().map(Value::into_string).collect::<Result<_, _>>();
        match texts {
            Ok(texts) => Ok(Self { key, origin, texts }),
            Err(_) => Err(BadSetting::value(key, origin.as_deref(), "must be a text, a number or a list of them")),
        }
    }

    /// A value that isn't a list. `expected` goes on from "must be".
    ///
    /// # Errors
    /// When there isn't exactly one, or it can't be read.
    pub fn one<T>(&self, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, BadSetting> {
        match self.texts.as_slice() {
            [text] => parse(text.trim()).ok_or_else(|| self.unlike(expected, text)),
            _ => Err(self.bad(&format!("must be {expected}, and there must be one of it"))),
        }
    }

    /// As [`Given::one`]; `None` when it is left empty.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn one_if_set<T>(&self, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, BadSetting> {
        match self.texts.as_slice() {
            [] => Ok(None),
            [text] if text.trim().is_empty() => Ok(None),
            _ => self.one(expected, parse).map(Some),
        }
    }

    /// A list: several values, or one text that is separated by commas.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub fn list<T>(&self, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, BadSetting> {
        let items = self.texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| parse(item).ok_or_else(|| self.unlike(expected, item))).collect()
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// When it isn't.
    pub fn count<N>(&self, bounds: &RangeInclusive<N>) -> Result<N, BadSetting>
    where
        N: FromStr + PartialOrd + std::fmt::Display,
    {
        self.one(&whole_number(bounds), |text| within(text, bounds))
    }

    /// As [`Given::count`]; `None` when it is left empty.
    ///
    /// # Errors
    /// When it isn't.
    pub fn count_if_set<N>(&self, bounds: &RangeInclusive<N>) -> Result<Option<N>, BadSetting>
    where
        N: FromStr + PartialOrd + std::fmt::Display,
    {
        self.one_if_set(&whole_number(bounds), |text| within(text, bounds))
    }

    /// A duration as `15m`, `2s` or `1h 30m`, at least this long and at most a hundred years.
    ///
    /// # Errors
    /// When it isn't.
    pub fn duration(&self, least: Duration) -> Result<Duration, BadSetting> {
        let most = Duration::from_secs(100 * 366 * 24 * 60 * 60);
        let expected = match least {
            Duration::ZERO => "a duration such as 15m or 2s".to_owned(),
            least => format!("a duration such as 15m or 2s, at least {}", humantime::format_duration(least)),
        };
        self.one(&expected, |text| humantime::parse_duration(text).ok().filter(|d| (least..=most).contains(d)))
    }

    /// A size in bytes as `64KiB` or `65536`.
    ///
    /// # Errors
    /// When it isn't.
    pub fn size(&self, bounds: &RangeInclusive<usize>) -> Result<usize, BadSetting> {
        let expected = format!("a size such as 64KiB, from {} to {} bytes", bounds.start(), bounds.end());
        self.one(&expected, |text| size::parse(text).filter(|size| bounds.contains(size)))
    }

    /// Where it stood and what it was, if it wasn't left at its default; of a secret only where.
    pub fn told(&self) -> Option<String> {
        let place = place(self.key.name, Some(self.origin.as_deref()?));
        let value = if self.key.secret { "set, and not shown".to_owned() } else { self.texts.join(", ") };
        Some(format!("{place}: {value}"))
    }

    /// This value, refused for this reason.
    pub fn bad(&self, problem: &str) -> BadSetting {
        BadSetting::value(self.key, self.origin.as_deref(), problem)
    }

    fn unlike(&self, expected: &str, text: &str) -> BadSetting {
        if self.key.secret {
            self.bad(&format!("must be {expected}"))
        } else {
            self.bad(&format!("must be {expected}, not {text:?}"))
        }
    }
}

fn whole_number<N: std::fmt::Display>(bounds: &RangeInclusive<N>) -> String {
    format!("a whole number from {} to {}", bounds.start(), bounds.end())
}

fn within<N: FromStr + PartialOrd>(text: &str, bounds: &RangeInclusive<N>) -> Option<N> {
    text.parse().ok().filter(|number| bounds.contains(number))
}
