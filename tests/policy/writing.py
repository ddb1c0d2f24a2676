"""Rules, written by tests."""

SETTINGS = 'appeal = "help@example.com"\napproved = "Tool B"\n'
DAY_S = 86400.0
NOW_S = 1_800_000_000.0  # 2027-01-15 08:00 UTC
HEAD = '@owner("trust") @purpose("a test") @until("2027-06-30") @mode("enforce")'
SPEAKS = '@message("Not this way.")'


def rule(name, outcome, when="true", *, more="", head=HEAD):
    """One rule, whole."""
    says = SPEAKS if outcome in {"block", "step-up", "throttle"} else ""
    return (
        f'@id("{name}") @outcome("{outcome}") {says} {more} {head}\n'
        f"forbid (principal, action, resource) when {{ {when} }};"
    )
