"""Measure what people see: the site of one and of ten years in all formats, a month's PDF.

    python tests/benchmarks/site.py [WEASYPRINT]

``WEASYPRINT`` is a Python that has WeasyPrint; it sets the same cells as a plain table, in turns
with us. Where the data of the real town lie beside the checkout they are measured, else examples.
Each measurement is a process of its own; imports are not counted.
"""

import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from pipeline.examples import example_month, write
from schemas.month import Month, fiscal_months

ROOT = Path(__file__).resolve().parents[2]
REAL_YEAR = ROOT.parent / "shared" / "acceptance" / "year_of_workbooks.py"
RUNS = 5
SIZES = (40, 2_000)
YEARS = (1, 10)

# A year as it was taken in, copied to the years before it; projected with nothing kept, and again.
SITE = """
import sys, time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from pipeline.configure import configure
from pipeline.formats.kept import Kept
from pipeline.gate import gate
from pipeline.ledger import Ledger
from pipeline.render import render
from pipeline.site import assemble
from pipeline.status import measure4
from pipeline.summarise import Summaries, summarise
from schemas.history import History
from schemas.month import Month
workspace, years = configure(Path(sys.argv[1])), int(sys.argv[2])
with Ledger.open(workspace.ledger) as ledger:
    history, settings = ledger.history(), workspace.settings
    told = summarise(history, ledger, settings).public
back = range(years)
public = tuple(
    replace(one, month=Month(one.month.year - far, one.month.number))
    for far in back
    for one in told
)
summaries = Summaries(tuple(sorted(public, key=lambda one: one.month)), ())
revisions = {
    Month(month.year - far, month.number): known
    for far in back for month, known in history.revisions.items()
}
history = replace(history, revisions=revisions)
newest = max(one.month.fiscal_year for one in told)
kept = Kept(Path(sys.argv[3]))
for _ in range(2):
    times = [time.perf_counter()]
    rendered = render(summaries, kept)
    times.append(time.perf_counter())
    status = [
        measure4(newest - far, history.as_of, history, summaries, settings, {}) for far in back
    ]
    site = assemble(summaries, status, rendered, settings, kept)
    times.append(time.perf_counter())
    gate(site)
    times.append(time.perf_counter())
    print(*(after - before for before, after in zip(times, times[1:])))
rows = sum(len(one.rows) for one in public)
print(rows, len(site), sum(map(len, site.values())))
"""
OURS = """
import sys, time
from datetime import date
from dataclasses import replace
from pathlib import Path
from pipeline.examine import examine
from pipeline.formats.pdf import render
from pipeline.guard import Limits
from schemas.month import Month
from schemas.summary import MonthlySummary
import typst, pikepdf
path = Path(sys.argv[1])
(month,) = examine(path, path.name, ("เทศบาลเมืองตัวอย่าง",), Limits()).months
rows = tuple(month.rows)
summary = MonthlySummary(Month(2568, 2), "เทศบาลเมืองตัวอย่าง", "", 1, date(2025, 3, 5), rows)
start = time.perf_counter()
(content,) = render(summary).values()
print(time.perf_counter() - start, len(content))
"""
SAID = """
import json, sys
from datetime import date
from pathlib import Path
from pipeline.examine import examine
from pipeline.formats.pdf import said_of
from pipeline.guard import Limits
from schemas.month import Month
from schemas.summary import MonthlySummary
path = Path(sys.argv[1])
(month,) = examine(path, path.name, ("เทศบาลเมืองตัวอย่าง",), Limits()).months
rows = tuple(month.rows)
summary = MonthlySummary(Month(2568, 2), "เทศบาลเมืองตัวอย่าง", "", 1, date(2025, 3, 5), rows)
print(json.dumps(said_of(summary)))
"""
WEASYPRINT = """
import html, json, sys, time
from pathlib import Path
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
said, fonts = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
def row(cells, tag):
    return "<tr>" + "".join(
        f"<{tag}>" + html.escape(cell).replace("\\n", "<br>") + f"</{tag}>" for cell in cells
    ) + "</tr>"
page = (
    "<html lang=th><h1>" + html.escape(said["title"]) + "</h1><table><thead>"
    + row(said["headings"], "th") + "</thead>" + "".join(row(one, "td") for one in said["rows"])
    + row(said["total"], "td") + "</table>"
)
style = (
    f"@font-face {{ font-family: Sarabun; src: url('file://{fonts}/Sarabun-Regular.ttf') }}"
    "@page { size: A4 landscape; margin: 10mm } body { font: 9.1pt Sarabun }"
    "table { width: 100%; border-collapse: collapse } td, th { border: .5pt solid; padding: 3pt }"
    "thead { display: table-header-group } tr { break-inside: avoid }"
)
start = time.perf_counter()
known = FontConfiguration()
content = HTML(string=page).write_pdf(
    stylesheets=[CSS(string=style, font_config=known)], font_config=known
)
print(time.perf_counter() - start, len(content))
"""


