"""Announcements of every project: dropped files, links of a workbook, the chain, the counts."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pikepdf
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from pipeline.announce import poll
from pipeline.announcement_files import read_announcement
from pipeline.announcements import announced, homes_of, in_order, in_quarterly_list
from pipeline.clock import BANGKOK, Clock
from pipeline.desk import DESK
from pipeline.examples import example_month, to_bytes
from pipeline.gate import PersonalDataError, UnknownKindError, gate
from pipeline.guard import Limits
from pipeline.ledger import Ledger
from pipeline.summarise import Summaries
from schemas.announcement import (
    KINDS,
    NOTHING_KNOWN,
    Announcement,
    Announcements,
    kind_in,
    own_link,
)
from schemas.month import Month
from schemas.procurement import Procurement, Source
from schemas.status import Announced
from schemas.summary import MonthlySummary
from tests.conftest import ROOT, Office, make_office
from tests.feed import LINK, Item, feed, feed_server
from tests.test_personal import CITIZEN

MONTH = Month(2568, 1)
TODAY, LATER = date(2025, 2, 6), date(2025, 2, 9)
ONE, TWO = "68010000001", "68010000002"
EGP = "https://process5.gprocurement.go.th/egp-agpc01-web/announcement"
WINNER = "ประกาศเทศบาลเมืองตัวอย่าง เรื่อง ประกาศผู้ชนะการเสนอราคา ตามประกาศเชิญชวน และราคากลาง"
MADE = "ประกาศ ณ วันที่ ๕ เดือนมกราคม พ.ศ. ๒๕๖๘"
JPG = b"\xff\xd8\xff\xe0" + bytes(100) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40) + b"IEND\xaeB`\x82"


def pdf(folder: Path, *lines: str) -> bytes:
    """A PDF with these lines on its page, as a writing program makes it."""
    source = folder / "made.typ"
    text = "\n\n".join(f"#{json.dumps(line, ensure_ascii=False)}" for line in lines)
    source.write_text(f'#set text(font: "Sarabun")\n{text}\n', encoding="utf-8")
    made: bytes = typst.compile(source, font_paths=[ROOT / "templates" / "fonts"])
    return made


def docx(*paragraphs: str, more: Sequence[str] = ()) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>',
        )
        for name in more:
            archive.writestr(name, "<x/>")
    return content.getvalue()


# ---- one file


def told(folder: Path, name: str, content: bytes) -> dict[str, object]:
    path = folder / "dropped"
    path.write_bytes(content)
    found = read_announcement(path, f"ประกาศ/{name}", Limits())
    return {key: found[key] for key in ("ending", "projects", "kind", "trouble") if key in found}


def test_a_pdf_tells_its_project_its_kind_and_its_day(tmp_path: Path) -> None:
    content = pdf(tmp_path, WINNER, f"เลขที่โครงการ {ONE}", MADE)
    path = tmp_path / "dropped"
    path.write_bytes(content)

    assert read_announcement(path, "ประกาศ/scan.pdf", Limits()) == {
        "ending": ".pdf",
        "projects": [ONE],
        "kind": "winner",
        "read": True,
        "trouble": "",
        "day": "2025-01-05",
    }


def test_word_is_read_deleted_words_too(tmp_path: Path) -> None:
    found = told(
        tmp_path, "a.docx", docx("ประกาศเทศบาลเมืองตัวอย่าง เรื่อง ประกาศเชิญชวน", f"โครงการ {ONE}")
    )
    assert found == {"ending": ".docx", "projects": [ONE], "kind": "invitation", "trouble": ""}


@pytest.mark.parametrize(
    ("name", "lines", "projects", "trouble"),
    [
        ("a.pdf", (WINNER,), [], "without-number"),
        ("a.pdf", (WINNER, f"{ONE} และ {TWO}"), [ONE, TWO], "two-numbers"),
        (f"{ONE}.pdf", (WINNER, f"{ONE} และ {TWO}"), [ONE], ""),
        (f"{ONE}.pdf", (WINNER, TWO), [ONE, TWO], "two-numbers"),
        (f"{ONE} {TWO}.pdf", (WINNER,), [ONE, TWO], "two-numbers"),
        (f"E{ONE}.pdf", (WINNER,), [ONE], ""),
        ("a.pdf", (WINNER, "เลขที่โครงการ ๖๘๐๑๐๐๐๐๐๐๑"), [ONE], ""),
        (f"{ONE}.pdf", (WINNER, f"นายสมมติ {CITIZEN}"), [ONE], "citizen-number"),
        (f"{ONE} {CITIZEN}.pdf", (WINNER,), [ONE], "citizen-number"),
        (f"{ONE}.pdf", (WINNER, f"{CITIZEN[:9]}xxxx"), [ONE], "citizen-number"),
    ],
)
def test_whose_it_is_and_whether_it_may_be_public(
    tmp_path: Path, name: str, lines: Sequence[str], projects: list[str], trouble: str
) -> None:
    found = told(tmp_path, name, pdf(tmp_path, *lines))
    assert (found["projects"], found["trouble"]) == (projects, trouble)


@pytest.mark.parametrize("content", [JPG, PNG])
def test_an_image_is_published_only_by_its_name(tmp_path: Path, content: bytes) -> None:
    assert told(tmp_path, "scan.jpg", content)["trouble"] == "number-in-name"
    named = told(tmp_path, f"ประกาศผู้ชนะ {ONE}.jpg", content)
    assert (named["projects"], named["kind"], named["trouble"]) == ([ONE], "winner", "")


def test_a_page_that_was_scanned_is_an_image(tmp_path: Path) -> None:
    blank = pikepdf.new()
    blank.add_blank_page()
    content = io.BytesIO()
    blank.save(content)
    assert told(tmp_path, "a.pdf", content.getvalue())["trouble"] == "number-in-name"


def test_the_bytes_of_what_cannot_be_read_are_looked_through(tmp_path: Path) -> None:
    inside = JPG[:-2] + f"note {CITIZEN} ".encode() + JPG[-2:]
    assert told(tmp_path, f"{ONE}.jpg", inside)["trouble"] == "citizen-number"


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", "other-file"),
        (b"MZ\x90", "other-file"),
        (b"%PDF-1.7\n%nothing more", "damaged"),
        (JPG[:50], "damaged"),
        (docx("ก", more=["word/vbaProject.bin"]), "other-file"),
        (docx("ก", more=["word/embeddings/a.xml"]), "other-file"),
        (docx("ก")[:-30], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    ],
)
def test_what_is_no_announcement_is_told_with_the_reason(
    tmp_path: Path, content: bytes, trouble: str
) -> None:
    found = told(tmp_path, f"{ONE}.pdf", content)
    assert (found["ending"], found["trouble"]) == ("", trouble)


def test_a_pdf_that_acts_or_carries_files_is_refused(tmp_path: Path) -> None:
    acting = pikepdf.open(io.BytesIO(pdf(tmp_path, WINNER)))
    acting.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    content = io.BytesIO()
    acting.save(content)
    assert told(tmp_path, f"{ONE}.pdf", content.getvalue())["trouble"] == "other-file"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.said])
def test_every_kind_is_told_by_its_own_words(kind: object) -> None:
    for words in kind.said:  # type: ignore[attr-defined]
        assert kind_in([f"{words} เรื่องอื่น"]) == kind.id  # type: ignore[attr-defined]
    assert kind_in(["หนังสือรับรอง"]) is None


# ---- an office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A public month of eight projects, each with its number."""
    made = make_office(tmp_path / "office")
    drop_month(made)
    return made


