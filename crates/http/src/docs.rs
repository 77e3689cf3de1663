//! The page that shows the OpenAPI document and tries its calls out. All it is made of is in the binary, and it asks no
//! other host.

use std::io::{self, Read};
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::read::GzDecoder;

use crate::conditional::Tag;

/// What the page may load and ask: nothing but what comes from here. Of the viewer's pictures some stand in its styles.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, whose own files and document are found from where it is: with a slash at the end or without.
pub fn page(has_slash: bool) -> String {
    let (files, document) = if has_slash { ("", "../openapi.json") } else { ("docs/", "openapi.json") };
    include_str!("docs/page.html").replace("{files}", files).replace("{document}", document)
}

/// A file that the page is made of.
pub struct Asset {
    pub name: &'static str,
    pub media_type: &'static str,
    /// With gzip.
    pub packed: LazyLock<Sent>,
    /// For those who can't unpack it themselves.
    pub plain: LazyLock<io::Result<Sent>>,
}

/// Bytes as they are sent, and what names these very ones: made when they are asked for first.
pub struct Sent {
    pub bytes: Bytes,
    pub tag: Tag,
}

macro_rules! assets {
    ($($name:literal: $media_type:literal),+ $(,)?) => {
        [$({
            const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"));
            Asset {
                name: $name,
                media_type: $media_type,
                packed: LazyLock::new(|| Sent::of(PACKED)),
                plain: LazyLock::new(|| Sent::unpacked(PACKED)),
            }
        }),+]
    };
}

/// Each of them.
pub static ASSETS: [Asset; 6] = assets! {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "swagger-ui-LICENSE.txt": "text/plain",
    "swagger-ui-NOTICE.txt": "text/plain",
    "page.css": "text/css",
    "start.js": "text/javascript",
};

impl Asset {
    /// The one that is called so.
    pub fn named(name: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.name == name)
    }
}

impl Sent {
    fn of(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { tag: Tag::of_bytes(&bytes), bytes }
    }

    fn unpacked(packed: &[u8]) -> io::Result<Self> {
        let mut bytes = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut bytes)?;
        Ok(Self::of(bytes))
    }
}
