"""Summaries that a model writes, over any endpoint that speaks OpenAI's protocol, and what is asked of them."""
