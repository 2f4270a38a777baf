"""Tell options, their values and other words apart, as the AWS CLI does.

A word that begins with a hyphen is an option, unless it is a negative number, a lone
hyphen or has a space in it (and is none of our options): those are values. An option
may be cut short where only one begins so (CLI-02); `--option=value` gives a value
whatever it begins with. After `--` there are no more options. Of an option that is
given twice the last counts (CLI-06).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivschat_conformance.reference_impl.core.command_line.refusals import UsageError

_END_OF_OPTIONS = "--"
_NEGATIVE_NUMBER = re.compile(r"-\d+|-\d*\.\d+")


class Takes(StrEnum):
    """How many values follow an option."""

    NOTHING = "nothing"
    ONE = "one"
    PERHAPS_ONE = "perhaps one"
    ANY_NUMBER = "any number"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name with both hyphens, and what may follow it."""

    name: str
    takes: Takes = Takes.ONE
    choices: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values of the options that were given, and all other words in order."""

    values: Mapping[str, Sequence[str]]
    rest: Sequence[str]


def read_arguments(words: Sequence[str], options: Sequence[Option]) -> Arguments:
    """Return the values of these options; UsageError where one is misused.

    Words that look like other options stay in the rest, for another reader or a
    refusal.
    """
    known = {option.name: option for option in options}
    values: dict[str, Sequence[str]] = {}
    rest: list[str] = []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if word == _END_OF_OPTIONS:
            rest += [word, *ahead]
            break
        option, explicit = _recognize(word, known)
        if option is None:
            rest.append(word)
        elif explicit is None:
            values[option.name] = _following(option, ahead, known)
        else:
            values[option.name] = _explicit(option, explicit)
    return Arguments(values, rest)


def take_first_word(rest: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Return the first word that is no option, and the rest without it."""
    for place, word in enumerate(rest):
        if word == _END_OF_OPTIONS:
            break
        if _is_word(word, {}):
            return word, [*rest[:place], *rest[place + 1 :]]
    return None, rest


def left_over(rest: Sequence[str]) -> Sequence[str]:
    """Return the words that nobody wanted; `--` alone is not one."""
    return [word for word in rest if word != _END_OF_OPTIONS]


def _recognize(
    word: str, known: Mapping[str, Option]
) -> tuple[Option | None, str | None]:
    """Return the option that a word names, and the value after its `=`."""
    if not word.startswith("--"):
        return None, None
    if word in known:
        return known[word], None
    name, equals, explicit = word.partition("=")
    candidates = [name] if name in known else [n for n in known if n.startswith(name)]
    if len(candidates) > 1:
        raise UsageError(
            f"ambiguous option: {name} could match {', '.join(candidates)}"
        )
    if not candidates:
        return None, None
    return known[candidates[0]], explicit if equals else None


def _is_word(word: str, known: Mapping[str, Option]) -> bool:
    """Say whether a word is a value or a name, and not an option, ours or not."""
    if not word.startswith("-") or word == "-":
        return True
    if word == _END_OF_OPTIONS or _recognize(word, known)[0]:
        return False
    return bool(_NEGATIVE_NUMBER.fullmatch(word)) or " " in word


def _following(
    option: Option, ahead: list[str], known: Mapping[str, Option]
) -> Sequence[str]:
    """Take an option's values from the words that follow it."""
    most = {Takes.NOTHING: 0, Takes.ANY_NUMBER: len(ahead)}.get(option.takes, 1)
    taken: list[str] = []
    while len(taken) < most and ahead and _is_word(ahead[0], known):
        taken.append(ahead.pop(0))
    if option.takes is Takes.ONE and not taken:
        raise UsageError(f"argument {option.name}: expected one argument")
    return _chosen(option, taken)


def _explicit(option: Option, value: str) -> Sequence[str]:
    if option.takes is Takes.NOTHING:
        raise UsageError(f"argument {option.name}: takes no value")
    return _chosen(option, [value])


def _chosen(option: Option, taken: Sequence[str]) -> Sequence[str]:
    if option.choices and any(word not in option.choices for word in taken):
        raise UsageError(
            f"argument {option.name}: Invalid choice, valid choices are:\n\n"
            + "\n".join(option.choices)
        )
    return taken
