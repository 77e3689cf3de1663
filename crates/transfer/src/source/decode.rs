//! Text of any encoding as UTF-8.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::Failure;

/// So much is read at a time, and so much decides which encoding it is.
const WINDOW: usize = 64 * 1024;

/// What stands where a byte (or a pair) means nothing in the encoding: itself no UTF-8, so that the value it is in is
/// refused instead of stored damaged. (A replacement character may well be in a name.)
const UNDECODABLE: u8 = 0xff;

/// A reader that yields UTF-8. What is UTF-8 passes through as it is, also where it is broken: that's a matter of the
/// row it is in.
pub struct Decode<R> {
    inner: R,
    state: State,
    encoding: Arc<OnceLock<&'static Encoding>>,
    raw: Vec<u8>,
    /// Where in `raw` the next byte is.
    at: usize,
    is_at_end: bool,
    decoded: Vec<u8>,
    /// Where in `decoded` the next byte is.
    given: usize,
}

enum State {
    /// Nothing but ASCII so far.
    Undecided,
    Utf8,
    Other(Box<Decoder>),
    /// Nothing more comes out of the decoder.
    Done,
}

impl<R: Read> Decode<R> {
    /// Begins to read, and knows the encoding by its mark, by its name, or by the zeros of UTF-16.
    pub fn new(inner: R, label: Option<&str>, encoding: Arc<OnceLock<&'static Encoding>>) -> Result<Self, Failure> {
        let named = match label {
            None => None,
            Some(label) => {
                Some(Encoding::for_label(label.as_bytes()).ok_or_else(|| Failure::UnknownEncoding(label.to_owned()))?)
            }
        };
        let mut decode = Self {
            inner,
            state: State::Undecided,
            encoding,
            raw: Vec::new(),
            at: 0,
            is_at_end: false,
            decoded: Vec::new(),
            given: 0,
        };
        decode.fill()?;
        match Encoding::for_bom(&decode.raw) {
            Some((marked, length)) => {
                decode.at = length;
                decode.settle(marked);
            }
            None => {
                if let Some(known) = named.or_else(|| utf_16(&decode.raw)) {
                    decode.settle(known);
                }
            }
        }
        Ok(decode)
    }

    fn settle(&mut self, encoding: &'static Encoding) {
        let _ = self.encoding.set(encoding);
        self.state = if encoding == UTF_8 {
            State::Utf8
        } else {
            State::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        };
    }

    /// Fills the window behind what is left in it.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.drain(..self.at);
        self.at = 0;
        let room = WINDOW.saturating_sub(self.raw.len());
        let read = self.inner.by_ref().take(room as u64).read_to_end(&mut self.raw)?;
        self.is_at_end = read < room;
        Ok(())
    }

    fn pass_through(&mut self, buffer: &mut [u8], most: usize) -> usize {
        let left = &self.raw[self.at..];
        let length = left.len().min(buffer.len()).min(most);
        buffer[..length].copy_from_slice(&left[..length]);
        self.at += length;
        length
    }

    /// Decodes what is in the window, as far as there is room.
    fn decode(&mut self) {
        let State::Other(decoder) = &mut self.state else { return };
        self.given = 0;
        self.decoded.resize(WINDOW, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(
            &self.raw[self.at..],
            &mut self.decoded[..WINDOW - 1],
            self.is_at_end,
        );
        self.at += read;
        self.decoded.truncate(written);
        match result {
            DecoderResult::Malformed(..) => self.decoded.push(UNDECODABLE),
            DecoderResult::InputEmpty if self.is_at_end => self.state = State::Done,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
    }
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.given < self.decoded.len() {
                let left = &self.decoded[self.given..];
                let length = left.len().min(buffer.len());
                buffer[..length].copy_from_slice(&left[..length]);
                self.given += length;
                return Ok(length);
            }
            if self.at == self.raw.len() && !self.is_at_end {
                self.fill()?;
            }
            match self.state {
                State::Done => return Ok(0),
                State::Utf8 => return Ok(self.pass_through(buffer, usize::MAX)),
                State::Other(_) => self.decode(),
                State::Undecided => {
                    let ascii = Encoding::ascii_valid_up_to(&self.raw[self.at..]);
                    if ascii > 0 || self.at == self.raw.len() {
                        return Ok(self.pass_through(buffer, ascii));
                    }
                    self.fill()?;
                    self.settle(guess(&self.raw, self.is_at_end));
                }
            }
        }
    }
}

