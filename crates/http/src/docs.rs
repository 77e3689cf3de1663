//! The page that shows the OpenAPI document and tries its calls out. All it is made of is in the binary, and it asks no
//! other host.

use std::io::Read;

use flate2::read::GzDecoder;

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
    pub packed: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $media_type:literal),+ $(,)?) => {
        [$(Asset {
            name: $name,
            media_type: $media_type,
            packed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }),+]
    };
}

impl Asset {
    /// Each of them.
    pub const ALL: [Self; 6] = assets! {
        "swagger-ui-bundle.js": "text/javascript",
        "swagger-ui.css": "text/css",
        "swagger-ui-LICENSE.txt": "text/plain",
        "swagger-ui-NOTICE.txt": "text/plain",
        "page.css": "text/css",
        "start.js": "text/javascript",
    };

    /// The one that is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asset| asset.name == name)
    }

    /// For those who can't unpack it themselves.
    pub fn unpacked(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzDecoder::new(self.packed).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