def drop_month(office: Office, links: Sequence[str] = (), name: str = "") -> list[str]:
    """Drop the month, links in a column of their own where there are any; return its numbers."""
    book = example_month(MONTH, "fourteen-columns", rows=8)
    content = with_links(to_bytes(book), links) if links else to_bytes(book)
    office.drop(name or book.file, content)
    office.one_pass(TODAY)
    return [row["egp_project_number"] for row in office.month("2568-01")["rows"]]


def with_links(content: bytes, links: Sequence[str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    header = next(c for row in page.iter_rows() for c in row if c.value == "เลขที่โครงการ")
    page.cell(header.row, header.column + 1, "ลิงก์ประกาศ")
    rows = [
        row[0].row
        for row in page.iter_rows(min_row=header.row + 1)
        if re.fullmatch("[0-9]{11}", str(row[header.column - 1].value or ""))
    ]
    for row, link in zip(rows, links, strict=False):
        page.cell(int(row or 0), header.column + 1, link)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def numbers(office: Office) -> list[str]:
    return [row["egp_project_number"] for row in office.month("2568-01")["rows"]]


def page(office: Office, path: str) -> str:
    return (office.public / path).read_text(encoding="utf-8")


def counted(office: Office) -> dict[str, int | None]:
    month = next(m for m in office.status(2568)["months"] if m["month"] == "2568-01")
    found: dict[str, int | None] = month["announcements"]
    return found


def month_files(office: Office) -> dict[str, bytes]:
    folder = office.public / "fy2568" / "2568-01"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_where_nobody_ever_looked_nothing_is_counted(office: Office) -> None:
    assert counted(office)["announced"] is None
    assert "ยังไม่มีข้อมูลประกาศ" in page(office, "fy2568/2568-01/procurements/1.html")
    assert not (office.public / "fy2568" / "announcements.html").exists()


def test_a_dropped_file_is_copied_to_the_site_under_its_project(
    office: Office, tmp_path: Path
) -> None:
    before = month_files(office)
    number = numbers(office)[4]
    content = pdf(tmp_path, WINNER, number, MADE)
    office.drop("ประกาศ/สแกน 1.pdf", content)
    done = office.one_pass(LATER)

    (answer,) = done.files
    path = f"fy2568/2568-01/announcements/{number}-{answer.file.sha256[:8]}.pdf"
    assert (answer.outcome, (office.public / path).read_bytes()) == ("accepted", content)
    assert f'href="../../../{path}"' in page(office, "fy2568/2568-01/procurements/5.html")
    assert f'href="../{path}"' in page(office, "fy2568/announcements.html")
    assert counted(office)["announced"] == 1
    assert month_files(office) == before, "what was learnt later changes no file of the month"
    assert office.status(2568)["as_of"] == LATER.isoformat()
    listed = json.loads((office.public / "manifest.json").read_text(encoding="utf-8"))["files"]
    (own,) = (file for file in listed if file["path"] == path)
    assert own["sources"] == [answer.file.sha256]
    assert office.one_pass(LATER).files[0].outcome == "unchanged"


def test_finance_is_told_on_its_page_what_could_not_be_published(
    office: Office, tmp_path: Path
) -> None:
    number = numbers(office)[0]
    office.drop("ประกาศ/scan.jpg", JPG)
    office.drop("ประกาศ/citizen.pdf", pdf(tmp_path, WINNER, number, f"นายสมมติ {CITIZEN}"))
    office.drop(f"ประกาศ/{ONE}.png", PNG)
    office.drop(f"ประกาศ/{number}.png", PNG + b"\n")
    done = office.one_pass(LATER)

    told = (office.workspace.output / DESK).read_text(encoding="utf-8")
    assert "ที่ยังไม่เผยแพร่ 2 ไฟล์" in told
    assert "มีเลขประจำตัวประชาชนในไฟล์" in told
    assert "จะเผยแพร่เมื่อใส่เลขที่โครงการในชื่อไฟล์" in told
    assert f"ยังไม่มีรายการเลขที่โครงการ {ONE}" in told
    assert "ระบบอ่านเนื้อหาไม่ได้ กรุณาตรวจเอง" in told
    assert done.waits_for_somebody
    published = [path.name for path in (office.public / "fy2568/2568-01/announcements").iterdir()]
    assert [name[:11] for name in published] == [number]


def test_the_same_content_twice_is_published_once_and_under_two_numbers_not_at_all(
    office: Office,
) -> None:
    first, second = numbers(office)[:2]
    office.drop(f"ประกาศ/{first}.jpg", JPG)
    office.drop(f"ประกาศ/{first} (1).jpg", JPG)
    office.one_pass(LATER)
    folder = office.public / "fy2568/2568-01/announcements"
    assert [path.name[:11] for path in folder.iterdir()] == [first]
    assert "เนื้อหาเหมือนกับไฟล์" in (office.workspace.output / DESK).read_text(encoding="utf-8")

    office.drop(f"ประกาศ/{second}.jpg", JPG)
    office.one_pass(LATER)
    assert not folder.exists()
    assert "สองชื่อ" in (office.workspace.output / DESK).read_text(encoding="utf-8")


def test_a_file_that_was_renamed_or_overwritten_speaks_under_its_new_name(office: Office) -> None:
    first, second = numbers(office)[:2]
    wrong = office.drop(f"ประกาศ/{first}.jpg", JPG)
    office.one_pass(LATER)
    wrong.rename(wrong.with_name(f"{second}.jpg"))
    office.one_pass(LATER)
    folder = office.public / "fy2568/2568-01/announcements"
    assert [path.name[:11] for path in folder.iterdir()] == [second]

    office.drop(f"ประกาศ/{second}.jpg", JPG + b"\n")
    office.one_pass(LATER)
    (kept,) = folder.iterdir()
    assert kept.read_bytes() == JPG + b"\n"


def test_a_file_that_finance_has_tidied_away_stays_public(office: Office) -> None:
    path = office.drop(f"ประกาศ/{numbers(office)[0]}.jpg", JPG)
    office.one_pass(LATER)
    public = office.everything()
    path.unlink()
    office.one_pass(LATER)
    kept = [name for name in public if "/announcements/" in name]
    assert kept
    assert all(office.everything()[name] == public[name] for name in kept)


def test_files_of_the_folder_are_answered_as_no_workbook(office: Office) -> None:
    office.drop("ประกาศ/a.xlsx", b"PK\x03\x04 not whole")
    taken = office.one_pass_json(LATER)["taken_in"]
    told = {one["file"]: (one["outcome"], one["reply"]) for one in taken}
    assert told["ประกาศ/a.xlsx"] == ("returned", DESK)
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        assert [drop.part for drop in ledger.drops()] == [""]


def test_the_gate_publishes_only_the_bytes_that_were_looked_into() -> None:
    path = f"fy2568/2568-01/announcements/{ONE}-0f0f0f0f.pdf"
    digest = "6b23c0d5f35d1b11f9b683f0b0a617355deb11277d91ae091d399c655b87940d"  # of «C»
    assert gate({path: b"C"}, {path: digest}) == {path: b"C"}
    with pytest.raises(UnknownKindError):
        gate({path: b"c"}, {path: digest})
    named = path.replace(ONE, CITIZEN)
    with pytest.raises(PersonalDataError):
        gate({named: b"C"}, {named: digest})


# ---- links of a workbook


def test_a_link_beside_a_row_stands_in_its_json_and_in_its_page(tmp_path: Path) -> None:
    office = make_office(tmp_path, tail='[site]\nbase_url = "https://www.example.go.th/sokhoro1"')
    own, other = "https://www.example.go.th/news/7", "https://example.com/x"
    drop_month(office, [EGP, own, other, "ประกาศแล้ว", "-", f"{EGP}?a=1 {EGP}?a=2"])

    rows = office.month("2568-01")["rows"]
    urls = [[one["url"] for one in row["announcements"]] for row in rows]
    assert urls == [[EGP], [], [], [], [], [f"{EGP}?a=1", f"{EGP}?a=2"], [], []]
    assert rows[0]["announcements"] == [
        {"kind": None, "title": None, "date": None, "url": EGP, "source": "workbook"}
    ]
    pages = [page(office, f"fy2568/2568-01/procurements/{n}.html") for n in range(1, 9)]
    assert f'href="{EGP}"' in pages[0]
    assert f'href="{own}"' in pages[1]
    assert "example.com" not in "".join(pages)
    assert counted(office)["announced"] == 3
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        (drop,) = ledger.drops()
    rules = [(finding.rule, finding.value) for finding in drop.findings]
    assert rules == [("announcement-is-a-link", text) for text in (own, other, "ประกาศแล้ว")]
    account = drop.accounts[0]
    assert account.cells == account.read + sum(account.left_out.values()) + account.told


def test_links_that_come_later_make_no_revision_and_are_heard(office: Office) -> None:
    before = month_files(office)
    drop_month(office, [EGP])
    office.one_pass(LATER)

    assert month_files(office) == before
    assert f'href="{EGP}"' in page(office, "fy2568/2568-01/procurements/1.html")
    assert counted(office)["announced"] == 1


def test_only_the_office_s_own_host_is_its_own() -> None:
    base = "https://www.example.go.th/sokhoro1/"
    assert own_link("http://WWW.example.go.th/a?b=1#c", base)
    for link in (
        "https://www.example.go.th.evil.com/",
        "https://evil.com/?www.example.go.th",
        "https://www.example.go.th@evil.com/",
        "https://www.example.go.th\\@evil.com/",
        "https://www.example.go.th/<b>",
        "ftp://www.example.go.th/",
        f"https://www.example.go.th/{CITIZEN}",
    ):
        assert own_link(link, base) == "", link
    assert own_link("https://www.example.go.th/", "") == ""


# ---- the feed, all the way


def test_what_the_feed_served_reaches_pages_lists_and_counts(tmp_path: Path) -> None:
    """Counted again from the published JSON and from what the server served."""
    with feed_server() as server:
        tail = (
            'egp_department = "6800901"\n[announcements]\n'
            f'address = "{server.address}"\ncodes = ["D0", "W0"]\n'
        )
        office = make_office(tmp_path, tail=tail)
        projects = drop_month(office)
        before = month_files(office)
        items = {
            "W0": [Item(n, title=f"ประกาศ <b>{n}</b> {CITIZEN}") for n in projects[:3]],
            "D0": [Item(projects[0]), Item("68019999999", "ของหน่วยงานอื่น")],
        }
        server.answer = lambda code: feed(items[code])
        evening = datetime(2025, 2, 8, 18, tzinfo=BANGKOK)
        poll(office.workspace, Clock(lambda: evening, lambda _: None))
    office.one_pass(LATER)

    served = {item.project for found in items.values() for item in found}
    rows = office.month("2568-01")["rows"]
    in_form = {row["egp_project_number"] for row in rows}
    assert counted(office)["projects"] == len(in_form)
    assert counted(office)["announced"] == len(in_form & served) == 3
    chain = page(office, "fy2568/2568-01/procurements/1.html")
    assert LINK.format(project=projects[0], seq=1).replace("&", "&amp;") in chain
    assert "ประกาศ &lt;b&gt;" in chain
    assert "พบเมื่อ" in chain
    assert "ไม่ทราบ" in chain
    every = "".join(path.read_text(encoding="utf-8") for path in office.public.rglob("*.html"))
    assert CITIZEN not in every
    assert "68019999999" not in every, "what belongs to no row of ours is not shown"
    assert "68019999999" in (office.workspace.output / DESK).read_text(encoding="utf-8")
    whole = page(office, "fy2568/announcements.html")
    assert len(re.findall(r'<th scope="row"><a href="2568-01/procurements/', whole)) == 4
    assert 'href="announcements.html"' in page(office, "fy2568/index.html")
    assert month_files(office) == before


def test_the_same_ledger_makes_the_same_site_on_any_day(office: Office) -> None:
    office.drop(f"ประกาศ/{numbers(office)[0]}.jpg", JPG)
    office.one_pass(LATER)
    site = {name: c for name, c in office.everything().items() if name.startswith("site/")}
    office.one_pass(date(2025, 2, 10))
    again = {name: c for name, c in office.everything().items() if name.startswith("site/")}
    assert again == site


# ---- counting, without an office

DIRECT = Procurement(
    Source("a.xlsx", "ม.ค.", 5),
    title="ซื้อวัสดุ",
    procurement_method="เฉพาะเจาะจง",
    agreed_price=500_000_00,
    contract_date=date(2025, 1, 6),
)


@pytest.mark.parametrize(
    ("row", "listed"),
    [
        (DIRECT, True),
        (replace(DIRECT, agreed_price=500_000_01), False),
        (replace(DIRECT, agreed_price=None), False),
        (replace(DIRECT, procurement_method="e-bidding"), False),
        (replace(DIRECT, procurement_method=None), False),
        (replace(DIRECT, egp_project_number=ONE), False),
        (replace(DIRECT, contract_date=None), True),
    ],
)
def test_small_purchases_without_a_number_are_in_the_quarterly_list(
    row: Procurement,
    listed: bool,  # noqa: FBT001 - what is expected
) -> None:
    assert in_quarterly_list(row, MONTH) is listed


def test_projects_are_counted_once_and_the_rest_is_unknown() -> None:
    rows = (
        replace(DIRECT, egp_project_number=ONE),
        replace(DIRECT, egp_project_number=f"E{ONE}", title="ส่วนที่สอง"),
        replace(DIRECT, egp_project_number=TWO),
        DIRECT,
        replace(DIRECT, title="อีกงาน", agreed_price=9_000_000_00),
    )
    summary = MonthlySummary(MONTH, "เทศบาล", "", 1, TODAY, rows)
    seen = Announcement("winner", None, None, LATER, "feed", ONE)
    known = Announcements({ONE: (seen,), "68099999999": (seen,)}, looked=True)

    assert announced(summary, NOTHING_KNOWN) == Announced(4, None)
    found = announced(summary, known)
    assert (found, found.unknown) == (Announced(4, 1, by_list=1), 2)
    linked = replace(known, by_row={(MONTH, rows[4].fingerprint): (seen,)})
    assert announced(summary, linked) == Announced(4, 2, by_list=1)


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, ONE, TWO, "68010000003", "68010000004"]),
        st.sampled_from(["เฉพาะเจาะจง", "e-bidding", None]),
        st.sampled_from([None, 100_00, 500_000_00, 500_001_00]),
        st.booleans(),  # a link beside the row
    ),
    max_size=12,
)


