//! Invented people: names put together from pieces of several scripts, and numbers from chance.

use crate::chance::Chance;

/// Beginnings and endings of given names.
const FIRST: &[(&[&str], &[&str])] = &[
    (
        &["Ade", "Ayọ", "Ifẹ", "Olu", "Ọla", "Tẹmi", "Dami", "Ẹni", "Ọmọ", "Fọla", "Kẹhin", "Ṣọ"],
        &["bọla", "kunle", "sọla", "wale", "tọla", "dayọ", "lọla", "niyi", "tundé", "fẹmi", "ṣeun", "rẹ"],
    ),
    (
        &["Am", "Zan", "Hal", "Fat", "Mar", "Lar", "Sal", "Nad", "Kar", "Yas", "Mir", "Ruk"],
        &["ina", "aba", "ima", "iam", "isa", "ou", "iya", "im", "ira", "ika", "a", "uma"],
    ),
    (
        &["Jo", "Ma", "El", "Hen", "Lu", "Cé", "An", "Ber", "Sté", "Bjö", "Ja", "Flo"],
        &["hannes", "rie", "sa", "rik", "cía", "line", "ders", "nard", "phane", "rn", "kub", "rian"],
    ),
    (&["Ал", "Ма", "Ве", "Ни", "Да", "Се", "Ол", "Ев"], &["ина", "рия", "ра", "кита", "рья", "мён", "ег", "гения"]),
    (&["عبد", "نور", "ام", "سا", "فا", "كر", "مر", "يا"], &["الله", "ين", "ينة", "رة", "طمة", "يم", "يم", "سين"]),
    (&["美", "秀", "明", "小", "建", "丽", "志"], &["华", "英", "兰", "强", "红", "军", "芳"]),
    (&["अ", "सु", "रा", "प्रि", "वि"], &["मित", "नीता", "जेश", "या", "जय"]),
];

/// Beginnings and endings of family names.
const LAST: &[(&[&str], &[&str])] = &[
    (
        &[
            "Ok", "Ad", "Ol", "Nw", "Ez", "Ib", "Oz", "Ug", "Am", "On", "Ak", "Ek", "Og", "Og", "Ay", "Af", "Ar", "Or",
            "Om", "Ed", "Em", "Ub", "Ik", "Ij", "Um",
        ],
        &[
            "onkwo", "eyemi", "awale", "osu", "enwa", "rahim", "oemena", "ochukwu", "adi", "yekachi", "intola",
            "wueme", "unleye", "bonna", "odele", "olabi", "iyo", "ji", "uche", "et", "eka", "ani", "enna", "ebu",
            "eagu", "ogun", "inde", "afor", "olu", "aye", "eze", "amadi", "ugo", "ilo", "okoye", "asi", "ewe", "iro",
            "umah", "ora",
        ],
    ),
    (
        &[
            "Brand", "Lind", "Stein", "Hof", "Berg", "Müh", "Wald", "Neu", "Alt", "Roth", "Grün", "Schön", "Acker",
            "Feld", "Bach", "Burg", "Kirch", "Winter", "Sommer", "Silber", "Gold", "Eisen", "Holz", "Korn", "Rosen",
        ],
        &[
            "mann", "berg", "ström", "er", "feld", "le", "hofer", "meyer", "stein", "dal", "kamp", "hagen", "burger",
            "müller", "wirth", "bauer", "lund", "gren", "quist", "sen", "thal", "au", "holm", "vik", "rup", "ow",
            "itz", "eck", "ner", "ing", "dorf", "haus", "brück", "blad", "ek", "sson", "ley", "ton", "ford", "wood",
        ],
    ),
    (
        &["Гор", "Лес", "Вол", "Мед", "Кузь", "Пет", "Сид", "Зай", "Бел", "Чер"],
        &["ин", "ов", "ков", "ведев", "мин", "ров", "оров", "цев", "ский", "нов", "яев", "ёв", "аков", "енко", "чук"],
    ),
    (&["ال", "بن", "أبو", "بو"], &["حسن", "بكر", "زيد", "نجار", "خياط", "شمري", "فاسي", "تازي", "مصري", "حداد"]),
    (
        &["Nguyễn", "Trần", "Yıl", "Öz", "Ka", "De", "Ay", "Gül", "Çel", "Şah"],
        &[" Văn", " Thị", "dız", "türk", "ya", "mir", "dın", "er", "ik", "in"],
    ),
    (&["王", "李", "張", "劉", "陳", "楊", "趙", "黃"], &["", "氏", "家"]),
    (&["श", "व", "गु", "पा", "मि"], &["र्मा", "र्गव", "प्ता", "टिल", "श्रा"]),
];

/// Names to choose from; those in front are the common ones.
pub struct People {
    pub first: Vec<String>,
    pub last: Vec<String>,
}

impl People {
    pub fn new() -> Self {
        Self { first: mixed(FIRST, 600), last: mixed(LAST, 3_000) }
    }

    pub fn name(&self, chance: &mut Chance) -> String {
        let first = &self.first[chance.skewed(self.first.len())];
        let last = &self.last[chance.skewed(self.last.len())];
        format!("{first} {last}")
    }

    /// A number in one of the forms that consumers write.
    pub fn number(chance: &mut Chance) -> String {
        let subscriber = chance.below(10_000_000);
        let (a, b) = (subscriber / 10_000, subscriber % 10_000);
        let operator = chance.of(&["803", "805", "806", "813", "816", "903"]);
        match chance.below(100) {
            0..=79 => format!("234{operator}{subscriber:07}"),
            80..=87 => format!("+234 {operator} {a:03} {b:04}"),
            88..=93 => format!("0{operator}{subscriber:07}"),
            94..=98 => format!("120363{:012}", chance.below(1_000_000_000_000)),
            _ => format!("order {subscriber}"),
        }
    }
}

/// All that the pieces make, in an order that favours no script; at most so many.
fn mixed(pieces: &[(&[&str], &[&str])], most: usize) -> Vec<String> {
    let mut names: Vec<String> = pieces
        .iter()
        .flat_map(|(begins, ends)| begins.iter().flat_map(|begin| ends.iter().map(move |end| format!("{begin}{end}"))))
        .collect();
    let mut chance = Chance::new(names.len() as u64);
    for at in (1..names.len()).rev() {
        names.swap(at, chance.below(at as u64 + 1) as usize);
    }
    names.truncate(most);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::values::{ContactName, Number};

    #[test]
    fn there_are_many_and_all_are_good() {
        let people = People::new();
        assert!(people.first.len() > 500 && people.last.len() > 2_000, "{} {}", people.first.len(), people.last.len());
        let mut chance = Chance::new(1);
        for _ in 0..2_000 {
            ContactName::parse(&people.name(&mut chance)).unwrap();
            Number::parse(&People::number(&mut chance)).unwrap();
        }
    }
}
