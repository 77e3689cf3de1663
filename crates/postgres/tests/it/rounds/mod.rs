//! Acts that share their statements: whatever one of them meets, the others don't.

mod derived;
mod faults;
mod locks;
mod order;
mod scene;
mod waiting;
