"""The commands of `stillwatch marks`, registered one by one."""

from cyclopts import App

from stillwatch.cli.marks import enrol, grammar, ids, keys, scan, seal, verify

app = App(name="marks")
app.command(scan.scan, help=scan.SCAN)
app.command(keys.app)
app.command(grammar.app)
app.command(enrol.enrol, help=enrol.ENROL)
app.command(seal.seal, help=seal.SEAL)
app.command(verify.verify, help=verify.VERIFY)
app.command(ids.app)
