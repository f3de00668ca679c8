"""Files made to take long or much memory: each is refused in words, or read a little at a time.

The kind: something of a file is as large as the file, and each of it costs more than its bytes.
"""

import tracemalloc
from io import BufferedReader, BytesIO
from itertools import islice

import pytest
from sqlalchemy import func, select

from portal.csv_reader import FileRefused, RejectedLine, read_table
from portal.db import session
from portal.schema.uploads import Upload
from tests.exchange.test_importing_lists import bring

HEAD = b"name,code,duration\n"
MEGABYTE = 1 << 20
REFUSED = {
    "140,000 columns": (b",".join(b"c%d" % n for n in range(140_000)) + b"\n", "at most 200"),
    "a million columns without a name": (b"," * 1_000_000 + b"\n", "at most 200"),
    "a name of a megabyte": (b"x" * 1_000_000 + b"\n", "more than 200 characters"),
    "eight million empty lines": (HEAD + b"\n" * (8 * MEGABYTE - 40), "remove the empty ones"),
    "a million empty lines of Windows": (HEAD + b"\r\n" * 1_000_000, "remove the empty ones"),
}
READ = {
    "four million lines in another encoding": HEAD + b"\xff\n" * 4_000_000,
    "a quotation mark before them": HEAD + b'"a\n' + b"\xff\n" * 4_000_000,
    "a quotation mark on each line": HEAD + b'"a\n' * 2_000_000,
    "rows of a million columns": HEAD + (b"," * 1_000_000 + b"\n") * 8,
    "four million quotation marks": HEAD + b'"' * 4_000_000,
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_nothing_is_kept(browser, alder, what) -> None:
    content, said = REFUSED[what]
    browser.sign_in(alder.admin)
    answer = bring(browser, "services", content)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(answer.data) < MEGABYTE
    with alder.at_work():
        assert session.scalar(select(func.count()).select_from(Upload)) == 0


@pytest.mark.parametrize("what", READ)
def test_its_first_lines_are_read_without_the_rest(what) -> None:
    stream = BufferedReader(BytesIO(READ[what]))
    tracemalloc.start()
    try:
        first = list(islice(read_table(stream).records, 5))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(isinstance(each, RejectedLine) for each in first)
    assert most < 80 * MEGABYTE
    if "million lines" in what:
        assert stream.tell() < MEGABYTE


def test_as_many_columns_as_may_be_are_read() -> None:
    names = ",".join(f"c{n}" for n in range(200))
    assert len(read_table(BufferedReader(BytesIO(names.encode()))).header) == 200
    with pytest.raises(FileRefused):
        read_table(BufferedReader(BytesIO(f"{names},one".encode())))
