"""Templates, run so that a mistake in one is an error with a place and never a program that does not end.

The templates are the newsroom's own: the guards are against mistakes and careless copies, with a sandbox beneath. They
are no wall around a program written by an enemy.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.core.errors import TemplateError
from digest.render.excerpts import excerpt, host
from digest.render.folders import search_path, shown
from digest.render.links import uri
from digest.render.themes import load_theme
from digest.render.wording import Wording, load_phrases
from digest.render.wrap import cut, isolate, underline, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import CodeType

    from jinja2.bccache import Bucket
    from jinja2.runtime import Context

    from digest.core.theme import Theme

MAX_STEPS = 200_000
"""Turns of loops and calls of macros in one rendering: an edition of 1,000 stories takes some 10,000."""
MAX_OUTPUT = 20_000_000
"""Characters one rendering may give."""
MAX_VALUE = 1_000_000
"""Characters or items of what `*` and `+` may make; bits of a number."""


class _Endless(Exception):  # noqa: N818 a signal within this module, never seen outside
    """The rendering goes on for too long or makes too much; the text says what of."""


class _Unknown(StrictUndefined):
    """A name that does not exist, said as the list of what templates see has it: story, not a class of this program."""

    @property
    def _undefined_message(self) -> str:
        thing, name = self._undefined_obj, self._undefined_name
        if self._undefined_hint or not is_dataclass(thing) or isinstance(thing, type):
            message: str = super()._undefined_message
            return message
        close = get_close_matches(str(name), [each.name for each in fields(thing)], n=1)
        hint = f"; did you mean '{close[0]}'?" if close else "; `digest templates context` lists what there is"
        return f"'{type(thing).__name__.removesuffix('View').lower()}' has no '{name}'{hint}"


class Templates:
    """Renders templates; not for two threads at once.

    What a template has beside its context (the filters and what they do stand in `wording`, `wrap` and `excerpts`):
        filters `date`, `time`, `number`, `minutes`, `wrap`, `cut`, `underline`, `isolate`, `excerpt`, `host`, `uri`;
        the function `phrase`; and Jinja's own. `builtin/` before a name means the built-in template of that name, so
        that a newsroom's own may extend it.

    Args:
        roots: Where templates and phrases.yaml are; a file in an earlier folder goes before its namesake in a later.
            In each, a folder with a set's name has what differs in that set.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self._phrases = load_phrases(self._roots)
        self._environments: dict[tuple[str, str], _Environment] = {}
        self._themes: dict[str, Theme] = {}

    def render(self, name: str, context: Mapping[str, object], *, language: str, template: str = "standard") -> str:
        """The text of a template: escaped for HTML unless its name ends in `.txt`.

        Args:
            name: `email.html`, say.
            context: What the template sees.
            language: BCP 47 tag of the page: of its dates, numbers and phrases.
            template: The set it is taken from.

        Raises:
            TemplateError: It is missing, wrong, names something unknown, or does not end.
        """
        environment = self._environment(language, template)
        try:
            return environment.run(name, context)
        except TemplateSyntaxError as error:
            there = shown(Path(error.filename), self._roots) if error.filename else ""
            place = f"{there or f'templates/{error.name or name}'}:{error.lineno}"
            raise TemplateError(f"syntax error: {error.message}", place=place) from error
        except TemplateNotFound as error:
            raise TemplateError(f"there is no template '{error.name}'", place=self._place(error, name)) from error
        except (RecursionError, _Endless) as error:
            reason = str(error) if isinstance(error, _Endless) else "it calls or includes itself without end"
            raise TemplateError(f"does not end: {reason}", place=self._place(error, name)) from error
        except TemplateRuntimeError as error:  # unknown names and what the sandbox refuses among them
            raise TemplateError(str(error.message), place=self._place(error, name)) from error
        except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, TypeError, ValueError) as error:
            detail = str(error) or type(error).__name__
            raise TemplateError(f"cannot be rendered: {detail}", place=self._place(error, name)) from error

    def theme(self, template: str) -> Theme:
        """The whole look that a set brings.

        Raises:
            TemplateError: As `digest.render.themes.load_theme`.
        """
        if template not in self._themes:
            self._themes[template] = load_theme(self._roots, template)
        return self._themes[template]

    def _environment(self, language: str, template: str) -> _Environment:
        if (language, template) not in self._environments:
            wording = Wording.of(language, self._phrases)
            self._environments[language, template] = _Environment(self._roots, template, wording)
        return self._environments[language, template]

    def _place(self, error: BaseException, name: str) -> str:
        """The innermost template line the error passed through, as the newsroom sees it: `templates/story.html:12`."""
        place = f"templates/{name}"
        traceback = error.__traceback__
        while traceback is not None:
            path = Path(traceback.tb_frame.f_code.co_filename)
            # Jinja gives a frame of a template the template's file and line.
            if "__jinja_exception__" in traceback.tb_frame.f_globals and (there := shown(path, self._roots)):
                place = f"{there}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