def main(other: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _town(folder / "town")
        for years in YEARS:
            print(_site(config, years, folder / f"cache-{years}"), end="\n\n")
        for rows in SIZES:
            print(_month(rows, folder, other), end="\n\n")


def _town(folder: Path) -> Path:
    """Return the configuration of an office that has taken a whole year in."""
    _told([sys.executable, "-m", "pipeline", "init", str(folder)])
    if REAL_YEAR.exists():
        _told([sys.executable, str(REAL_YEAR), str(folder / "printed")])
        for path in (folder / "printed" / "fourteen-columns").glob("*.xlsx"):
            path.rename(folder / "inbox" / path.name)
    else:
        for month in fiscal_months(2568):
            write(example_month(month, "fourteen-columns", 22), folder / "inbox")
    day = ["--today", date(2025, 10, 20).isoformat(), "--settle", "0"]
    config = folder / "sokhoro1.toml"
    run = [sys.executable, "-m", "pipeline", "run", "--config", str(config), *day]
    subprocess.run(run, cwd=ROOT, check=False, capture_output=True)
    return config


def _site(config: Path, years: int, cache: Path) -> str:
    words = [sys.executable, "-c", SITE, str(config), str(years), str(cache)]
    first, again, size = _told(words).splitlines()
    rows, files, whole = size.split()
    head = f"{years} years: {rows} rows, {files} files, {int(whole) / 1e6:.1f} MB"
    columns = f"{'':20}{'months':>10}{'site':>10}{'gate':>10}{'sum':>10}  seconds"
    return "\n".join((head, columns, _spent("nothing kept", first), _spent("again", again)))


def _spent(what: str, line: str) -> str:
    parts = [float(one) for one in line.split()]
    return f"{what:20}" + "".join(f"{one:10.2f}" for one in (*parts, sum(parts)))


def _month(rows: int, folder: Path, other: str) -> str:
    book = write(example_month(Month(2568, 2), "nine-columns", rows), folder)
    said = folder / f"{rows}.json"
    said.write_text(_told([sys.executable, "-c", SAID, str(book)]), encoding="utf-8")
    programs = {"Typst": [sys.executable, "-c", OURS, str(book)]}
    if other:
        fonts = str(ROOT / "templates" / "fonts")
        programs["WeasyPrint"] = [other, "-c", WEASYPRINT, str(said), fonts]
    spent: dict[str, list[float]] = {name: [] for name in programs}
    sizes = {}
    for _ in range(RUNS):
        for name, words in programs.items():
            seconds, size = _told(words).split()
            spent[name].append(float(seconds))
            sizes[name] = int(size)
    lines = [
        f"PDF of {rows} rows, {name:12}{statistics.median(found):8.2f} s "
        f"({min(found):.2f} – {max(found):.2f}), {sizes[name] / 1000:.0f} kB"
        for name, found in spent.items()
    ]
    if other:
        pairs = zip(spent["Typst"], spent["WeasyPrint"], strict=True)
        lines.append(f"  ratio {statistics.median(ours / theirs for ours, theirs in pairs):.2f}")
    return "\n".join(lines)


def _told(words: list[str]) -> str:
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
