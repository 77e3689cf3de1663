//! A file that is on its way.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{Fuse, LocalBoxStream};
use roster_domain::ImportFile;
use roster_domain::ports::StagedPiece;

use super::form::Form;
use crate::failure::Failure;
use crate::problems::Problems;
use crate::query::Query;
use crate::requests::imports::{self, Asked};
use crate::upload::Paced;

/// What is said of a file is kept up to so many characters.
const LONGEST: usize = 255;

/// Its bytes as they come.
pub type Coming = LocalBoxStream<'static, Result<Bytes, Failure>>;

pub struct Arriving {
    name: Option<String>,
    content_type: Option<String>,
    coming: Fuse<Coming>,
    /// What came and isn't handed on yet: less than a piece.
    kept: Vec<u8>,
    /// The form that it stands in.
    within: Option<Form>,
}

impl Arriving {
    /// One that is all of the body; what is asked of it is in the query.
    pub fn alone(request: &HttpRequest, query: &Query, body: Paced) -> Result<(Asked, Self), Failure> {
        let mut problems = Problems::default();
        let asked = imports::create(query, false, &mut problems);
        problems.none()?;
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let coming = body.map(|piece| piece.map_err(Failure::from)).boxed_local();
        Ok((asked, Self::of(query.get(imports::FILE_NAME), content_type, coming, None)))
    }

    /// What is called so, and is of this type, as whoever sends it says.
    pub fn of(name: Option<&str>, content_type: Option<&str>, coming: Coming, within: Option<Form>) -> Self {
        Self {
            name: name.and_then(harmless),
            content_type: content_type.filter(|text| !text.is_empty() && text.len() <= LONGEST).map(str::to_owned),
            coming: coming.fuse(),
            kept: Vec::new(),
            within,
        }
    }

    /// What is known of it, before it is there.
    pub fn known(&self) -> ImportFile {
        ImportFile { name: self.name.clone(), content_type: self.content_type.clone(), bytes: None }
    }

    /// The next piece to be staged. Only the last one is smaller than such a piece may be.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        while self.kept.len() < StagedPiece::MOST {
            match self.coming.next().await {
                Some(bytes) => self.kept.extend_from_slice(&bytes?),
                None if self.kept.is_empty() => return Ok(None),
                None => return Ok(Some(std::mem::take(&mut self.kept))),
            }
        }
        let behind = self.kept.split_off(StagedPiece::MOST);
        Ok(Some(std::mem::replace(&mut self.kept, behind)))
    }

    /// Goes on only where nothing stands behind it.
    pub async fn end(self) -> Result<(), Failure> {
        drop(self.coming);
        match self.within {
            Some(form) => form.end().await,
            None => Ok(()),
        }
    }
}

/// The name alone, whatever folders it was in (RFC 7578, 4.2), without what would move a cursor; `None`: nothing is
/// left of it.
fn harmless(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream::iter;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("people.csv", Some("people.csv"))]
    #[case("/etc/passwd", Some("passwd"))]
    #[case("C:\\Users\\ada\\people.csv", Some("people.csv"))]
    #[case("../..", Some(".."))]
    #[case(" a\r\nx: y\0.csv ", Some("ax: y.csv"))]
    #[case("Büro.vcf", Some("Büro.vcf"))]
    #[case("folder/", None)]
    #[case("\n", None)]
    fn names(#[case] name: &str, #[case] kept: Option<&str>) {
        assert_eq!(harmless(name).as_deref(), kept);
    }

    proptest! {
        #[test]
        fn names_are_short_and_hold_no_controls(name in "(\\PC|\\p{Cc}){0,300}") {
            let kept = harmless(&name).unwrap_or_default();
            prop_assert!(kept.chars().count() <= LONGEST && !kept.contains(char::is_control));
        }
    }

    /// However they come, the pieces are full ones, and a last one that isn't empty.
    #[rstest]
    #[case(0)]
    #[case(1)]
    #[case(StagedPiece::MOST - 1)]
    #[case(StagedPiece::MOST)]
    #[case(StagedPiece::MOST + 1)]
    #[case(3 * StagedPiece::MOST)]
    #[tokio::test]
    async fn pieces(#[case] length: usize, #[values(1_000, 65_536, 2_000_000)] at_once: usize) {
        let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let chunks: Vec<_> = bytes.chunks(at_once).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        let mut file = Arriving::of(None, None, iter(chunks).boxed_local(), None);
        let mut pieces = Vec::new();
        while let Some(piece) = file.piece().await.unwrap() {
            pieces.push(piece);
        }
        assert!(file.piece().await.unwrap().is_none());
        let (last, full) = pieces.split_last().map_or((0, &pieces[..]), |(last, full)| (last.len(), full));
        assert!(full.iter().all(|piece| piece.len() == StagedPiece::MOST));
        assert!(last <= StagedPiece::MOST && (last > 0) == (length > 0));
        assert!(pieces.concat() == bytes);
    }
}
