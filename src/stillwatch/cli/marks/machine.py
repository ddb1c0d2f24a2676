"""What the commands about this machine's client share: its record, policy and values."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from stillwatch.client.enrolment import Enrolment
from stillwatch.client.environment import environment, look
from stillwatch.client.policy import Policy, check_signed, load_policy
from stillwatch.errors import MissingExtra
from stillwatch.marks.disclose import Machine, Seen

Record = Annotated[Path, Parameter(name="ENROLMENT", help="The record of this install.")]
GrammarName = Annotated[
    str, Parameter(name="--grammar", help="The client's grammar: file or name.")
]
PolicyFile = Annotated[
    Path | None, Parameter(name="--policy", help="The policy of the environment check; off else.")
]
Url = Annotated[str | None, Parameter(name="--url", help="Where requests go; the variables else.")]
Unsigned = Annotated[bool, Parameter(help="Requests are not signed.", negative="")]
DEFAULT_GRAMMAR = "coding-agent"


def policy_of(file: Path | None) -> Policy | None:
    """The policy, if one was named."""
    return None if file is None else load_policy(file)


def machine(
    enrolment: Enrolment, policy: Policy | None, url: str | None, signs: bool = True
) -> Machine:
    """This machine's values, read as the client reads them.

    Raises:
        MissingExtra: the policy needs what is not installed.
        SettingsError: there is a policy, but requests are not signed.
    """
    check_signed(policy, signs)
    spans = [(key.epoch, key.from_s, key.until_s) for key in enrolment.keys]
    who = (enrolment.install, enrolment.account, enrolment.organization, enrolment.url)
    if policy is None:
        return Machine(*who, spans, signs=signs)
    seen = [Seen(one.fact, one.source, one.value, one.name, one.why) for one in look(policy, url)]
    return Machine(*who, spans, seen, policy.in_seal, _declared(policy, url))


def _declared(policy: Policy, url: str | None) -> str:
    try:
        from stillwatch.client.declared import written  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise MissingExtra(
            "The header is written with http-sf.", "pip install 'stillwatch[client]'"
        ) from error
    return written(environment(policy, url))
