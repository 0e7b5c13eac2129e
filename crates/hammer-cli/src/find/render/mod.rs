use hammer_analysis::SearchReport;
pub(super) fn text(r: &SearchReport, _: bool) -> String {
    format!("{:?}\n", r.answer)
        + &r.looks
            .iter()
            .map(|l| {
                format!(
                    "{} {} {} {:?} {:?} {:?}\n",
                    l.number,
                    l.rate,
                    l.outcome.as_str(),
                    l.p99_us,
                    l.failed,
                    l.ended_early
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
