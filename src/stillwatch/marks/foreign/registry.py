"""Every channel there is, in one sorted list."""

from typing import Final

from stillwatch.marks.foreign.channels import (
    apostrophes,
    base32_islands,
    base64_islands,
    bidi_controls,
    blank_lines,
    braille_blanks,
    controls,
    dashes,
    date_digits,
    date_format,
    date_line,
    digits,
    double_spaces,
    ellipses,
    fillers,
    fullwidth,
    grapheme_joiner,
    hex_case,
    hex_islands,
    interlinear,
    invisible_math,
    joiners,
    json_escapes,
    json_keys,
    json_spaces,
    letter_case,
    letters,
    ligatures,
    line_endings,
    line_separators,
    normal_forms,
    other_format,
    private_use,
    prompt_metadata,
    punctuation,
    quotes,
    soft_hyphens,
    spaces,
    stacked_marks,
    styled_letters,
    tabs,
    tags,
    trailing_spaces,
    unassigned,
    variation_selectors,
    zero_width,
    zero_width_code,
)
from stillwatch.marks.foreign.model import Channel

CHANNELS: Final[tuple[Channel, ...]] = (
    apostrophes.CHANNEL,
    base32_islands.CHANNEL,
    base64_islands.CHANNEL,
    bidi_controls.CHANNEL,
    blank_lines.CHANNEL,
    braille_blanks.CHANNEL,
    controls.CHANNEL,
    dashes.CHANNEL,
    date_digits.CHANNEL,
    date_format.CHANNEL,
    date_line.CHANNEL,
    double_spaces.CHANNEL,
    ellipses.CHANNEL,
    fullwidth.CHANNEL,
    grapheme_joiner.CHANNEL,
    fillers.CHANNEL,
    hex_case.CHANNEL,
    hex_islands.CHANNEL,
    interlinear.CHANNEL,
    invisible_math.CHANNEL,
    joiners.CHANNEL,
    json_escapes.CHANNEL,
    json_keys.CHANNEL,
    json_spaces.CHANNEL,
    letter_case.CHANNEL,
    ligatures.CHANNEL,
    line_endings.CHANNEL,
    line_separators.CHANNEL,
    digits.CHANNEL,
    letters.CHANNEL,
    punctuation.CHANNEL,
    normal_forms.CHANNEL,
    spaces.CHANNEL,
    other_format.CHANNEL,
    private_use.CHANNEL,
    prompt_metadata.CHANNEL,
    quotes.CHANNEL,
    soft_hyphens.CHANNEL,
    stacked_marks.CHANNEL,
    styled_letters.CHANNEL,
    tabs.CHANNEL,
    tags.CHANNEL,
    trailing_spaces.CHANNEL,
    unassigned.CHANNEL,
    variation_selectors.CHANNEL,
    zero_width.CHANNEL,
    zero_width_code.CHANNEL,
)
"""Sorted by id."""

RAW_CHANNELS: Final = tuple(channel for channel in CHANNELS if channel.raw)
"""Those about how JSON is written."""

TEXT_CHANNELS: Final = tuple(channel for channel in CHANNELS if not channel.raw)
"""Those about text."""

ASCII_CHANNELS: Final = tuple(channel for channel in TEXT_CHANNELS if not channel.classes)
"""Those that plain ASCII can hold."""

VISIBLE_ANYWHERE: Final = tuple(channel for channel in CHANNELS if channel.classes)
"""Those about characters that belong into no id and no header either."""
