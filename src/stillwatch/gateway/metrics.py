"""Metrics for Prometheus: what the parts of a gateway count anyway, read when somebody asks.

Labels are wires, outcomes, rules and kinds of status, all few and the operator's own. An account is
never a label.
"""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from stillwatch.gateway.counts import Counts, Times
from stillwatch.gateway.gate import Gate
from stillwatch.gateway.parts import Parts
from stillwatch.policy.rules import Rule

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class GateCollector(Collector):
    """Reads a gate.

    Args:
        gate: what is read.
        clock: seconds since 1970.
    """

    def __init__(self, gate: Gate, clock: Callable[[], float]) -> None:
        self._gate = gate
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        """All metrics as they are now; in the thread of the event loop."""
        parts = self._gate.parts
        yield from _requests(self._gate.counts)
        yield from _rules(self._gate.policy.rules, self._gate.counts, self._clock())
        yield from _state(parts)
        yield from _written(parts)
        if parts.sharing is not None:
            counts = parts.sharing.counts
            yield _gauge("sharing_up", "1 while the shared store answers.", counts.up)
            yield _counter("sharing_failures", "Merges that failed.", counts.failures)


def exposition(gate: Gate, clock: Callable[[], float]) -> bytes:
    """Metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(GateCollector(gate, clock))
    return generate_latest(registry)


def _requests(counts: Counts) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        "stillwatch_requests",
        "Requests by what became of them; status is the first digit, 0 where the client left.",
        labels=("wire", "outcome", "rule", "status"),
    )
    for kind, number in list(counts.answers.items()):
        answers.add_metric((kind.wire, kind.outcome, kind.rule, str(kind.status)), number)
    yield answers
    yield _times("decision_seconds", "Time that decisions took.", counts.decisions)
    yield _times(
        "request_seconds", "Time from the whole request to the end of its answer.", counts.answered
    )
    yield _gauge("requests_under_way", "Requests that have not ended.", counts.under_way)
    yield _counter("failures", "Requests that could not be decided about.", counts.failures)


def _rules(rules: Iterable[Rule], counts: Counts, now_s: float) -> Iterator[Metric]:
    stages = GaugeMetricFamily(
        "stillwatch_rule", "1 for each rule and where it is in its life.", labels=("rule", "stage")
    )
    ends = GaugeMetricFamily(
        "stillwatch_rule_end_timestamp_seconds", "When a rule ends by itself.", labels=("rule",)
    )
    for rule in rules:
        stages.add_metric((rule.id, rule.stage(now_s)), 1)
        ends.add_metric((rule.id,), min(rule.until_s, rule.review_s))
    yield stages
    yield ends
    shadows = CounterMetricFamily(
        "stillwatch_shadow", "Requests that a rule would have met.", labels=("rule",)
    )
    for name, number in list(counts.shadows.items()):
        shadows.add_metric((name,), number)
    yield shadows


def _state(parts: Parts) -> Iterator[Metric]:
    live = parts.live
    yield _gauge(
        "enforcing", "0 while the switch turns all enforcement off.", parts.switch.enforcing
    )
    yield _gauge("live_accounts", "Accounts that are remembered.", live.accounts)
    yield _gauge("live_installs", "Installs that are remembered.", live.installs)
    yield _gauge("live_throttles", "Throttles that are remembered.", len(live.throttles))
    yield _gauge("verdict_accounts", "Accounts with a verdict.", live.verdicts.accounts)
    yield _gauge(
        "verdict_trouble", "1 if the verdicts cannot be read.", bool(live.verdicts.trouble)
    )


def _written(parts: Parts) -> Iterator[Metric]:
    yield _counter("decisions_written", "Lines of the log of decisions.", parts.log.written)
    yield _counter("decisions_dropped", "Lines that the log could not take.", parts.log.dropped)
    yield _counter("case_failures", "Cases that could not be written down.", parts.cases.failures)
    if parts.recorder is None:
        return
    found = parts.recorder.counts()
    records = CounterMetricFamily(
        "stillwatch_recorded", "Exchanges by what the recorder did with them.", labels=("what",)
    )
    for what in ("offered", "stored", "left_out", "dropped", "lost"):
        records.add_metric((what,), getattr(found, what))
    yield records
    yield _gauge("recorder_waiting_bytes", "Bytes that wait to be stored.", found.bytes_waiting)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"stillwatch_{name}", says, value=float(value))


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"stillwatch_{name}", says, value=float(value))


def _times(name: str, says: str, times: Times) -> Metric:
    return HistogramMetricFamily(
        f"stillwatch_{name}", says, buckets=times.rising(), sum_value=times.sum_s
    )
