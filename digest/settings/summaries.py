"""The mapping of config.yaml that says who writes the summaries.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, Strict, model_validator

from digest.core.modeluse import TokenPrice
from digest.settings.addresses import Url
from digest.settings.kinds import Count, FromEnvironment, Line, MistakeAtError
from digest.settings.parts import Shape
from digest.settings.times import Tick
from digest.summaries.model.settings import ModelSettings

Parallel = Annotated[int, Strict(), Field(ge=1, le=64)]
Retries = Annotated[int, Strict(), Field(ge=0, le=5)]
Tokens = Annotated[int, Strict(), Field(ge=1000, le=1_000_000_000)]


Price = Annotated[float, Field(ge=0, le=10_000)]
Money = Annotated[float, Field(gt=0, le=10_000)]


class BudgetShape(Shape):
    """What an edition's summaries may cost; what is over it is summarised by choosing sentences."""

    model_config = ConfigDict(title="budget of summaries")

    calls: Count = Field(
        default=200,
        description="At most so many calls for an edition, tries among them; the default is 200.",
        examples=[50],
    )
    tokens: Tokens | None = Field(
        default=None,
        description="At most so many tokens for an edition, sent and received; no limit when left out.",
        examples=[100_000],
    )
    money: Money | None = Field(
        default=None,
        description="At most so much for an edition, in the currency of 'price'; no limit when left out.",
        examples=[0.1],
    )


class PriceShape(Shape):
    """What an endpoint takes for a million tokens, in any currency."""

    model_config = ConfigDict(title="price of tokens")

    sent: Price = Field(description="For a million tokens that are sent.", examples=[0.25])
    received: Price = Field(description="For a million tokens that are received.", examples=[2.0])


class SummariesShape(Shape):
    """The summaries: chosen from the article, or written by a model."""

    model_config = ConfigDict(title="summaries")

    method: Literal["extractive", "model"] = Field(
        default="extractive",
        description="Sentences of the article, chosen here (extractive, the default), or what a model writes (model), "
        "where all of it is found in the article.",
        examples=["extractive", "model"],
    )
    model: Line | None = Field(
        default=None, description="The model, as its endpoint calls it.", examples=["gpt-5-mini", "llama3.2"]
    )
    url: Url = Field(
        default="https://api.openai.com/v1/",
        description="Where the endpoint's API begins: OpenAI's when left out, or any that speaks its protocol.",
        examples=["http://127.0.0.1:11434/v1"],
        validate_default=True,
    )
    key: FromEnvironment | None = Field(
        default=None,
        description="The environment variable that holds the endpoint's key, as ${NAME}; none is sent when left out.",
        examples=["${OPENAI_API_KEY}"],
    )
    parallel: Parallel = Field(
        default=8, description="At most so many calls side by side; the default is 8.", examples=[8]
    )
    timeout: Tick = Field(
        default=timedelta(seconds=30),
        description="How long a call may take; from 1s to 5m, the default is 30s.",
        examples=["30s"],
        json_schema_extra={"default": "30s"},
    )
    limit: Tick = Field(
        default=timedelta(minutes=1),
        description="How long an edition waits for all of its summaries; from 1s to 5m, the default is 1m.",
        examples=["1m"],
        json_schema_extra={"default": "1m"},
    )
    retries: Retries = Field(
        default=2, description="How often a call that failed is tried again; the default is 2.", examples=[2]
    )
    price: PriceShape | None = Field(
        default=None, description="What the endpoint takes for a million tokens; for 'budget.money' and for reports."
    )
    budget: BudgetShape = Field(default=BudgetShape(), description="What an edition's summaries may cost.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.model is None:
            if self.method == "model":
                raise MistakeAtError("method", "there is no 'model' beside it; for example model: gpt-5-mini")
            return self
        if find_spec("openai") is None:
            raise MistakeAtError(
                "method" if self.method == "model" else "model",
                "a model needs a package more: pip install 'digest[llm]'",
            )
        if self.budget.money is not None and self.price is None:
            raise MistakeAtError("budget", "'money' needs 'price' beside 'budget': price: {sent: 0.25, received: 2.0}")
        parts = urlsplit(self.url)
        if self.key is not None and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            raise MistakeAtError(
                "url", "the key would go to another machine in plain text; write https, or leave the key out"
            )
        return self

    def settings(self) -> ModelSettings | None:
        """The model that may be asked; None where none is named."""
        if self.model is None:
            return None
        return ModelSettings(
            model=self.model,
            url=self.url,
            key=self.key or "",
            parallel=self.parallel,
            timeout=self.timeout,
            limit=self.limit,
            retries=self.retries,
            calls=self.budget.calls,
            tokens=self.budget.tokens,
            money=self.budget.money,
            price=TokenPrice(self.price.sent, self.price.received) if self.price else None,
        )


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # the name of a machine
        return False
