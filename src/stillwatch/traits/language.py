"""Which natural language a person typed in: counted, never named.

One account in whose conversations many languages are typed may serve many people. Only the number
of different ones is ever used; the code is hashed like every other value and carries no label.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from stillwatch.exchange import Message
from stillwatch.traits.model import Fact
from stillwatch.traits.turns import is_human, words_of

# Below this many letters language identification is guessing (assumption, see
# docs/calibration.md). A letter of a script without cases stands for about three of the others.
LEAST_LETTERS = 40
CASELESS_LETTER_WEIGHT = 3
# Share of letters and spaces in what remains after code is taken out; prose is above it.
PROSE_SHARE = 0.82
CONFIDENCE = 0.9
READ_CHARS = 120

# Languages with enough speakers among people who type at machines to be told apart by a model of
# this size; rarer ones only win by chance on short text.
LANGUAGES = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he"),
    *("hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru"),
    *("sk", "sl", "sr", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh"),
)

_NO_PROSE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]{1,200}`|https?://\S{1,300}|\S{0,100}[/\\_=(){}\[\]<>;@#$]\S{0,100}",
    re.DOTALL,
)


def language_of(message: Message) -> Fact | None:
    """The language of a user turn's typed words, or None where it cannot be told.

    Code, addresses and paths are taken out first. Method: naive Bayes over byte n-grams (Lui and
    Baldwin, "langid.py", ACL 2012), with the model of the package py3langid.
    """
    words = words_of(message)
    if not is_human(message, words):
        return None
    prose = " ".join(_NO_PROSE.sub(" ", words[: 4 * READ_CHARS]).split())[:READ_CHARS]
    if not _is_prose(prose):
        return None
    code, confidence = _identifier().classify(prose)
    return Fact("language", "evidenced", str(code)) if confidence >= CONFIDENCE else None


def _is_prose(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    caseless = sum(character.lower() == character.upper() for character in letters)
    weight = len(letters) + (CASELESS_LETTER_WEIGHT - 1) * caseless
    return weight >= LEAST_LETTERS and len(letters) + text.count(" ") >= PROSE_SHARE * len(text)


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier
