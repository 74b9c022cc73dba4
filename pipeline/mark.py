"""A dropped workbook + its findings → the workbook that goes back: the sender's own, marked.

An .xlsx is changed only where it is marked, part by part: what no library of ours knows of stays
as it was, results of formulas too. Files of other kinds come back as an .xlsx of the same cells.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from pipeline.answers import SIGN, SIGN_AT, is_ours, read_answers
from pipeline.kinds import Kind
from pipeline.marking import notes
from pipeline.marking.grid import At, anchors, at_of, cells_at, cells_of, rows_of
from pipeline.marking.package import MAIN, REL, Element, Package, free, plain_workbook
from pipeline.marking.pages import Item, Page, cut, link_to, looks, written
from pipeline.marking.rebuilt import names_of, rebuilt
from pipeline.marking.styles import EMPTY, Place, Styles, before_of
from pipeline.read import read
from schemas import reply_words as words
from schemas.explanation import Answer, Ticket
from schemas.finding import SEVERITIES, SEVERITY_WORDS, Finding, Severity
from schemas.sheet import Sheet, address

LISTED = 20  # findings of one rule that stand each on a line of its own
# Comments of one rule on a sheet; the other cells are coloured, and named in the first sheet.
# LibreOffice opens 10,000 comments in a minute.
NOTED = 200
_QUOTED = 400  # letters of what stands in a cell
_IN_NOTE = 1_500  # letters of a comment
_SELECTED = re.compile(rb"""(<(?:\w+:)?sheetView\b[^>]*?)\s+tabSelected\s*=\s*["'][^"']*["']""")
_RANK = {severity: at for at, severity in enumerate(SEVERITIES)}
Answers = Mapping[str, tuple[str, str]]  # key → reason and who gives it


def mark(path: Path, file: str, kind: Kind, findings: Sequence[Finding]) -> bytes:
    """Return the reply to the file at ``path``, named ``file``: an .xlsx without macros.

    Raises what the readers raise for a file that cannot be read.
    """
    if kind == "xlsx":
        book = _Book.of(path.read_bytes())
        earlier = read(path, file, kind)
        names = {name: name for name in book.parts}
    else:
        found = read(path, file, kind)
        earlier = tuple(sheet for sheet in found if is_ours(sheet))
        sheets = [sheet for sheet in found if not is_ours(sheet)]
        names = names_of(sheets)
        book = _Book.of(rebuilt(sheets or [Sheet(file, "", {})], names or {"": "Sheet1"}))
    ours = {sheet.name: sheet for sheet in earlier if is_ours(sheet)}
    if kind == "xlsx":
        book.forget(ours)
        _unmark(book, ours.values())
    asked = [_in_reply(finding, names) for finding in findings]
    renamed = [_answered(finding) for finding in asked]
    _mark_cells(book, renamed)
    said = read_answers(earlier)
    answers = _answers(asked, said)
    order = {name: at for at, name in enumerate(book.parts)}
    renamed.sort(key=lambda finding: _place_of(finding, order))
    asked.sort(key=lambda finding: _place_of(finding, order))
    explained = _explanations(asked, answers, order, _kept(asked, said))
    first = _read_first(file, renamed, order, book.styles)
    look = looks(book.styles)
    book.add(words.EXPLANATIONS, written(explained, look), first=False)
    book.add(words.READ_FIRST, written(first, look), first=True)
    return book.written()


# ---- the workbook


@dataclass
class _Book:
    """A workbook that is being marked; ``parts`` are its worksheets by name."""

    package: Package
    main: str
    parts: dict[str, str]
    styles: Styles

    @classmethod
    def of(cls, content: bytes) -> "_Book":
        package = Package.of(content)
        main = plain_workbook(package)
        found = package.related(main, "styles")
        name = found.target if found else "xl/styles.xml"  # openpyxl looks for no other
        if found is None:
            package.drop(name)
            package.add(name, "styles", EMPTY)
            package.relate(main, "styles", name)
        known = {relation.id: relation for relation in package.relations(main)}
        parts: dict[str, str] = {}
        for sheet in _sheets(package.tree(main)):
            relation = known.get(sheet.get(f"{REL}id", ""))
            if relation is None or relation.target not in package.parts:
                _drop_sheet(package.tree(main), sheet)
                continue
            # Two selected sheets are a group: what is typed into one goes into both.
            content = package.parts[relation.target]
            package.parts[relation.target] = _SELECTED.sub(rb"\1", content)
            if relation.kind == "worksheet":
                parts[sheet.get("name", "")] = relation.target
        return cls(package, main, parts, Styles(package.tree(name)))

    def forget(self, names: Collection[str]) -> None:
        """Take out sheets, and Excel's list of formulas: one may stand in these; it makes anew."""
        tree = self.package.tree(self.main)
        chain = self.package.related(self.main, "calcChain")
        if names and chain:
            self.package.unrelate(self.main, chain.id)
            self.package.drop(chain.target)
        for name in names:
            part = self.parts.pop(name)
            for relation in list(self.package.relations(self.main)):
                if relation.target == part:
                    self.package.unrelate(self.main, relation.id)
            self.package.drop(part)
            for sheet in _sheets(tree):
                if sheet.get("name") == name:
                    _drop_sheet(tree, sheet)

    def add(self, name: str, content: bytes, *, first: bool) -> None:
        """Put a sheet of ours in front of all others, or behind them."""
        tree = self.package.tree(self.main)
        part = self.package.free_part("xl/worksheets/sheetReply{}.xml")
        self.package.add(part, "worksheet", content)
        sheets = _sheets(tree)
        taken = {sheet.get("name") for sheet in sheets}
        sheet = etree.Element(f"{MAIN}sheet", nsmap={"r": REL[1:-1]})
        sheet.set("name", name if name not in taken else free(f"{name} ({{}})", taken))
        sheet.set("sheetId", str(max([int(s.get("sheetId", "0")) for s in sheets], default=0) + 1))
        sheet.set(f"{REL}id", self.package.relate(self.main, "worksheet", part))
        box = tree.find(f"{MAIN}sheets")
        if box is None:
            raise ValueError("a workbook without sheets")
        if not first:
            box.append(sheet)
            return
        box.insert(0, sheet)
        for named in tree.iterfind(f"{MAIN}definedNames/{MAIN}definedName[@localSheetId]"):
            named.set("localSheetId", str(int(named.get("localSheetId", "0")) + 1))
        for view in tree.iterfind(f"{MAIN}bookViews/{MAIN}workbookView"):
            view.attrib.pop("firstSheet", "")
            view.set("activeTab", "0")

    def written(self) -> bytes:
        return self.package.written()