class _Compiled(BytecodeCache):
    """The code of templates, for as long as this process runs: a daemon compiles those it has once, not each edition.

    Jinja asks by name and file, and takes it where the source is the same.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}  # the source's checksum, and what was made of it

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        if bucket.code is not None:
            self._kept[bucket.key] = (bucket.checksum, bucket.code)


@lru_cache(maxsize=32)
def _compiled(locale: str, phrases: str) -> _Compiled:
    """Code for one wording only: what its filters make of constants stands in it."""
    del locale, phrases
    return _Compiled()


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox for one language, which counts steps."""

    intercepted_binops = frozenset({"*", "**", "+"})

    def __init__(self, roots: Sequence[Path], template: str, wording: Wording) -> None:
        builtin = FileSystemLoader(search_path(roots[-1:], template))
        super().__init__(
            bytecode_cache=_compiled(str(wording.locale), repr(sorted(wording.phrases.items()))),
            loader=ChoiceLoader([FileSystemLoader(search_path(roots, template)), PrefixLoader({"builtin": builtin})]),
            autoescape=lambda name: not (name or "").endswith(".txt"),
            undefined=_Unknown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._steps = 0
        self.filters.update(
            date=wording.date,
            time=wording.time,
            number=wording.number,
            minutes=wording.minutes,
            wrap=wrap,
            cut=cut,
            underline=underline,
            isolate=partial(isolate, direction=wording.locale.text_direction),
            excerpt=excerpt,
            host=host,
            uri=uri,
        )
        self.globals["phrase"] = wording.phrase
        # The same values give the same text.
        del self.filters["random"], self.globals["lipsum"]

    def run(self, name: str, context: Mapping[str, object]) -> str:
        """Render, within the limits."""
        self._steps = 0
        text = "".join(self._limited(self.get_template(name).generate(context)))
        text.encode()  # a lone surrogate is refused here, where the template can be named
        return text

    def tick(self) -> None:
        """Count one step; called by the templates themselves, see `_parse`."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _Endless(f"more than {MAX_STEPS:,} turns of its loops and calls of its macros")

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse what would fill the memory before it is made."""
        if _result_size(operator, left, right) > MAX_VALUE:
            raise _Endless(f"'{operator}' would make a value of more than {MAX_VALUE:,} characters, items or bits")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Put a call of `tick` first in the body of each loop and macro: steps are counted, not seconds."""
        tree = super()._parse(source, name, filename)
        bodies: list[nodes.For | nodes.Macro | nodes.CallBlock] = [
            *tree.find_all(nodes.For),
            *tree.find_all(nodes.Macro),
            *tree.find_all(nodes.CallBlock),
        ]
        for node in bodies:
            step = nodes.ExprStmt(nodes.Call(nodes.EnvironmentAttribute("tick"), [], [], None, None))
            step.set_environment(self)
            node.body.insert(0, step)
        return tree

    @staticmethod
    def _limited(chunks: Iterator[str]) -> Iterator[str]:
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total > MAX_OUTPUT:
                raise _Endless(f"more than {MAX_OUTPUT:,} characters of output")
            yield chunk


def _result_size(operator: str, left: object, right: object) -> int:
    """At most how large `left operator right` is: characters, items, or bits of a number."""
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
    if operator == "*":
        return (
            _length(left) * right if isinstance(right, int) else _length(right) * left if isinstance(left, int) else 0
        )
    return _length(left) + _length(right)


def _length(value: object) -> int:
    return len(value) if isinstance(value, (str, bytes, list, tuple)) else 0
