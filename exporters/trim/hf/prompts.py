"""What a model is spoken to with, as far as its folder says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from exporters.trim.hf.folder import Folder
from exporters.trim.hf.json_file import read_bytes, read_object
from exporters.trim.hf.tokenizer_files import CONFIG

_TEMPLATE, _TEMPLATES, _SENTENCES = "chat_template.jinja", "chat_template.json", "config_sentence_transformers.json"


def read_prompts(folder: Folder, config: Mapping[str, Any]) -> Iterator[str]:
    """Chat templates, the prefixes of T5's tasks, the prompts of a sentence encoder."""
    if CONFIG in folder.tokenizer:
        yield from _templates(read_object(folder.path / CONFIG).get("chat_template"))
    if _TEMPLATE in folder.copied:
        yield read_bytes(folder.path / _TEMPLATE).decode("utf-8", "replace")
    if _TEMPLATES in folder.copied:
        yield from _templates(read_object(folder.path / _TEMPLATES).get("chat_template"))
    tasks = config.get("task_specific_params")
    for task in tasks.values() if isinstance(tasks, dict) else ():
        if isinstance(task, dict) and isinstance(task.get("prefix"), str):
            yield task["prefix"]
    if _SENTENCES in folder.copied:
        prompts = read_object(folder.path / _SENTENCES).get("prompts")
        yield from (text for text in prompts.values() if isinstance(text, str)) if isinstance(prompts, dict) else ()


def _templates(template: Any) -> Iterator[str]:
    """A chat template, or several as a list of name and template."""
    for one in template if isinstance(template, list) else [template]:
        text = one.get("template") if isinstance(one, dict) else one
        if isinstance(text, str):
            yield text
