"""The preview: an edition in the making as a local page, which renews itself when an article or a template changes."""
