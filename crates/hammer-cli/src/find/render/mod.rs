use hammer_analysis::SearchReport;
pub(super) fn text(r: &SearchReport, _: bool) -> String {
    format!("{:?}\n", r.answer)
        + &r.looks
            .iter()
            .chain(&r.curve)
            .map(|l| {
                format!(
                    "{} {} {:?} {:?} {:?}\n",
                    l.number, l.rate, l.outcome, l.p99_us, l.ended_early
                )
            })
            .collect::<String>()
}
pub(super) fn junit(r: &SearchReport) -> String {
    format!("{:?}\n", r.answer)
}
pub(super) fn markdown(r: &SearchReport) -> String {
    format!("{:?}\n", r.answer)
}
