//! A form as browsers and curl send it.

/// Its parts, in the order in which they were added.
pub struct Form(Vec<u8>);

const BOUNDARY: &str = "----form-boundary-7MA4YWxk";

impl Form {
    pub const CONTENT_TYPE: &str = "multipart/form-data; boundary=----form-boundary-7MA4YWxk";

    /// One without parts.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With a field.
    pub fn field(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.part(&format!("content-disposition: form-data; name=\"{name}\""), value)
    }

    /// With a file, which is called so.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.part(
            &format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv"),
            content,
        )
    }

    /// With a part that has these headers.
    pub fn part(mut self, headers: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.extend_from_slice(format!("--{BOUNDARY}\r\n{headers}\r\n\r\n").as_bytes());
        self.0.extend_from_slice(content.as_ref());
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// The body.
    pub fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}
