"""The commands of `stillwatch marks`, registered one by one."""

from cyclopts import App

from stillwatch.cli.marks import (
    disclose,
    enrol,
    explain,
    grammar,
    ids,
    join,
    keys,
    notice,
    proxy,
    scan,
    seal,
    verify,
)

app = App(name="marks")
app.command(scan.scan, help=scan.SCAN)
app.command(keys.app)
app.command(grammar.app)
app.command(enrol.enrol, help=enrol.ENROL)
app.command(seal.seal, help=seal.SEAL)
app.command(verify.verify, help=verify.VERIFY)
app.command(ids.app)
app.command(join.join, help=join.JOIN)
app.command(disclose.disclose, help=disclose.DISCLOSE)
app.command(explain.explain, help=explain.EXPLAIN)
app.command(notice.notice, help=notice.NOTICE)
app.command(proxy.proxy, help=proxy.PROXY)
