"""The commands of `stillwatch policy`, registered one by one."""

from cyclopts import App

from stillwatch.cli.policy import check, report, testing, trying

app = App(name="policy")
app.command(check.check, help=check.CHECK)
app.command(testing.try_cases, name="test", help=testing.TEST)
app.command(trying.try_, name="try", help=trying.TRY)
app.command(report.report, help=report.REPORT)
