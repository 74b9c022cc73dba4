"""``sokhoro1.toml``: every default, and one Thai sentence for everything that may be wrong."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from pipeline import CannotRunError
from pipeline.configure import Workspace, configure, known_keys
from pipeline.guard import Limits
from schemas.config import (
    Due,
    Folders,
    FormerName,
    Inbox,
    Organisation,
    Settings,
    Site,
)
from tests.conftest import ROOT

NAME = '[organisation]\nname = "เทศบาลเมืองตัวอย่าง"\n'


def configured(folder: Path, text: str) -> Workspace:
    path = folder / "sokhoro1.toml"
    path.write_text(text, encoding="utf-8")
    return configure(path)


def refused(folder: Path, text: str) -> str:
    """The sentence, without the path in front of it."""
    with pytest.raises(CannotRunError) as caught:
        configured(folder, text)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence.replace(str(folder / "sokhoro1.toml"), "FILE")


def test_only_the_name_has_no_default(tmp_path: Path) -> None:
    workspace = configured(tmp_path, NAME)
    settings = workspace.settings

    assert settings.model_dump() == {
        "organisation": {
            "name": "เทศบาลเมืองตัวอย่าง",
            "former_names": (),
            "place": "",
            "egp_department": "",
            "divisions": (),
        },
        "folders": {"inbox": "inbox", "output": "output", "templates": "templates"},
        "inbox": {"settle_seconds": 10},
        "site": {
            "numerals": "thai",
            "base_url": "",
            "emblem": "",
            "colour": "",
            "questions": False,
        },
        "open_data": {
            "ocid_prefix": "local-sokhoro1",
            "license": "",
            "contact_name": "",
            "contact_email": "",
        },
        "due": {"business_day": 5, "day": None, "closed": (), "open": ()},
        "ledger": {"url": "", "file": "", "agency": "", "secret_env": "", "secret_file": ""},
        "limits": {"file_mib": 25, "wall_seconds": 120, "memory_mib": 1536},
        "watch": {"poll_seconds": 60, "daily_at": "08:30", "pass_minutes": 60},
        "announcements": {
            "address": "",
            "department": "",
            "codes": ("P0", "15", "B0", "D0", "D1", "D2", "W0", "W1", "W2"),
            "hours": ("18:00", "22:00", "06:00"),
        },
        "hold_for_explanation": "until_due",
        "thresholds": (),
        "ita": {"district": "", "province": "", "ministry": "", "kind": "", "items": ()},
        "targets": (),
        "channels": (),
        "reminders": {"working_days": (-5, -3, -1, 1, 3, 5)},
        "work": {"executor": "pool", "processes": 0},
        "report": {"assessments": ()},
    }
    assert workspace.limits == Limits()


def test_every_key_can_be_set(tmp_path: Path) -> None:
    workspace = configured(
        tmp_path,
        """
        hold_for_explanation = "always"
        [organisation]
        name = " เทศบาลเมืองตัวอย่าง "
        former_names = [{ name = "เทศบาลตำบลตัวอย่าง", until = 2025-03-24 }]
        place = "อำเภอตัวอย่าง"
        egp_department = "6800901"
        [folders]
        inbox = "ขาเข้า"
        output = "ผล"
        [inbox]
        settle_seconds = 2.5
        [site]
        numerals = "arabic"
        base_url = "https://www.example.go.th/sokhoro1/"
        [due]
        business_day = 7
        day = 15
        closed = [2025-06-02, 2026-01-02]
        [limits]
        file_mib = 3
        wall_seconds = 4
        memory_mib = 512
        """,
    )

    former = (FormerName(name="เทศบาลตำบลตัวอย่าง", until=date(2025, 3, 24)),)
    assert workspace.settings == Settings(
        organisation=Organisation(
            name="เทศบาลเมืองตัวอย่าง",
            former_names=former,
            place="อำเภอตัวอย่าง",
            egp_department="6800901",
        ),
        folders=Folders(inbox="ขาเข้า", output="ผล"),
        inbox=Inbox(settle_seconds=2.5),
        site=Site(numerals="arabic", base_url="https://www.example.go.th/sokhoro1/"),
        due=Due(business_day=7, day=15, closed=(date(2025, 6, 2), date(2026, 1, 2))),
        limits=workspace.settings.limits,
        hold_for_explanation="always",
    )
    assert workspace.limits == Limits(file_bytes=3 << 20, wall_seconds=4, memory_bytes=512 << 20)


def test_folders_count_from_the_file_and_not_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sokhoro1.toml").write_text(NAME, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    workspace = configure(Path("sokhoro1.toml"))

    assert (workspace.inbox, workspace.output) == (tmp_path / "inbox", tmp_path / "output")
    assert (workspace.originals, workspace.site, workspace.replies, workspace.ledger.file) == (
        tmp_path / "output/originals",
        tmp_path / "output/site",
        tmp_path / "output/replies",
        tmp_path / "output/ledger/ledger.sqlite",
    )


def test_an_absolute_folder_stays_where_it_is(tmp_path: Path) -> None:
    share = tmp_path / "share"

    assert configured(tmp_path, f'{NAME}[folders]\ninbox = "{share}"\n').inbox == share


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2023, 12, 31), "ชื่อแรก"),
        (date(2024, 1, 1), "ชื่อสอง"),
        (date(2025, 3, 24), "ชื่อสอง"),
        (date(2025, 3, 25), "ชื่อใหม่"),
    ],
)
def test_a_document_bears_the_name_of_its_day(day: date, name: str) -> None:
    first = FormerName(name="ชื่อแรก", until=date(2023, 12, 31))
    second = FormerName(name="ชื่อสอง", until=date(2025, 3, 24))

    for former in ((first, second), (second, first)):
        organisation = Organisation(name="ชื่อใหม่", former_names=former)
        assert organisation.name_on(day) == name
        assert set(organisation.names) == {"ชื่อใหม่", "ชื่อแรก", "ชื่อสอง"}


@pytest.mark.parametrize(
    ("wrong", "key", "meant"),
    [
        ("[inbox]\nsettle_second = 3\n", "inbox.settle_second", "inbox.settle_seconds"),
        ("[due]\nbusines_day = 3\n", "due.busines_day", "due.business_day"),
        ("[sites]\nnumerals = 'thai'\n", "sites", "site"),
        ("nmae = 'ก'\n", "organisation.nmae", "organisation.name"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known(
    tmp_path: Path, wrong: str, key: str, meant: str
) -> None:
    sentence = refused(tmp_path, NAME + wrong)

    assert sentence == f"ไฟล์ตั้งค่า FILE: ไม่รู้จักคีย์ «{key}» (หมายถึง «{meant}» หรือไม่)"


def test_an_unknown_key_like_no_other_is_named_alone(tmp_path: Path) -> None:
    assert refused(tmp_path, "zzzzqqqq = 1\n" + NAME) == ("ไฟล์ตั้งค่า FILE: ไม่รู้จักคีย์ «zzzzqqqq»")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (NAME + "[inbox]\nsettle_seconds = -1\n", "inbox.settle_seconds"),
        (NAME + "[inbox]\nsettle_seconds = nan\n", "inbox.settle_seconds"),
        (NAME + "[inbox]\nsettle_seconds = inf\n", "inbox.settle_seconds"),
        (NAME + '[inbox]\nsettle_seconds = "10"\n', "inbox.settle_seconds"),
        (NAME + "[inbox]\nsettle_seconds = true\n", "inbox.settle_seconds"),
        (NAME + '[due]\nbusiness_day = "5"\n', "due.business_day"),
        (NAME + "[due]\nbusiness_day = 5.0\n", "due.business_day"),
        (NAME + "[due]\nbusiness_day = 0\n", "due.business_day"),
        (NAME + "[due]\nbusiness_day = true\n", "due.business_day"),
        (NAME + "[due]\nday = 29\n", "due.day"),
        (NAME + '[due]\nclosed = ["2025-06-02"]\n', "due.closed.0"),
        (NAME + "[due]\nclosed = [2025-06-02, 86400]\n", "due.closed.1"),
        (NAME + "[due]\nclosed = 2025-06-02\n", "due.closed"),
        (NAME + '[site]\nnumerals = "roman"\n', "site.numerals"),
        (NAME + '[site]\nbase_url = "javascript:alert(1)"\n', "site.base_url"),
        (NAME + "[limits]\nmemory_mib = 1\n", "limits.memory_mib"),
        (NAME + '[folders]\ninbox = " "\n', "folders.inbox"),
        (NAME + 'egp_department = "68๐"\n', "organisation.egp_department"),
        (NAME + 'former_names = [{ name = "ก", until = "2025" }]\n', "organisation.former_names"),
        ("hold_for_explanation = 'sometimes'\n" + NAME, "hold_for_explanation"),
        ("organisation = 'ก'\n", "organisation"),
        ("[organisation]\nname = ''\n", "organisation.name"),
        ("[organisation]\nname = 5\n", "organisation.name"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    sentence = refused(tmp_path, text)

    assert re.match(rf"ไฟล์ตั้งค่า FILE: ค่าของ «{re.escape(key)}[^»]*» ใช้ไม่ได้: ", sentence)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[organisation]\nplace = 'ก'\n", "organisation.name"),
        (NAME + "former_names = [{ name = 'ก' }]\n", "organisation.former_names.0.until"),
    ],
)
def test_a_missing_key_is_named(tmp_path: Path, text: str, key: str) -> None:
    assert refused(tmp_path, text) == f"ไฟล์ตั้งค่า FILE: ขาดคีย์ «{key}» ซึ่งต้องกำหนด"


@pytest.mark.parametrize("text", ["", "# ว่าง\n", "[due]\nday = 3\n"])
def test_a_file_without_a_name_says_which_key_to_write(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) == ("ไฟล์ตั้งค่า FILE: ขาดคีย์ «organisation.name» ซึ่งต้องกำหนด")


def test_a_missing_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError) as caught:
        configure(tmp_path / "ไม่มี" / "sokhoro1.toml")

    assert str(caught.value) == (
        f"ไม่พบไฟล์ตั้งค่า {tmp_path}/ไม่มี/sokhoro1.toml "
        "กรุณาสร้างด้วยคำสั่ง sokhoro1 init หรือระบุด้วย --config"
    )


@pytest.mark.parametrize("text", ["[organisation\n", "name = \n", 'a = "\n', "a = 1\na = 2\n"])
def test_broken_toml_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    sentence = refused(tmp_path, text)

    assert sentence.startswith("ไฟล์ตั้งค่า FILE เขียนผิดรูปแบบ TOML: ")
    assert re.search(r"line 1|line 2|end of document", sentence)


def test_the_mark_that_notepad_writes_first_is_no_fault(tmp_path: Path) -> None:
    assert configured(tmp_path, "\ufeff" + NAME) == configured(tmp_path, NAME)


@pytest.mark.parametrize("encoding", ["utf-16", "cp874"])
def test_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sokhoro1.toml"
    path.write_bytes(NAME.encode(encoding))

    with pytest.raises(CannotRunError, match=r"เปิดไฟล์ตั้งค่า .* ไม่ได้"):
        configure(path)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"เปิดไฟล์ตั้งค่า .* ไม่ได้"):
        configure(tmp_path)


# ---- targets


def a_target(more: str) -> str:
    return f'{NAME}\n[[targets]]\nname = "web"\n{more}\n'


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('url = "ftp://me:hunter2@host/x"', "ห้ามใส่รหัสผ่านใน url"),
        ('url = "ftp://:hunter2@host/x"', "ห้ามใส่รหัสผ่านใน url"),
        ('url = "sftp://me:@host/x"', "ห้ามใส่รหัสผ่านใน url"),
        ('url = "s3://key:hunter2@bucket"', "ห้ามใส่รหัสผ่านใน url"),
        ('url = "scp://host/hunter2"', "ไม่รู้จัก url แบบ scp://"),
        ('url = "https://host/hunter2"', "ไม่รู้จัก url แบบ https://"),
        ('url = "ftp:///hunter2"', "ต้องเป็นแบบ"),
        ('url = "file://host/hunter2"', "ต้องเป็นแบบ"),
        ('url = "ftp://host:ftp/hunter2"', "พอร์ต"),
        ('url = "ftp://host/x?hunter2"', "ไม่มี ?"),
        ('url = "ftp://host/x%0d%0aDELE hunter2"', "อักขระควบคุม"),
        ('url = "/x"\nsecret_env = "A"\nsecret_file = "b"', "อย่างเดียว"),
        ('url = "ftp://me@host"\nuser = "you"', "ชื่อผู้ใช้ทั้งใน url และใน user"),
        ('url = "ftp://host"\nendpoint = "https://a:hunter2@b"', "targets.0.endpoint"),
        ('url = "ftp://host"\npassword = "hunter2"', "«targets.0.password»"),
        ('url = "ftp://host"\ntimeout_second = 5', "(หมายถึง «targets.0.timeout_seconds» หรือไม่)"),
        ('url = "ftp://host"\ntimeout_seconds = "hunter2"', "«targets.0.timeout_seconds»"),
        ('user = "hunter2"', "ขาดคีย์ «targets.0.url»"),
        ('url = "/x"\n[[targets]]\nname = "web"\nurl = "/y"', "ชื่อ web มากกว่าหนึ่งแห่ง"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_a_sentence_without_what_was_typed(
    tmp_path: Path, more: str, words: str
) -> None:
    sentence = refused(tmp_path, a_target(more))
    assert words in sentence
    assert "hunter2" not in sentence


def test_targets_that_are_no_list_are_refused_without_what_was_typed(tmp_path: Path) -> None:
    text = f'targets = {{ name = "web", url = "ftp://a:hunter2@b" }}\n{NAME}'
    assert "hunter2" not in refused(tmp_path, text)


@pytest.mark.parametrize("name", ["", "Web", "เว็บ", "a/b", "..", "con", "com1", "x" * 32, "-a"])
def test_the_name_of_a_target_is_one_that_a_file_can_have(tmp_path: Path, name: str) -> None:
    text = a_target('url = "/x"').replace('"web"', f'"{name}"')
    assert "ชื่อปลายทาง" in refused(tmp_path, text)


def test_the_paths_of_a_target_count_from_the_configuration(tmp_path: Path) -> None:
    (target,) = configured(
        tmp_path, a_target('url = "เว็บ/ที่แชร์"\nsecret_file = "x"\nca_file = "/etc/ca.pem"')
    ).settings.targets
    assert target.url == str(tmp_path / "เว็บ/ที่แชร์")
    assert (target.secret_file, target.ca_file) == (str(tmp_path / "x"), "/etc/ca.pem")
    assert target.key_file == ""


def test_a_folder_of_windows_is_a_folder(tmp_path: Path) -> None:
    for url in (r"C:\\web", r"\\\\server\\web"):
        (target,) = configured(tmp_path, a_target(f'url = "{url}"')).settings.targets
        assert target.kind == "file"


# ---- the file that init writes

TEMPLATE = (ROOT / "templates" / "sokhoro1.toml").read_text(encoding="utf-8")
OFFERED = TEMPLATE.replace("{{ name }}", '"เทศบาลเมืองตัวอย่าง"')


def flat(table: dict[str, Any], above: str = "") -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for name, value in table.items():
        keys |= (
            flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
        )
    return keys


def test_the_file_that_init_writes_sets_nothing_but_the_defaults(tmp_path: Path) -> None:
    plain = Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"))

    assert configured(tmp_path, OFFERED).settings == plain


def test_the_file_that_init_writes_shows_every_key_with_its_true_default(tmp_path: Path) -> None:
    every = re.sub(r"(?m)^# (?=[a-z_]+ = |\[\[(?:targets|channels)\]\])", "", OFFERED)
    shown = flat(tomllib.loads(every))
    known = known_keys(Settings)
    # Without a value of its own a default cannot be shown: an example stands there instead.
    examples = {key for key, default in known.items() if default in (None, (), PydanticUndefined)}

    configured(tmp_path, every)  # each line is right as soon as its mark is taken away
    assert shown.keys() == known.keys()
    assert examples == {
        *("organisation.name", "organisation.former_names", "due.day", "due.closed"),
        *("organisation.divisions", "due.open", "thresholds", "ita.items", "targets", "channels"),
        "report.assessments",
    }
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in shown.items()}
    assert {k: lists[k] for k in lists if k not in examples} == {
        k: default for k, default in known.items() if k not in examples
    }


LEDGER = NAME + "[ledger]\n"


def test_agencies_name_a_shared_ledger_alike_wherever_their_folders_are(tmp_path: Path) -> None:
    """``agencies`` compares them: only the agency is each one's own."""
    for more in (
        'url = "postgresql+psycopg://me@db/town"\nsecret_file = "p.txt"',
        'file = "../l"',
    ):
        places = []
        for agency in ("a", "b"):
            (tmp_path / agency).mkdir(exist_ok=True)
            text = f'{LEDGER}{more}\nagency = "{agency}"\n'
            places.append(configured(tmp_path / agency, text).ledger)
        assert [place.agency for place in places] == ["a", "b"]
        assert [place.shared for place in places] == [True, True]
        assert replace(places[0], agency="b") == places[1]
        assert places[0] != places[1]
    assert places[0].file == tmp_path / "l"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('url = "postgresql://me:hunter2@db/town"', "ห้ามใส่รหัสผ่านใน ledger.url"),
        ('url = "postgresql://me@db/town?password=hunter2"', "ห้ามใส่รหัสผ่านใน ledger.url"),
        ('url = "postgresql://me:hunter2@db"', "ห้ามใส่รหัสผ่านใน ledger.url"),
        ('url = "mysql://me:hunter2@db/town"', "postgresql+psycopg://"),
        ('url = "sqlite:///hunter2"', "postgresql+psycopg://"),
        ('url = "postgresql+psycopg2://me@db/hunter2"', "postgresql+psycopg://"),
        ('url = "hunter2"', "postgresql+psycopg://"),
        ('url = "postgresql://me@db:hunter2/town"', "หมายเลขพอร์ต"),
        ('url = "postgresql://me@hunter2"', "ชื่อฐานข้อมูล"),
        ('url = "postgresql://me@db/town%0ahunter2"', "ชื่อฐานข้อมูล"),
        ("url = 5432", "ledger.url"),
        ('url = "postgresql://db/town"\nfile = "hunter2"', "อย่างเดียว"),
        ('url = "postgresql://db/town"\nsecret_env = "A"\nsecret_file = "b"', "อย่างเดียว"),
        ('secret_file = "hunter2"', "ใช้กับ ledger.url เท่านั้น"),
        ('agency = "../hunter2"', "ledger.agency"),
        ('pasword = "hunter2"', "ledger.pasword"),
    ],
)
def test_a_ledger_that_cannot_be_is_refused_in_a_sentence_without_what_was_typed(
    more: str, said: str, tmp_path: Path
) -> None:
    sentence = refused(tmp_path, LEDGER + more)
    assert said in sentence
    assert "hunter2" not in sentence
