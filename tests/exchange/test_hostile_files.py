"""Whatever a file holds, it ends in a report, by the screen and by the command, and only the lines
that can be taken change anything."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.db import session
from portal.schema.services import Service
from portal.schema.uploads import Upload
from tests.exchange.test_importing_by_command import run
from tests.exchange.test_importing_lists import bring, mapped, show, whole
from tests.support.people import Clinic
from tests.support.statements import at_most

HEAD = b"name,code,duration\n"
ROWS = 100_000
NEEDED = "The import needs the column name. Say which it is: --column name=HEADER."


@dataclass(frozen=True)
class Hostile:
    """A file; which services it may add, and what is said of it, if a part of it is taken."""

    content: bytes
    added: frozenset[str] = frozenset()
    said: str = ""
    # what the screen says when it takes nothing; the command may take the good lines all the same
    screen: str = ""


def taken(content: bytes, said: str, *added: str) -> Hostile:
    return Hostile(HEAD + content, frozenset(added), said)


def no_table(content: bytes, said: str) -> Hostile:
    return Hostile(content, said=said, screen=said)


FILES = {
    "formulas": taken(b"=1+1,=A1,20\n@SUM(A1),+1,20\n-2,,20\n",
                      "3 added", "=1+1", "@SUM(A1)", "-2"),
    "formulas made harmless": taken(b"'=1+1,'+1,20\n", "1 added", "=1+1"),
    "a field of 7 MB": taken(b"x" * 7_000_000 + b",,20\nVisit,,20\n",
                             "is longer than a megabyte", "Visit"),
    "a field of 10 MB": Hostile(HEAD + b"x" * 10_000_000 + b",,20\nVisit,,20\n",
                                frozenset({"Visit"}), "is longer than a megabyte", "too large"),
    "Latin-1": no_table("näme,code\nVisit,\n".encode("latin-1"), "in another encoding"),
    "Latin-1 in a line": taken("Prüfung,,20\nVisit,,20\n".encode("latin-1"),
                               "in another encoding", "Visit"),
    "UTF-8 cut short": taken("Visit,,20\nPrü".encode()[:-1], "in another encoding", "Visit"),
    "UTF-16": no_table("name\nVisit\n".encode("utf-16"), "The file is UTF-16"),
    "UTF-16 without its mark": no_table("name\nVisit\n".encode("utf-16-le"), "file is not text"),
    "NUL": no_table(b"na\0me,code\nVisit,\n", "file is not text"),
    "NUL far down": taken(b"Visit,,20\n" * 2_000 + b"Ev\0il,,20\nOdd,,2\x000\n",
                          "holds a character that no text has", "Visit"),
    "a key many times": taken(b"Visit,,20\n" * 50 + b"VISIT,,30\n", "1 added", "Visit"),
    "ragged rows": taken(b"Visit,,20\nOne\nOne,two,3,4\n,,20,\n",
                         "has 4 columns, the first line has 3", "Visit"),
    "no header": no_table(b"", "The file is empty."),
    "a header of blanks": Hostile(b" , ,\nVisit,,20\n", said=NEEDED,
                                  screen="The import needs this column."),
    "a line in place of the header": Hostile(b"Visit,99213,20\nCheck-up,,20\n", said=NEEDED,
                                             screen="The import needs this column."),
    "an open quotation mark": taken(b'"Visit,,20\nOther,,20\n', "has a quotation mark", "Other"),
    "an open quotation mark in the header": no_table(b'"name,code\nVisit,\n', "a quotation mark"),
    "a quotation mark inside": taken(b'Vi"sit,,20\nA" b,,2"0\n"x"y,,20\n',
                                     "is not a whole number", 'Vi"sit'),
    "another delimiter": Hostile(b"name;code;duration\nVisit;;20\n", frozenset({"Visit"}),
                                 "1 added"),
    "a delimiter nobody uses": Hostile(b"name^code\nVisit^\n", said=NEEDED,
                                       screen="The import needs this column."),
    "numbers that are none": taken("Visit,,1e3\nOne,,٣٠\nTwo,,-5\nThree,,99999999999\n".encode(),
                                   "is not a whole number"),
    "too long": taken(b"v" * 201 + b",,20\nVisit," + b"9" * 51 + b",20\n",
                      "is longer than 50 characters"),
    "a workbook": no_table(b"PK\x03\x04" + b"\0" * 40, "a spreadsheet or a zip"),
}  # fmt: skip


@pytest.fixture(params=FILES)
def hostile(request) -> Iterator[Hostile]:
    return FILES[request.param]


def services(clinic: Clinic) -> frozenset[str]:
    with clinic.at_work():
        return frozenset(session.scalars(select(Service.name)))


def test_by_the_screen(browser, alder, hostile):
    browser.sign_in(alder.admin)
    if not hostile.screen:
        shown, done = (
            " ".join(each.split()) for each in whole(browser, "services", hostile.content)
        )
        for page in (shown, done):
            assert hostile.said.replace("1 added", "1 line added").replace(
                "3 added", "3 lines added"
            ) in page.replace("&#39;", "'")
        assert services(alder) == hostile.added
        return
    brought = bring(browser, "services", hostile.content)
    if brought.status_code == 303:
        brought = show(browser, brought.location, mapped(browser.get(brought.location).text))
    assert brought.status_code in (413, 422)
    assert hostile.screen in brought.text
    assert services(alder) == frozenset()


def test_by_the_command(app, alder, hostile, tmp_path):
    file = tmp_path / "services.csv"
    file.write_bytes(hostile.content)
    done = run(app, "services", str(file), "--tenant", alder.slug)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert hostile.said in done.output
    assert services(alder) == hostile.added


def test_a_hundred_thousand_rows_by_the_screen(browser, alder):
    browser.sign_in(alder.admin)
    address = bring(browser, "services", HEAD + b"Visit,,20\n" * ROWS).location
    refused = show(browser, address, mapped(browser.get(address).text))
    assert refused.status_code == 422
    assert "more than 10000 rows" in refused.text
    assert services(alder) == frozenset()


def test_a_hundred_thousand_rows_by_the_command(app, alder, tmp_path):
    file = tmp_path / "services.csv"
    file.write_bytes(HEAD + b"Visit,,20\n" * (ROWS - 2) + b"Other,,x\n,,20\n")
    done = run(app, "services", str(file), "--tenant", alder.slug)
    assert done.output.endswith("1 added, 99997 already here, 2 refused.\n")
    assert f"line {ROWS}: default_duration_minutes: is not a whole number" in done.output
    assert services(alder) == {"Visit"}


def test_the_report_is_turned_by_pages_and_can_be_downloaded(browser, alder):
    browser.sign_in(alder.admin)
    lines = b"".join(b"Service %d,,20\n" % n for n in range(400)) + b"Visit,,x\n"
    address = bring(browser, "services", HEAD + lines).location
    typed = mapped(browser.get(address).text)
    shown = show(browser, address, typed)
    assert "201 more lines are not shown." in shown.text
    ahead = browser.send(address, typed | {"do": "report"}).data.decode("utf-8-sig").splitlines()
    assert (len(ahead), services(alder)) == (402, frozenset())
    assert browser.get(f"{address}/report").location == address
    whole(browser, "services", HEAD + lines)
    with alder.at_work():
        done = session.scalar(select(Upload.id).where(Upload.status == "imported"))
    assert "is not a whole number" in browser.get(f"/exchange/imports/{done}").text
    assert "is not a whole number" not in browser.get(f"/exchange/imports/{done}?page=2").text
    report = browser.get(f"/exchange/imports/{done}/report").data.decode("utf-8-sig").splitlines()
    assert report == ahead
    assert report[1] == "2,added,"
    assert report[-1] == "402,refused,Minutes: is not a whole number"


def test_ten_thousand_lines_take_few_statements(app, alder, tmp_path):
    file = tmp_path / "plans.csv"
    file.write_text(
        "payer,code,plan\n" + "".join(f"Payer {n % 700},C{n},Plan {n}\n" for n in range(10_000))
    )
    with at_most(60):
        done = run(app, "plans", str(file), "--tenant", alder.slug)
    assert done.output.endswith("10000 added, 0 already here, 0 refused.\n")
    with at_most(12):
        again = run(app, "plans", str(file), "--tenant", alder.slug)
    assert again.output.endswith("0 added, 10000 already here, 0 refused.\n")
