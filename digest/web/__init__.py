"""Pages for readers: leaving, coming back, confirming a subscription, and the form to ask for one."""
