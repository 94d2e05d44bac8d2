"""SVG to PNG, as a program of its own: a drawing can ask for more time or memory than there is.

Run by path with the drawing on its standard input, `python -I rasterise.py WIDTH SECONDS`; the PNG is its output. Here
resvg draws without any font of the machine, and within limits that end this process and no other.
"""

from __future__ import annotations

import sys
from contextlib import suppress

MOST_MEMORY = 1_000_000_000


def main() -> None:
    """Draw."""
    width, seconds = (int(each) for each in sys.argv[1:3])
    import resvg_py  # noqa: PLC0415 the limits count from here on

    try:
        import resource  # noqa: PLC0415 there is none on Windows
    except ImportError:
        pass  # whoever started this stops waiting
    else:
        for kind, most in (
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, MOST_MEMORY),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):  # a limit that is lower already, or a system without it
                resource.setrlimit(kind, (most, most))
    drawing = sys.stdin.buffer.read().decode()
    png = resvg_py.svg_to_bytes(svg_string=drawing, skip_system_fonts=True, width=width)
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
