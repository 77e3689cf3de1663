//! What a number's label says about whether messages reach it.

/// From the most likely to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    WhatsApp,
    Mobile,
    /// No label, or one that says nothing.
    Plain,
    Home,
    Work,
    Other,
}

/// Of numbers that nobody reads messages at.
const NEVER: &[&str] = &["fax", "pager", "telex", "tty", "isdn", "modem", "bbs", "assistant", "asst"];

/// Whole words, and in the languages that products export in.
const WORDS: &[(Reach, &[&str])] = &[
    (Reach::WhatsApp, &["whatsapp", "wa", "waid"]),
    (
        Reach::Mobile,
        &[
            "mobile",
            "cell",
            "cellphone",
            "cellular",
            "iphone",
            "android",
            "gsm",
            "sms",
            "handphone",
            "mobil",
            "handy",
            "mobiltelefon",
            "celular",
            "móvil",
            "movil",
            "telemóvel",
            "telemovel",
            "portable",
            "cellulare",
            "ponsel",
        ],
    ),
    (Reach::Home, &["home", "privat", "domicile", "casa", "residencial"]),
    (Reach::Work, &["work", "business", "office", "company", "geschäftlich", "bureau", "trabajo", "trabalho"]),
    (
        Reach::Plain,
        &[
            "phone",
            "telephone",
            "tel",
            "number",
            "main",
            "primary",
            "voice",
            "pref",
            "msisdn",
            "default",
            "telefon",
            "telefono",
            "teléfono",
            "telefone",
            "téléphone",
            "telepon",
            "haupt",
            "principal",
        ],
    ),
];

impl Reach {
    /// Of a label, in any case and with anything between its words. `None`: messages don't reach it.
    pub fn of_label(label: &str) -> Option<Self> {
        let label = label.to_lowercase();
        if NEVER.iter().any(|never| label.contains(never)) {
            return None;
        }
        let words = || label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let known = WORDS.iter().find(|(_, known)| words().any(|word| known.contains(&word)));
        let nothing = || words().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        Some(known.map_or_else(|| if nothing() { Self::Plain } else { Self::Other }, |(reach, _)| *reach))
    }

    /// Whether this is a word for a number that calls or messages reach.
    pub fn is_word(word: &str) -> bool {
        WORDS.iter().any(|(reach, known)| !matches!(reach, Self::Home | Self::Work) && known.contains(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Mobile", Some(Reach::Mobile))]
    #[case("* Mobile", Some(Reach::Mobile))]
    #[case("_$!<Mobile>!$_", Some(Reach::Mobile))]
    #[case("Mobile Work", Some(Reach::Mobile))]
    #[case("WhatsApp", Some(Reach::WhatsApp))]
    #[case("Business Phone 2", Some(Reach::Work))]
    #[case("", Some(Reach::Plain))]
    #[case("Main", Some(Reach::Plain))]
    #[case("Summer house", Some(Reach::Other))]
    #[case("Home Fax", None)]
    #[case("TTY/TDD Phone", None)]
    fn labels(#[case] label: &str, #[case] reach: Option<Reach>) {
        assert_eq!(Reach::of_label(label), reach);
    }
}
