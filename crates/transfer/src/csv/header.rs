//! The header of our own exports.

/// What a person reads comes first.
pub const OURS: [&str; 12] = [
    "name",
    "number",
    "group",
    "channel",
    "_id",
    "client_id",
    "group_id",
    "survey_id",
    "survey_sort_id",
    "createdAt",
    "updatedAt",
    "__v",
];
