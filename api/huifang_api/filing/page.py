"""The script as a page that any browser shows and prints: one file, without anything from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Final

from huifang_api.filing.document import Document

_STYLE: Final = (
    "body{font:16px/1.8 'Noto Serif SC','Songti SC',SimSun,serif;color:#1d2433;max-width:48em;margin:3em auto;padding:0 1.5em}"
    "h1,h2,.mark,th,dt{font-family:'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif}h1,h2{color:#0f4c75}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.3em 1.5em}dt,.mark,.way{color:#5b6577}dd{margin:0;overflow-wrap:anywhere}"
    "section{break-inside:avoid;margin:1.4em 0}section p{margin:.2em 0 .2em 1.6em}ul{margin:.2em 0 .2em 1.6em}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;border-bottom:1px solid #b9c1cd;padding:.4em .6em;"
    "vertical-align:top}"
)


def page(document: Document) -> str:
    """Return the page; everything the script says is escaped."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    title = escape(document.title)
    yield '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{title}</h1>\n<dl>"
    checked = "每一条走到完成的路径均覆盖全部适用内容" if document.holds else "核查发现问题，见 proof.json"
    for name, value in (
        ("保险机构", document.insurer),
        ("话术编号", document.script),
        ("版本", str(document.version)),
        ("内容校验值", document.hash),
        ("所属插件", f"{document.plugin} {document.plugin_version}"),
        ("核查结论", checked),
    ):
        yield f"<dt>{name}</dt><dd>{escape(value)}</dd>"
    yield "</dl>\n<h2>话术全文</h2>"
    for step in document.steps:
        marks = [step.kind, step.covers and f"内容：{step.covers}", step.when and f"仅当 {step.when}"]
        yield f'<section id="s{step.number}">'
        words = "　".join(escape(mark) for mark in marks if mark)
        yield f'<div class="mark"><strong>{step.number}.</strong> {words}</div>'
        if step.text:
            yield f"<p>{escape(step.text)}</p>"
        if step.choices:
            yield "<ul>"
            for choice in step.choices:
                yield f"<li>{escape(choice.label)}{_way(choice.leads_to)}</li>"
            yield "</ul>"
        if step.open_answer:
            yield f"<p>{escape(step.open_answer)}</p>"
        if step.leads_to is not None:
            yield f"<p>之后{_way(step.leads_to)}</p>"
        yield "</section>"
    yield "<h2>内容要求与对应步骤</h2>\n<table>\n<tr><th>内容</th><th>依据</th><th>步骤</th><th>适用情形</th></tr>"
    for item in document.items:
        steps = "、".join(str(number) for number in item.steps) or "—"
        cells = (item.title, "、".join(item.cites), steps, item.applies or "全部")
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>\n</body>\n</html>"


def _way(number: int | None) -> str:
    return "" if number is None else f' <a class="way" href="#s{number}">→ 第{number}步</a>'
