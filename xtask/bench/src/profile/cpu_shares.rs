//! Shares of CPU time by crate and system call.

use std::collections::BTreeMap;

use super::folded_stacks::FoldedStacks;
use super::frame_name::KERNEL_SUFFIX;

/// System calls that appear as libc functions in samples taken inside the process.
const SYSTEM_CALLS: &[&str] = &[
    "close",
    "connect",
    "epoll_ctl",
    "epoll_wait",
    "madvise",
    "mmap",
    "munmap",
    "nanosleep",
    "read",
    "readv",
    "recv",
    "send",
    "timerfd_settime",
    "write",
    "writev",
];

/// The shares of crates and system calls in all samples.
#[derive(Debug)]
pub(crate) struct CpuShares {
    /// Each owner and its share of all samples, largest first.
    pub(crate) by_owner: Vec<(String, f64)>,
}

impl CpuShares {
    /// Assigns each stack to one owner and adds up the samples.
    pub(crate) fn from_stacks(stacks: &FoldedStacks) -> Self {
        let mut amounts: BTreeMap<String, u64> = BTreeMap::new();
        for (frames, amount) in stacks.iter() {
            *amounts.entry(stack_owner(frames)).or_default() += amount;
        }
        let total = stacks.total().max(1);
        let mut by_owner: Vec<(String, f64)> = amounts
            .into_iter()
            .map(|(name, amount)| (name, amount as f64 / total as f64))
            .collect();
        by_owner.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Self { by_owner }
    }
}

/// The owner of a stack: its system call, otherwise the innermost crate.
///
/// Frames of the standard library and of libc count for their caller.
fn stack_owner(frames: &[String]) -> String {
    let in_kernel = frames
        .last()
        .is_some_and(|name| name.ends_with(KERNEL_SUFFIX));
    let mut process = frames
        .iter()
        .rev()
        .map(String::as_str)
        .filter(|name| !name.ends_with(KERNEL_SUFFIX))
        .peekable();
    let innermost = process.peek().copied().unwrap_or_default();
    if SYSTEM_CALLS.contains(&innermost) {
        return format!("system call {innermost}");
    }
    if in_kernel {
        return "kernel: interrupts, page faults".to_owned();
    }
    process
        .find_map(|name| crate_name(name))
        .unwrap_or("other")
        .to_owned()
}

/// The crate of a function, or a name for clocks and allocation; `None` if its caller owns it.
fn crate_name(name: &str) -> Option<&str> {
    if name.contains("clock_gettime") {
        return Some("reading clocks");
    }
    let bare = name.trim_start_matches('_');
    if bare.starts_with("mi_") || bare.starts_with("rust_") || name.starts_with("__rustc::") {
        return Some("allocation");
    }
    let path = name.trim_start_matches(['<', '&', '*', '(']);
    let path = ["mut ", "dyn "]
        .iter()
        .fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    let (krate, _) = path.split_once("::")?;
    let named = krate.chars().all(|c| c.is_alphanumeric() || c == '_');
    (named && !matches!(krate, "core" | "std" | "alloc")).then_some(krate)
}

#[cfg(test)]
mod tests {
    use super::CpuShares;
    use crate::profile::folded_stacks::FoldedStacks;

    #[test]
    fn assigns_each_stack_to_one_owner() {
        let table = [
            (
                "t;hyper::a;writev;do_writev_[k];ip_rcv_[k]",
                "system call writev",
            ),
            ("t;hyper::a;recv", "system call recv"),
            (
                "t;hyper::a;asm_exc_page_fault_[k]",
                "kernel: interrupts, page faults",
            ),
            (
                "t;tokio::a;hyper::b;core::ptr::drop_in_place;memcpy",
                "hyper",
            ),
            (
                "t;<&mut hyper_util::rt::TokioIo<T> as hyper::rt::Read>::poll",
                "hyper_util",
            ),
            (
                "t;hyper::b;<core::iter::Map<F> as core::iter::Iterator>::next",
                "hyper",
            ),
            ("t;hyper::b;__rustc::__rust_alloc;mi_malloc", "allocation"),
            (
                "t;hammer_core::a;std::time::now;__vdso_clock_gettime",
                "reading clocks",
            ),
            ("t;start_thread", "other"),
        ];
        for (stack, expected) in table {
            let shares = CpuShares::from_stacks(&FoldedStacks::parse(&format!("{stack} 3\n")));
            assert_eq!(shares.by_owner, [(expected.to_owned(), 1.0)], "{stack}");
        }
    }

    #[test]
    fn sorts_by_size() {
        let shares = CpuShares::from_stacks(&FoldedStacks::parse("a::x 1\nb::x 2\na::y 5\n"));
        assert_eq!(
            shares.by_owner,
            [("a".to_owned(), 0.75), ("b".to_owned(), 0.25)]
        );
    }
}
