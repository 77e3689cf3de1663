//! The formats by their names.

/// What a file can be that contacts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// Cells between commas, semicolons, tabs or bars, with a header.
    Csv,
    /// vCard 2.1, 3.0 or 4.0 (RFC 6350).
    VCard,
    /// A JSON array of objects, an answer of the API around one, or objects one after the other; MongoDB's extended
    /// JSON too.
    Json,
    /// A JSON object a line; MongoDB's extended JSON too.
    Ndjson,
    /// MongoDB's binary documents, one after the other.
    Bson,
}

impl SourceFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Csv, Self::VCard, Self::Json, Self::Ndjson, Self::Bson];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::VCard => "vcard",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Bson => "bson",
        }
    }

    /// The format with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// What a file's name says; `.gz` behind it says nothing.
    pub(crate) fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" | "tsv" | "tab" => Some(Self::Csv),
            "vcf" | "vcard" => Some(Self::VCard),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "bson" => Some(Self::Bson),
            _ => None,
        }
    }

    /// What a media type says.
    pub(crate) fn of_content_type(value: &str) -> Option<Self> {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/csv" | "text/tab-separated-values" | "application/csv" => Some(Self::Csv),
            "text/vcard" | "text/x-vcard" | "text/directory" => Some(Self::VCard),
            "application/json" => Some(Self::Json),
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(Self::Ndjson),
            "application/bson" => Some(Self::Bson),
            _ => None,
        }
    }
}

/// What contacts can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Cells between commas, with a header and a byte order mark, safe to open in a spreadsheet.
    Csv,
    /// vCard 3.0 (RFC 2426), which phones read.
    VCard3,
    /// vCard 4.0 (RFC 6350).
    VCard4,
    /// An object a line.
    Ndjson,
    /// The answer of the API to a list.
    Json,
    /// The list alone.
    JsonArray,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Csv, Self::VCard3, Self::VCard4, Self::Ndjson, Self::Json, Self::JsonArray];

    /// Its word: `vcard` alone is the version that phones read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::VCard3 => "vcard",
            Self::VCard4 => "vcard4",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::JsonArray => "json_array",
        }
    }

    /// The format with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// Its media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::VCard3 | Self::VCard4 => "text/vcard; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Json | Self::JsonArray => "application/json",
        }
    }

    /// How names of its files end, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::VCard3 | Self::VCard4 => "vcf",
            Self::Ndjson => "ndjson",
            Self::Json | Self::JsonArray => "json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn formats_have_their_words() {
        for format in SourceFormat::ALL {
            assert_eq!(SourceFormat::of_word(format.as_str()), Some(format));
        }
        for format in ExportFormat::ALL {
            assert_eq!(ExportFormat::of_word(format.as_str()), Some(format));
        }
        assert_eq!(SourceFormat::of_word("xlsx"), None);
    }

    #[rstest]
    #[case("Contacts.VCF", Some(SourceFormat::VCard))]
    #[case("contacts.json.gz", Some(SourceFormat::Json))]
    #[case("contacts", None)]
    #[case("csv", None)]
    fn file_names(#[case] name: &str, #[case] format: Option<SourceFormat>) {
        assert_eq!(SourceFormat::of_file_name(name), format);
    }

    #[test]
    fn media_types_without_their_parameters() {
        assert_eq!(SourceFormat::of_content_type("Text/CSV; charset=utf-8"), Some(SourceFormat::Csv));
        assert_eq!(SourceFormat::of_content_type("application/x-www-form-urlencoded"), None);
    }
}
