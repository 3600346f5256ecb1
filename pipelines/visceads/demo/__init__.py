"""A synthetic release, written in the true workbook layouts."""

from visceads.demo.release import write_demo_release

__all__ = ["write_demo_release"]