def _sheets(tree: Element) -> list[Element]:
    return tree.findall(f"{MAIN}sheets/{MAIN}sheet")


def _drop_sheet(tree: Element, sheet: Element) -> None:
    """Take out a sheet and the names that belong to it; the others count from the first sheet."""
    at = _sheets(tree).index(sheet)
    for named in tree.findall(f"{MAIN}definedNames/{MAIN}definedName[@localSheetId]"):
        local = int(named.get("localSheetId", "0"))
        box = named.getparent()
        if local == at and box is not None:
            box.remove(named)
        elif local > at:
            named.set("localSheetId", str(local - 1))
    names = tree.find(f"{MAIN}definedNames")
    if names is not None and len(names) == 0:
        tree.remove(names)
    box = sheet.getparent()
    if box is not None:
        box.remove(sheet)


# ---- marks


def _unmark(book: _Book, ours: Iterable[Sheet]) -> None:
    """Take away fills and comments of an earlier reply, whoever saved it since."""
    kept = _kept_fills(ours)
    looks = book.styles.marks()
    for name, part in book.parts.items():
        notes.take_away(book.package, part)
        if not looks:
            continue
        for row, line in rows_of(book.package.tree(part)):
            for column, cell in cells_of(line):
                look = int(cell.get("s", "0"))
                if look in looks:
                    before = before_of(looks[look], (name, address(row, column)), kept)
                    cell.set("s", str(book.styles.unmarked(look, before)))


def _kept_fills(ours: Iterable[Sheet]) -> list[tuple[str, list[Place]]]:
    """Return the fills that an earlier reply remembers, and the cells that had them."""
    column = SIGN_AT[1]
    kept: list[tuple[str, list[Place]]] = []
    for sheet in ours:
        row = SIGN_AT[0] + 1
        while sheet.name.startswith(words.READ_FIRST) and (row, column) in sheet.cells:
            places = sheet.cells.get((row, column + 1))
            kept.append((sheet.cells[row, column].text, _places(places.text if places else "[]")))
            row += 1
    return kept


def _places(text: str) -> list[Place]:
    try:
        return [(str(sheet), str(cell)) for sheet, cell in json.loads(text)]
    except (ValueError, TypeError):
        return []


