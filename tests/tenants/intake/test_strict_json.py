"""JSON read strictly: a key given twice is named wherever it stands, and nothing else is held against a text."""

import json

import pytest
from huifang_tenants.intake import BadJson, DuplicateKey, parse
from hypothesis import given
from hypothesis import strategies as st

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_values, st.booleans(), st.sampled_from([None, 1]))
def test_what_gives_no_key_twice_is_read_as_any_reader_does(value, escaped, indent):
    words = json.dumps(value, ensure_ascii=escaped, indent=indent)
    assert parse(words) == parse(words.encode("utf-8", "surrogatepass")) == value


@given(_values, _values, st.text(), st.booleans())
def test_a_key_given_twice_is_refused_whatever_stands_around_it(value, other, key, escaped):
    name, one, two, around = (json.dumps(each, ensure_ascii=escaped) for each in (key, value, value, other))
    words = f'{{"before": [{around}], "inner": {{{name}: {one}, "x{key and "y"}": 1, {name}: {two}}}}}'
    if key in ("x", "xy"):
        return
    with pytest.raises(DuplicateKey):
        parse(words)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ('{"id":"E1","id":"E2"}', "id"),
        ('{"id":"E1","data":{"on":"2026-01-01","on" : "2026-01-02"}}', "data.on"),
        (
            '{"data":{"contract":{"fees":[{"name":"a"},{"rate":"1","rate":"1"}]}}}',
            "data.contract.fees.2.rate",
        ),
        ('[1,{"a":{"b":1,"b":1}}]', "2.a.b"),
        (r'{"a":"\u003a","b":1,"b":2}', "b"),
        (r'{"id":1,"\u0069d":1}', "id"),
    ],
)
def test_the_key_is_named_with_its_place(words, field):
    with pytest.raises(DuplicateKey) as refused:
        parse(words)
    assert refused.value.field == field
    assert repr(field.rpartition(".")[2]) in refused.value.problem.message.en


@pytest.mark.parametrize("words", ["", "{", '{"a":1,}', "nan", '{"a":1}{"a":1}', "[" * 5000, '"\\ud800"'])
def test_what_is_no_json_is_told_as_that(words):
    with pytest.raises(BadJson):
        parse(words)
