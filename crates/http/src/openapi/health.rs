use serde_json::json;

use super::Resource;
use super::described::Described;
use super::shapes::{always, object};
use crate::error::Code;

pub fn resource() -> Resource {
    let live = object([("live", always(true).into())]);
    let ready = object([("live", always(true).into()), ("ready", always(true).into())]);
    let calls = vec![
        Described::get("/health/live", "isLive", "Whether the process answers")
            .answers(200, "Alive!", live.into(), &json!({ "live": true }))
            .refused_only(&[Code::Internal]),
        Described::get("/health/ready", "isReady", "Whether requests can be served")
            .answers(200, "Ready!", ready.into(), &json!({ "live": true, "ready": true }))
            .refused_only(&[Code::Internal, Code::StoreUnavailable]),
    ];
    Resource { name: "Health", about: "For whoever runs the server.", calls, shapes: Vec::new() }
}
