"""A report by a template of the user's own, with the contract as its context (extra ``report``).

The template runs in Jinja2's sandbox: it may read the contract and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from ..issues import InvalidInput, Issue, Place, Problems
from ..situation import read_file
from . import extra
from .text import citation, percent

_MARKUP = {"html", "htm", "xhtml", "xml", "svg"}


def render_template(path: str, documents: Sequence[dict[str, Any]]) -> str:
    """The template in a file, filled with each document in turn; raises InvalidInput.

    The document's fields are variables (``{{ profile.title }}``); ``document`` is the whole.
    Text is escaped when a part of the file's name is .html, .htm, .xhtml, .xml or .svg. Filters
    beside Jinja2's own: ``cite`` (a list of sources in one line) and ``percent`` (a share as a
    whole number).
    """
    problems = Problems()
    data = read_file(Path(path), path, problems)
    problems.raise_if_any()
    jinja = extra("jinja2", "Jinja2", "report")
    sandbox = extra("jinja2.sandbox", "Jinja2", "report").ImmutableSandboxedEnvironment(
        undefined=jinja.StrictUndefined,
        autoescape=_is_markup(path),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    sandbox.filters |= {"cite": citation, "percent": percent}
    try:
        template = sandbox.from_string(data.decode("utf-8"))
        return "".join(template.render(**d, document=d) for d in documents)
    except UnicodeDecodeError:
        raise InvalidInput([Issue("TP001", "the template is not UTF-8 text", Place(path))]) from None
    except jinja.TemplateSyntaxError as error:
        raise _wrong(
            "TP002", f"the template cannot be read: {error.message}", path, data, error.lineno
        ) from None
    except Exception as error:  # a template may fail in any way: what it called raises
        what = f"the template cannot be filled: {_reason(error)}"
        raise _wrong("TP003", what, path, data, _line(error)) from None


def _is_markup(path: str) -> bool:
    """Whether a template's name, as report.html.j2, says that it writes HTML or XML."""
    return not _MARKUP.isdisjoint(PurePath(path).name.lower().split(".")[1:])


def _reason(error: BaseException) -> str:
    """What an error says, or its kind if it says nothing."""
    return str(error).strip() or type(error).__name__


def _line(error: BaseException) -> int:
    """The line of the template in which an error arose; 0 if it cannot be told."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _wrong(code: str, message: str, path: str, data: bytes, line: int) -> InvalidInput:
    lines = data.decode("utf-8").splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return InvalidInput([Issue(code, message, Place(path, line, 1, max(1, len(text)), text),
                               ("its variables are the fields of 'dss assess --format json'",))])