def _in_reply(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The sheet's name as it is in the reply: dropped again, it is found by that."""
    return replace(finding, sheet=names.get(finding.sheet, finding.sheet))


def _answered(finding: Finding) -> Finding:
    """A question that has its answer is told like a note: there is nothing left to do."""
    if finding.explanation is None:
        return finding
    said = words.ANSWERED.format(reason=finding.explanation.reason, by=finding.explanation.by)
    return replace(finding, severity="note", message=f"{finding.message}\n{said}")


def _answers(asked: Sequence[Finding], earlier: Sequence[Answer]) -> Answers:
    """What stands in the lines: the answer that counts, else what somebody began to write."""
    begun = {ticket.key: a for a in earlier if a.written and (ticket := Ticket.of(a.ticket))}
    answers = {key: (answer.reason, answer.by) for key, answer in begun.items()}
    return answers | {
        finding.key: (finding.explanation.reason, finding.explanation.by)
        for finding in asked
        if finding.explanation
    }


def _mark_cells(book: _Book, findings: Sequence[Finding]) -> None:
    by_sheet: dict[str, dict[At, list[Finding]]] = {}
    for finding in findings:
        at = at_of(finding.cell)
        if at and finding.sheet in book.parts:
            by_sheet.setdefault(finding.sheet, {}).setdefault(at, []).append(finding)
    for name, found in by_sheet.items():
        tree = book.package.tree(book.parts[name])
        shown = anchors(tree, found)
        here: dict[At, list[Finding]] = {}
        for at, some in found.items():
            here.setdefault(shown[at], []).extend(some)
        for at, cell in cells_at(tree, here).items():
            worst = min((f.severity for f in here[at]), key=_RANK.__getitem__)
            place = (name, address(*at))
            look = int(cell.get("s", "0"))
            cell.set("s", str(book.styles.marked(look, worst, place)))
        notes.put(book.package, book.parts[name], _notes(here))


def _notes(here: Mapping[At, Sequence[Finding]]) -> Mapping[At, str]:
    """Return the comments of a sheet from its top: what is found often, no more than ``NOTED``."""
    told: dict[str, int] = {}
    notes: dict[At, str] = {}
    for at in sorted(here):
        some = [finding for finding in here[at] if told.get(finding.rule, 0) < NOTED]
        for rule in {finding.rule for finding in some}:
            told[rule] = told.get(rule, 0) + 1
        if some:
            notes[at] = _note(some)
    return notes


def _note(findings: Sequence[Finding]) -> str:
    told = sorted(findings, key=lambda finding: _RANK[finding.severity])
    lines = [f"{SEVERITY_WORDS[finding.severity]}: {finding.message}" for finding in told]
    return cut("\n".join(dict.fromkeys(lines)), _IN_NOTE)


# ---- the two sheets


def _place_of(finding: Finding, order: Mapping[str, int]) -> tuple[int, str, At]:
    at = at_of(finding.cell) or (0, 0)
    return order.get(finding.sheet, -1), finding.sheet, at


def _place(finding: Finding, order: Mapping[str, int]) -> Item:
    cell = at_of(finding.cell)
    text = words.WHOLE_FILE if not finding.sheet else words.WHOLE_SHEET
    text = text if not cell else words.CELL
    said = text.format(sheet=finding.sheet, cell=finding.cell)
    if finding.sheet not in order:
        return Item(said)
    return Item(said, "link", link_to(finding.sheet, finding.cell if cell else "A1"))


def _read_first(
    file: str, findings: Sequence[Finding], order: Mapping[str, int], styles: Styles
) -> Page:
    asked = [f.severity for f in findings]
    how = [words.HOW[severity] for severity in SEVERITIES if severity in asked]
    lines: list[list[Item | None]] = [
        [Item(words.TITLE.format(file=file), "title")],
    ]
    lines.extend([Item(text, "says")] for text in how or [words.HOW[""]])
    lines.append([])
    for severity in SEVERITIES:
        label = Item(SEVERITY_WORDS[severity], severity)
        number = words.COUNTED.format(count=asked.count(severity))
        lines.append([label, Item(number, "count"), Item(words.MEANS[severity])])
    lines.append([])
    if findings:
        lines.append([Item(head, "head") for head in words.LIST_HEADINGS])
    for severity in SEVERITIES:
        some = [finding for finding in findings if finding.severity == severity]
        lines += _listed(severity, some, order)
    hidden = [[SIGN, ""], *_remembered(styles)]
    lines += [[] for _ in range(len(hidden) - len(lines))]
    for line, (fill, places) in zip(lines, hidden, strict=False):
        line.extend([None] * (SIGN_AT[1] - 1 - len(line)))
        line.extend([Item(fill, "hidden"), Item(places, "hidden")])
    return Page((21, 30, 38, 86, 0, 0), lines, colour="C00000", first=True)


def _remembered(styles: Styles) -> list[list[str]]:
    """The fills that marked cells had, as XML, and these cells: Excel keeps it, hidden."""
    return [
        [fill, json.dumps(styles.places.get(number, []), ensure_ascii=False)]
        for number, fill in enumerate(styles.before, start=1)
    ]


def _listed(
    severity: Severity, findings: Sequence[Finding], order: Mapping[str, int]
) -> list[list[Item | None]]:
    lines: list[list[Item | None]] = []
    by_rule: dict[str, list[Finding]] = {}
    label = Item(SEVERITY_WORDS[severity], severity)
    for finding in findings:
        same = by_rule.setdefault(finding.rule, [])
        same.append(finding)
        if len(same) <= LISTED:
            lines.append(
                [label, _place(finding, order), _quoted(finding), Item(cut(finding.message))]
            )
    for same in by_rule.values():
        if len(same) > LISTED:
            more = same[LISTED:]
            text = words.MORE.format(count=len(more), places=_many(more))
            message = f"{more[0].message}\n{text}"
            lines.append([label, _place(more[0], order), _quoted(more[0]), Item(cut(message))])
    return lines


def _quoted(finding: Finding) -> Item:
    empty = words.NOTHING_THERE if at_of(finding.cell) else ""
    return Item(cut(finding.value, _QUOTED) or empty)


def _many(findings: Sequence[Finding]) -> str:
    by_sheet: dict[str, set[At]] = {}
    for finding in findings:
        cell = at_of(finding.cell)
        by_sheet.setdefault(finding.sheet, set()).update([cell] if cell else [])
    said = (f"{sheet} {', '.join(_runs(cells))}" for sheet, cells in by_sheet.items())
    return "; ".join(part.strip() for part in said)


def _runs(cells: Collection[At]) -> list[str]:
    """Return the cells, those below each other as "C5:C9"; column by column.

    >>> _runs({(5, 3), (6, 3), (7, 3), (9, 3), (6, 1)})
    ['A6', 'C5:C7', 'C9']
    """
    runs: list[tuple[At, At]] = []
    for row, column in sorted(cells, key=lambda at: (at[1], at[0])):
        if runs and runs[-1][1] == (row - 1, column):
            runs[-1] = (runs[-1][0], (row, column))
        else:
            runs.append(((row, column), (row, column)))
    return [
        address(*first) if first == last else f"{address(*first)}:{address(*last)}"
        for first, last in runs
    ]


def _kept(findings: Sequence[Finding], said: Sequence[Answer]) -> list[list[Item | None]]:
    """The lines whose month could not be read this time: as they were written, for the next."""
    told = {(f.sheet, f.cell): f.message for f in findings if f.rule == "explanation-kept"}
    return [
        [
            Item(answer.ticket, "hidden"),
            None,
            Item(cut(told[answer.sheet, answer.cell])),
            None,
            Item(answer.reason, "answer"),
            Item(answer.by, "answer"),
        ]
        for answer in said
        if (answer.sheet, answer.cell) in told
    ]


def _explanations(
    findings: Sequence[Finding],
    answers: Answers,
    order: Mapping[str, int],
    kept: Sequence[list[Item | None]],
) -> Page:
    asked = [finding for finding in findings if finding.severity == "explain"]
    how = words.EXPLAIN_HOW if asked or kept else words.NOTHING_TO_EXPLAIN
    lines: list[list[Item | None]] = [
        [None, Item(how, "says")],
        [Item(head, "head") for head in words.EXPLAIN_HEADINGS],
    ]
    by_key: dict[str, list[Finding]] = {}
    for finding in asked:
        by_key.setdefault(finding.key, []).append(finding)
    for key, same in by_key.items():
        reason, by = answers.get(key, ("", ""))
        message = "\n".join(dict.fromkeys(finding.message for finding in same))
        lines.append(
            [
                Item(same[0].ticket, "hidden"),
                _place(same[0], order),
                Item(cut(message)),
                _quoted(same[0]),
                Item(reason, "answer"),
                Item(by, "answer"),
            ]
        )
    lines += kept
    return Page((0, 26, 56, 32, 50, 24), lines, frozen=2, colour="BF8F00")
