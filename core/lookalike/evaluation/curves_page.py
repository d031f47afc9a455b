"""A page of curves: charts and their tables as one file of HTML, which needs nothing beside it and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lookalike.evaluation.charts import Chart, svg, table

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
section { border-top: 1px solid #ccc; padding: 1em 0; }
svg { max-width: 800px; width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { padding: 2px 12px 2px 0; text-align: left; }
"""


def curves_page(title: str, lines: Sequence[str], charts: Sequence[Chart]) -> str:
    """The page.

    Args:
        title: its heading.
        lines: what was run, above the charts.
        charts: each is drawn, and its table is below it.

    Returns:
        HTML.
    """
    sections = "\n".join(map(_section, charts))
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>{said}\n{sections}\n</body></html>\n"
    )


def _section(chart: Chart) -> str:
    head, *rows = table(chart)
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<section><h2>{escape(chart.title)}</h2>\n{svg(chart)}\n<p>{escape(chart.note)}</p>\n"
        f"<details><summary>Table</summary><table><tr>{cells}</tr>\n{lines}</table></details></section>"
    )
