"""What a model is told, from the newsroom's template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.render.views import Urls, newsletter_view

if TYPE_CHECKING:
    from digest.core.newsletter import Newsletter, Site
    from digest.core.ports import SummaryTask
    from digest.render.templates import Templates


class SummaryPrompt:
    """Renders summary-prompt.txt.

    Args:
        templates: The newsroom's, over the built-in ones.
        site: Who publishes.
    """

    def __init__(self, templates: Templates, site: Site) -> None:
        self._templates = templates
        self._site = site

    def __call__(self, task: SummaryTask, newsletter: Newsletter) -> str:
        """The instructions for one summary.

        Raises:
            TemplateError: The template is wrong.
        """
        view = newsletter_view(newsletter, Urls.of(self._site, newsletter.key))
        context = {"task": task, "newsletter": view}
        return self._templates.render(
            "summary-prompt.txt", context, language=newsletter.language, template=newsletter.template
        ).strip()
