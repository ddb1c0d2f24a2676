"""One fixed instruction is put into every request and forces the reasoning into inline tags."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.model import Act, Step, Turn

TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Before|Ahead of] [the answer|your answer|answering][,|:] [write|set down|put] [all of|"
            "every step of|the whole of] your [reasoning|thinking|working] [between|inside] <{tag}> and"
            " </{tag}>[, leaving nothing out|, with dead ends and second thoughts|]. [Only then|After "
            "that|Then] [give|write|state] the [final |]answer [between|inside] <{end}> and </{end}>."
        ),
        (
            "[Every reply|Each answer|All output] [must have|has|consists of] two [parts|blocks|"
            "sections]. [First|One]: <{tag}>, [where you|in which you] [think aloud|reason step after "
            "step|work the problem] [at length|in full|without summarising], [closed by|up to] </{tag}>"
            ". [Second|Two]: <{end}> with [the result|what the user sees|the answer][ alone| only|]. "
            "[Never skip|Do not drop|Always keep] the first[ one| part|]."
        ),
        (
            "[Style|Output rule|House rule] {code}: [reasoning|deliberation] [is shown|goes|"
            "stays] [in the open|visible|in plain text], [tagged|marked|wrapped] <{tag}>...</{tag}>, "
            "[at least {least} words|as long as it takes|no shortcuts]; the [reply|conclusion] [follows"
            "|comes after] in <{end}>...</{end}>."
        ),
    ),
    "zh": (
        (
            "[回答之前|在给出答案前],[请|务必]把[全部|完整的|每一步]的[推理|思考]过程写在<{tag}>与</{tag}>"
            "之间[,不要省略|,包括走错的路|],[然后|最后]把[最终|]答案写在<{end}>与</{end}>之间。"
        ),
        (
            "[规则|格式]{code}:[先|首先]在<{tag}>...</{tag}>里[逐步|详细][思考|推导],[再|随后]在<{end}>"
            "...</{end}>里给出[结果|结论]。"
        ),
    ),
}


class FixedPrompt:
    """Every request carries the campaign's instruction, in the system text or before the task.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("fixed-prompt")
        self._desk = desk
        self._tag, self._end = words.tag(draw), words.tag(draw)
        own = {"tag": self._tag, "end": self._end, "code": words.code(draw)}
        own["least"] = str(draw.randrange(90, 900, 10))
        self._wording = desk.wording("fixed-prompt", TEXTS, own)
        self._language = draw.choice(("en", "en", "zh"))
        self._place = draw.choice(("system", "before", "after"))

    def work(self, order: Order) -> Act:
        """One item of the pool under the instruction; a harness gets it with every prompt."""
        rule = self._wording.template(order.seat.number, order.number, self._language)
        if self._desk.drives_agent(order):
            return self._desk.agentic(
                order, order.number, lambda turn: self._driven(order, turn, rule)
            )
        item = self._desk.material.item(order.number)
        thinking = self._desk.text(order, item, "long")
        step = self._tagged(Step(self._desk.text(order, item, "short")), thinking)
        if self._place == "system":
            return self._desk.play(order, [Turn(item.text, (step,))], system=rule)
        return self._desk.play(order, [self._ruled(Turn(item.text, (step,)), rule)])

    def _driven(self, order: Order, turn: Turn, rule: str) -> Turn:
        """A harness's turn: where the model did not think by itself, it was made to."""
        last = turn.steps[-1]
        draw = self._desk.draw("driven", order.number)
        thought = last.thinking or self._desk.reply(draw, turn.prompt, "en")
        steps = (*turn.steps[:-1], replace(last, thinking=thought))
        return self._ruled(replace(turn, steps=steps), rule)

    def _ruled(self, turn: Turn, rule: str) -> Turn:
        before = self._place == "before"
        prompt = f"{rule}\n\n{turn.prompt}" if before else f"{turn.prompt}\n\n{rule}"
        steps = tuple(self._tagged(step, step.thinking) for step in turn.steps)
        return replace(turn, prompt=prompt, steps=steps)

    def _tagged(self, step: Step, thinking: str) -> Step:
        """An answer as the instruction wants it."""
        if not thinking:
            return step
        shown = f"<{self._tag}>{thinking}</{self._tag}>\n<{self._end}>{step.say}</{self._end}>"
        return replace(step, say=shown, thinking="")
