"""The mapping of config.yaml that says what a newsletter is.

Annotations are not postponed here: pydantic reads them while the classes are made.
"""

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from digest.core.newsletter import SummaryForm, TemplateSet, TooFew
from digest.core.schedule import CatchUp
from digest.schedules.calendar import Calendar
from digest.schedules.reading import divide
from digest.settings.addresses import Mailbox, Recipients
from digest.settings.kinds import Count, Language, Line, MistakeAtError, Subject
from digest.settings.parts import (
    FeedsShape,
    FilterShape,
    ImagesShape,
    PauseShape,
    SectionShape,
    Shape,
    ordered,
)
from digest.settings.theme import ThemeShape
from digest.settings.times import PREVIOUS_SLOT, Blackout, CatchUpWindow, Day, Duration, Schedule, WindowLength, Zone


class NewsletterShape(Shape):
    """A newsletter: when it comes out, what it takes, and for whom."""

    model_config = ConfigDict(title="newsletter")

    title: Line = Field(description="The newsletter's name, as printed.", examples=["The Weekly Pipe"])
    description: Line | None = Field(
        default=None, description="What it is about, in a sentence.", examples=["What moved in mail and feeds."]
    )
    sender: Mailbox | None = Field(
        default=None,
        alias="from",
        description="The From mailbox; the title and newsletter@ the site's host when left out.",
        examples=["The Desk <desk@news.example.org>"],
    )
    language: Language | None = Field(
        default=None,
        description="Language tag of dates and fixed words; the site's when left out.",
        examples=["en", "de"],
    )
    timezone: Zone = Field(description="Time zone of the schedule and of printed dates.", examples=["Europe/Berlin"])
    schedule: Schedule = Field(
        description="When it comes out, in words or as a cron expression (minute, hour, day of month, month, day of "
        "week); or a list of such.",
        examples=["every Monday at 08:00", "0 8 * * mon", ["every weekday at 8", "Saturdays at 10"]],
    )
    start: Day | None = Field(
        default=None, description="The first day it may come out; any when left out.", examples=["2026-01-05"]
    )
    end: Day | None = Field(
        default=None, description="The last day it may come out; any when left out.", examples=["2026-12-31"]
    )
    blackout: tuple[Blackout, ...] = Field(
        default=(),
        description="Days on which it does not come out: a day, a span, or either without its year, for every year.",
        examples=[["2026-12-25", "2026-12-24 to 2027-01-01", "12-25", "12-24 to 01-01"]],
    )
    pauses: tuple[PauseShape, ...] = Field(
        default=(),
        description="Spans of days in which it does not come out.",
        examples=[[{"from": "2026-07-20", "to": "2026-08-14", "reason": "the desk is away"}]],
    )
    catch_up: CatchUp = Field(
        default="merge",
        description="What becomes of slots that were missed: an edition for each (all), for the latest alone with its "
        "own window (latest), one for all of them together (merge, the default), or none (none).",
        examples=["all", "latest", "merge", "none"],
    )
    catch_up_window: CatchUpWindow = Field(
        default=timedelta(days=7),
        description="A slot missed longer ago than this is not made up for; the default is 7d.",
        examples=["7d"],
        json_schema_extra={"default": "7d"},
    )
    window: WindowLength = Field(
        default=None,
        description="The span of time an edition covers: a duration before its slot, or 'previous slot', the default: "
        "all since then.",
        examples=["7d", "previous slot"],
        json_schema_extra={"default": PREVIOUS_SLOT},
    )
    late: Duration = Field(
        default=timedelta(days=14),
        description="How far before the window an article may be dated that turned up only now; the default is 14d.",
        examples=["14d"],
        json_schema_extra={"default": "14d"},
    )
    sections: tuple[SectionShape, ...] = Field(
        default=(), description="Parts of an edition, in order; one for each category found when left out."
    )
    include: FilterShape = Field(default=FilterShape(), description="Only articles that meet each of these conditions.")
    exclude: FilterShape = Field(default=FilterShape(), description="No article that meets any of these conditions.")
    minimum: Count = Field(
        default=1, description="Fewer stories than this are too few; the default is 1.", examples=[3]
    )
    maximum: Count | None = Field(
        default=None, description="At most so many stories in an edition; no limit when left out.", examples=[12]
    )
    too_few: TooFew = Field(
        default="skip",
        description="What happens when there are too few: no edition (skip, the default), a short one (send), or one "
        "filled up with older stories that were in none (top_up).",
        examples=["skip", "send", "top_up"],
    )
    join_stories: bool = Field(
        default=True,
        description="Whether articles that tell one story, copies among them, become one story: the best leads, the "
        "others are named below it.",
        examples=[False],
    )
    summary_words: Count = Field(
        default=60,
        description="About so many words for a summary that is not the author's; the default is 60.",
        examples=[60],
    )
    summary: SummaryForm = Field(
        default="paragraph",
        description="Such a summary as a paragraph (the default), or each of its sentences as a point (points).",
        examples=["paragraph", "points"],
    )
    summaries: Literal["extractive", "model"] | None = Field(
        default=None,
        description="Who writes such a summary: sentences of the article (extractive), or the model that "
        "'summaries' at the left margin names (model); as its 'method' says when left out.",
        examples=["extractive", "model"],
    )
    introduction: Line = Field(
        default="none",
        description="What an edition begins with: nothing (none, the default), the titles of the stories that lead "
        "(auto), or a text of yours.",
        examples=["auto", "none", "Good morning. The week in five minutes."],
    )
    subject: Subject = Field(
        default="title",
        description="The subject of its messages: its title and that of the first story (title, the default), the "
        "first story and how many more (lead), or a text with {title}, {date} and {lead}.",
        examples=["title", "lead", "{title}, {date}: {lead}"],
    )
    recipients: Recipients = Field(
        default=(),
        description="Addresses a message is made for besides subscribers; without either, the sender gets one copy.",
        examples=[["ann@example.org"]],
    )
    feeds: FeedsShape = Field(default=FeedsShape(), description="The newsletter's feeds.")
    organisation: Line | None = Field(
        default=None,
        description="Who publishes it, and the postal address, as printed below its messages; that of 'mail' when left "
        "out.",
        examples=["Example Press, 1 High Street, Exampleton"],
    )
    template: TemplateSet = Field(
        default="standard",
        description="What its messages look like: cards as in a magazine (standard, the default), a briefing in words "
        "(brief), or a list of links (minimal).",
        examples=["standard", "brief", "minimal"],
    )
    theme: ThemeShape = Field(default=ThemeShape(), description="Its own look, over that of 'site'.")
    images: ImagesShape = Field(default=ImagesShape(), description="How its pictures are published.")

    @field_validator("maximum")
    @classmethod
    def _not_below_minimum(cls, value: int | None, info: ValidationInfo) -> int | None:
        minimum = info.data.get("minimum", 1)
        if value is not None and value < minimum:
            raise ValueError(f"{value} is less than the minimum, {minimum}; raise it or lower the minimum")
        return value

    @field_validator("end")
    @classmethod
    def _not_before_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        return None if value is None else ordered(info.data.get("start"), value)

    @model_validator(mode="after")
    def _with_slots(self) -> Self:
        from digest.schedules.timetable import Timetable  # noqa: PLC0415 cronsim is imported only to read a schedule

        if not Timetable(self.schedule, self.timezone, self.calendar()).happens:
            raise MistakeAtError(
                "schedule",
                "has no slot on any day that 'start', 'end', 'blackout' and 'pauses' leave; change one of them",
            )
        return self

    def calendar(self) -> Calendar:
        """The days it may come out."""
        dated, yearly = divide(self.blackout)
        return Calendar(self.start, self.end, (*dated, *((pause.start, pause.end) for pause in self.pauses)), yearly)
