"""Where articles come from: adapters of the port `Source`, and what reads a file or a page for them."""
