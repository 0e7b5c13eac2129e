//! `hammer find`: the highest rate at which objectives hold.

mod render;
