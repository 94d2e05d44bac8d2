"""Lets these tests import what stands beside them, and what that needs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / beside) for beside in ("judges", "looks", "render")]
