"""The mapping of config.yaml that says which findings of the preflight the operator lives with.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from digest.checks.catalogue import KINDS
from digest.core.finding import Ignore
from digest.settings.kinds import Line, suggestion
from digest.settings.parts import Shape
from digest.yamlwords import describe


def parse_code(value: str) -> str:
    """Read the code of a kind of findings."""
    code = value.strip().upper()
    if code not in KINDS:
        hint = suggestion(code, list(KINDS)) or "; docs/checks.md lists them"
        raise ValueError(f"expected the code of a check, such as LINK003, found {describe(value)}{hint}")
    return code


Code = Annotated[str, AfterValidator(parse_code), WithJsonSchema({"type": "string", "enum": list(KINDS)})]


class IgnoreShape(Shape):
    """Findings to live with."""

    model_config = ConfigDict(title="ignored findings")

    code: Code = Field(description="Code of the kind, as docs/checks.md lists them.", examples=["LINK003"])
    reason: Line = Field(description="Why.", examples=["the city's archive has no TLS"])
    match: Line | None = Field(
        default=None,
        description="Only findings whose place or words hold this text; all of the kind when left out.",
        examples=["http://archive.example.org/"],
    )

    def ignore(self) -> Ignore:
        """The entry as the preflight takes it."""
        return Ignore(self.code, self.reason, self.match or "")


class ChecksShape(Shape):
    """The preflight."""

    model_config = ConfigDict(title="checks")

    ignore: tuple[IgnoreShape, ...] = Field(
        default=(),
        description="Findings to live with, each with the reason.",
        examples=[[{"code": "LINK003", "reason": "the city's archive has no TLS"}]],
    )