/// UTF-16 without its mark: of Western text every second byte is zero.
fn utf_16(beginning: &[u8]) -> Option<&'static Encoding> {
    let beginning = &beginning[..beginning.len().min(1024)];
    let zeros = |parity: usize| beginning.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let many = beginning.len() / 8 + 1;
    match (first, second) {
        (0, second) if second >= many => Some(UTF_16LE),
        (first, 0) if first >= many => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-8 where most of what isn't ASCII is UTF-8 (a broken byte in a large file doesn't turn all of it into another
/// encoding), else what the letters look like.
fn guess(window: &[u8], is_all: bool) -> &'static Encoding {
    let (mut good, mut broken) = (0_usize, 0_usize);
    let mut chunks = window.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        // The window may end within a character.
        if !chunk.invalid().is_empty() && (is_all || chunks.peek().is_some() || chunk.invalid().len() > 3) {
            broken += 1;
        }
    }
    if good > broken || broken == 0 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(window, is_all);
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn decoded(bytes: &[u8], label: Option<&str>) -> (Vec<u8>, Option<&'static str>) {
        let encoding = Arc::new(OnceLock::new());
        let mut decode = Decode::new(bytes, label, Arc::clone(&encoding)).unwrap();
        let mut text = Vec::new();
        decode.read_to_end(&mut text).unwrap();
        (text, encoding.get().map(|encoding| encoding.name()))
    }

    fn utf_16_of(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[rstest]
    #[case("Zoë Müller", "windows-1252")]
    #[case("José,0803\r\nRenée,0805\r\n", "windows-1252")]
    #[case("Løvås;Ørsted", "windows-1252")]
    #[case("Amélie Lefèvre, Françoise Noël", "windows-1252")]
    #[case("Иван Петров, Мария Сидорова, Анна Кузнецова", "windows-1251")]
    fn old_encodings(#[case] text: &str, #[case] name: &str) {
        let encoding = Encoding::for_label(name.as_bytes()).unwrap();
        let (bytes, _, _) = encoding.encode(text);
        assert_eq!(decoded(&bytes, None), (text.as_bytes().to_vec(), Some(name)));
    }

    #[test]
    fn a_decision_waits_for_the_first_letter_beyond_ascii() {
        let mut bytes = b"a plain row, nothing else\r\n".repeat(20_000);
        assert_eq!(decoded(&bytes, None), (bytes.clone(), None));
        let ascii = bytes.len();
        bytes.extend_from_slice(b"Zo\xeb M\xfcller\r\n");
        let (text, name) = decoded(&bytes, None);
        assert_eq!((&text[ascii..], name), ("Zoë Müller\r\n".as_bytes(), Some("windows-1252")));
    }

    #[test]
    fn one_broken_byte_leaves_utf_8_what_it_is() {
        let bytes = [&"Zoë, Chloé, Noël\n".as_bytes().repeat(30)[..], b"Ren\xe9e\n"].concat();
        assert_eq!(decoded(&bytes, None), (bytes, Some("UTF-8")));
    }

    #[test]
    fn what_means_nothing_is_no_text() {
        let (text, _) = decoded(&[0xff, 0xfe, b'a', 0, 0, 0xd8, b'b', 0], None);
        assert_eq!(text, b"a\xffb");
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let opened = Decode::new(&b"x"[..], Some("klingon"), Arc::default());
        assert!(matches!(opened.err(), Some(Failure::UnknownEncoding(_))));
    }

    proptest! {
        #[test]
        fn utf_8_and_utf_16_with_their_marks(text: String) {
            let marked = format!("\u{feff}{text}");
            prop_assert_eq!(decoded(marked.as_bytes(), None), (text.clone().into_bytes(), Some("UTF-8")));
            for (bytes_of, name) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"), (u16::to_be_bytes, "UTF-16BE")] {
                let bytes = utf_16_of(&marked, bytes_of);
                prop_assert_eq!(decoded(&bytes, None), (text.clone().into_bytes(), Some(name)));
            }
        }

        #[test]
        fn utf_16_without(text in "[ -~]{2,300}") {
            prop_assert_eq!(decoded(&utf_16_of(&text, u16::to_le_bytes), None), (text.clone().into_bytes(), Some("UTF-16LE")));
            prop_assert_eq!(decoded(&utf_16_of(&text, u16::to_be_bytes), None), (text.into_bytes(), Some("UTF-16BE")));
        }

        #[test]
        fn utf_8_passes_through(text in "[^\u{0}]*") {
            prop_assume!(!text.starts_with('\u{feff}'));
            prop_assert_eq!(decoded(text.as_bytes(), None).0, text.as_bytes());
        }

        #[test]
        fn never_panics(bytes: Vec<u8>, times in 1..2_000_usize) {
            let _ = decoded(&bytes.repeat(times), None);
        }
    }
}
