//! Display names of functions.

/// Prefixes of functions that only call a function passed to them, or the allocator.
///
/// They are half of the frames of an asynchronous call, and add no information.
const WRAPPER_PREFIXES: &[&str] = &[
    "<alloc::alloc::Global as ",
    "<alloc::boxed::Box<",
    "<core::future::poll_fn::PollFn<",
    "<core::panic::unwind_safe::AssertUnwindSafe<",
    "__rust_try",
    "alloc::alloc::",
    "alloc::boxed::box_new_uninit",
    "alloc::raw_vec::",
    "core::ops::function::Fn",
    "std::panic::catch_unwind",
    "std::panicking::catch_unwind",
    "std::panicking::try",
    "std::sys::backtrace::__rust_begin_short_backtrace",
    "std::thread::local::LocalKey<",
    "tokio::loom::std::unsafe_cell::",
    "tokio::runtime::context::",
    "tokio::task::coop::budget",
    "tokio::task::coop::with_budget",
];

/// Prefixes of the internal names of libc functions.
const LIBC_PREFIXES: &[&str] = &["__GI___", "__GI_", "__libc_"];

/// The suffix of kernel functions in folded stacks.
pub(crate) const KERNEL_SUFFIX: &str = "_[k]";

/// The name to show; `None` for a wrapper function.
pub(crate) fn display_name(name: &str) -> Option<&str> {
    let name = without_hash(name.trim());
    if WRAPPER_PREFIXES.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    // The vDSO is mapped by the kernel but runs in the process.
    if let Some(clock) = name
        .strip_suffix(KERNEL_SUFFIX)
        .filter(|name| name.starts_with("__vdso"))
    {
        return Some(clock);
    }
    let known = LIBC_PREFIXES
        .iter()
        .find_map(|start| name.strip_prefix(start));
    Some(
        known
            .filter(|known| !known.starts_with("start"))
            .unwrap_or(name),
    )
}

/// Removes the hash of the compiler: `::h` and 16 hexadecimal digits.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => {
            name
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn shortens_names() {
        let table = [
            ("hammer_core::worker::run", Some("hammer_core::worker::run")),
            ("hyper::x::h0123456789abcdef", Some("hyper::x")),
            ("hyper::headers", Some("hyper::headers")),
            ("hyper::h1", Some("hyper::h1")),
            ("__GI___writev", Some("writev")),
            ("__libc_recv", Some("recv")),
            ("__libc_start_main_impl", Some("__libc_start_main_impl")),
            ("epoll_wait", Some("epoll_wait")),
            ("do_writev_[k]", Some("do_writev_[k]")),
            ("__vdso_clock_gettime_[k]", Some("__vdso_clock_gettime")),
            ("std::panic::catch_unwind", None),
            (
                "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
                None,
            ),
            (
                "core::ops::function::FnOnce::call_once{{vtable.shim}}",
                None,
            ),
            (
                "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll",
                None,
            ),
        ];
        for (name, expected) in table {
            assert_eq!(display_name(name), expected, "{name}");
        }
    }
}