@given(ROWS, st.sets(st.sampled_from([ONE, TWO, "68010000003", "68010000009"])))
def test_the_counts_are_those_of_somebody_who_counts_by_hand(
    drawn: list[tuple[str | None, str | None, int | None, bool]], shown: set[str]
) -> None:
    """By striking out: what was announced, then what is in the list, then what is left."""
    rows = tuple(
        replace(
            DIRECT,
            title=f"งานที่ {at}",
            egp_project_number=number,
            procurement_method=method,
            agreed_price=price,
        )
        for at, (number, method, price, _) in enumerate(drawn)
    )
    seen = Announcement("winner", None, None, LATER, "feed")
    linked = {
        (MONTH, row.fingerprint): (seen,) for row, one in zip(rows, drawn, strict=True) if one[3]
    }
    summary = MonthlySummary(MONTH, "เทศบาล", "", 1, TODAY, rows)
    found = announced(
        summary, Announcements(dict.fromkeys(shown, (seen,)), by_row=linked, looked=True)
    )

    by_link = {number for number, _, _, link in drawn if link and number}
    left = [one for one in drawn if one[0] not in shown | by_link]
    named = {one[0] for one in drawn if one[0] in shown | by_link}
    loose = [one for one in left if one[0] is None and not one[3]]
    told = len(named) + sum(one[0] is None and one[3] for one in left)
    small = sum(
        method == "เฉพาะเจาะจง" and price in {100_00, 500_000_00} for _, method, price, _ in loose
    )
    unknown = len({one[0] for one in left if one[0]}) + len(loose) - small
    assert (found.announced, found.by_list, found.unknown) == (told, small, unknown)


def test_a_chain_goes_kind_after_kind_and_holds_nothing_twice() -> None:
    made = [
        Announcement(kind.id, None, date(2025, 1, 9 - place % 2), LATER, "feed", ONE)
        for place, kind in enumerate(KINDS)
    ]
    unknown = Announcement(None, None, None, LATER, "workbook", ONE, url=EGP)
    found = in_order([unknown, *reversed(made), made[0]])
    assert [one.kind for one in found] == [*(kind.id for kind in KINDS), None]


def test_a_file_lies_in_the_month_that_was_public_first() -> None:
    def month(number: int, day: date) -> MonthlySummary:
        row = replace(DIRECT, egp_project_number=ONE)
        return MonthlySummary(Month(2568, number), "เทศบาล", "", 1, day, (row,))

    later, earlier = month(2, TODAY), month(1, LATER)
    assert homes_of(Summaries((earlier, later), ())) == {ONE: Month(2568, 2)}
