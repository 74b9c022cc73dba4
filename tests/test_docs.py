"""The README says what the code says: its tables are made from the code, its commands exist."""

import re
import tomllib
from collections.abc import Callable

import pytest
import typer

from pipeline.__main__ import app
from pipeline.add_up import NEEDS as DUCKDB
from pipeline.configure import NAME, known_keys
from pipeline.ledger import engines
from pipeline.targets import NEEDS
from schemas.config import TARGET_KINDS, Settings, Target
from schemas.procurement import FACTS
from schemas.rules import RULES
from schemas.thai import UNKNOWN
from tests.conftest import ROOT

README = ROOT / "README.md"
GLOSSARY = {
    "title": "งานที่จัดซื้อหรือจัดจ้าง",
    "number": "ลำดับที่",
    "budget": "วงเงินที่จะซื้อหรือจ้าง",
    "reference_price": "ราคากลาง",
    "procurement_method": "วิธีซื้อหรือจ้าง",
    "bids": "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
    "supplier": "ผู้ได้รับการคัดเลือก",
    "agreed_price": "ราคาที่ตกลงซื้อหรือจ้าง",
    "selection_reason": "เหตุผลที่คัดเลือกโดยสรุป",
    "contract_number": "เลขที่ของสัญญาหรือข้อตกลง",
    "contract_date": "วันที่ของสัญญาหรือข้อตกลง",
    "egp_project_number": "เลขที่โครงการ (e-GP)",
    "egp_contract_number": "เลขคุมสัญญา (e-GP)",
    "supplier_tax_id": "เลขประจำตัวผู้เสียภาษี (ไม่เผยแพร่)",
}


def configuration() -> str:
    rows = [f"| `{key}` | {_default(value)} |" for key, value in known_keys(Settings).items()]
    return "\n".join(["| key | default |", "|---|---|", *rows])


def targets() -> str:
    rows = [f"| `{key}` | {_default(value)} |" for key, value in known_keys(Target).items()]
    return "\n".join(["| key | default |", "|---|---|", *rows])


def _default(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "*needed*" if "PydanticUndefined" in repr(value) else f"`{value!r}`"


def rules() -> str:
    order = ("fix", "explain", "note")
    rows = [
        f"| `{rule.id}` | {rule.severity}{' (shadow)' * rule.shadow} "
        f"| {rule.message.replace('|', '/')} |"
        for severity in order
        for rule in RULES
        if rule.severity == severity
    ]
    return "\n".join(["| rule | severity | what finance reads |", "|---|---|---|", *rows])


def glossary() -> str:
    rows = [f"| {GLOSSARY[name]} | `{name}` |" for name in FACTS]
    rows += [
        f"| {UNKNOWN} | `null` |",
        "| ปีงบประมาณ | `fiscal_year` |",
        "| หน่วยงาน | `organisation` |",
    ]
    return "\n".join(["| ไทย | identifier |", "|---|---|", *rows])


@pytest.mark.parametrize("make", [configuration, targets, rules, glossary])
def test_a_table_of_the_readme_is_made_from_the_code(
    make: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    text = README.read_text(encoding="utf-8")
    block = re.compile(
        rf"(<!-- {make.__name__}: made by tests/test_docs.py --rewrite -->\n)(.*?)(<!-- end -->)",
        re.DOTALL,
    )
    if request.config.getoption("--rewrite"):
        text = block.sub(lambda m: f"{m[1]}{make()}\n{m[3]}", text)
        README.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found is not None
    assert found[2] == make() + "\n"


def test_every_command_is_in_the_readme_and_no_other() -> None:
    group = typer.main.get_command(app)
    named = set(
        re.findall(r"^\| `sokhoro1 (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named == set(getattr(group, "commands"))  # noqa: B009 - typer's group has no type for it


def test_the_two_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands == ["demo", "test"]
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert "\nmake test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_written_configuration_shows_every_key_with_its_default() -> None:
    template = (ROOT / "templates" / NAME).read_text(encoding="utf-8")
    for key, value in known_keys(Settings).items():
        name = key.rpartition(".")[2]
        shown = rf"^(# )?({name} = |\[\[{name}\]\]$)"  # a list of sections has no line of its own
        assert re.search(shown, template, re.MULTILINE), key
        if isinstance(value, str):
            assert f'{name} = "{value}"' in template, key
        elif isinstance(value, bool):  # as TOML writes it
            assert f"{name} = {str(value).lower()}\n" in template, key
        elif isinstance(value, (int, float)):
            assert f"{name} = {value}\n" in template, key


def test_the_written_configuration_has_a_working_example_of_each_kind_of_target() -> None:
    text = (ROOT / "templates" / NAME).read_text(encoding="utf-8")
    _, _, section = text.partition("# ปลายทางที่จะนำหน้าเว็บไปวาง")
    blocks = re.findall(r"^# \[\[targets\]\]\n(?:# \w+ = .*\n)+", section, re.MULTILINE)
    examples = [
        Target.model_validate(
            tomllib.loads(block.replace("# ", "", block.count("\n")))["targets"][0]
        )
        for block in blocks
    ]
    kinds = {example.kind for example in examples}
    assert kinds | {"webdav+http"} == set(TARGET_KINDS)
    for key in known_keys(Target):
        assert re.search(rf"^#\s+(.*\s)?{key}\s", section, re.MULTILINE), key


def test_the_extras_are_what_the_program_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert [*extras["sftp"], *extras["s3"]] == list(NEEDS.values())
    assert extras["postgres"] == [engines.NEEDED]
    assert extras["analytics"] == [DUCKDB]


def test_no_pin_names_a_machine_or_a_registry() -> None:
    """A requirement file is read wherever packages come from there."""
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "/home/" not in text
