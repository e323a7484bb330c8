"""What a model needs is held against what is free, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.core.errors import ResourceError
from edgekit.engine.llama.memory_need import MemoryNeed, measured_need, require_memory
from edgekit.engine.memory import available_memory

GB = 1_000_000_000


@given(st.integers(0, 8 * GB), st.integers(1, 8 * GB), st.integers(0, GB), st.integers(0, 9 * GB))
def test_a_model_is_refused_exactly_where_it_needs_more_than_is_free(
    weights: int, cache: int, work: int, free: int
) -> None:
    need = MemoryNeed(weights, cache, work)
    if need.total <= free:
        require_memory("m.gguf", need, free, context=4096)
        return
    with pytest.raises(ResourceError) as caught:
        require_memory("m.gguf", need, free, context=4096)
    assert caught.value.hint is not None
    if "--context" in caught.value.hint:
        fitting = int(caught.value.hint.rpartition("--context ")[2].rstrip("`"))
        assert 256 <= fitting < 4096
        assert weights + work + cache * fitting / 4096 <= free


def test_a_refusal_says_what_it_needs_and_what_is_free() -> None:
    with pytest.raises(ResourceError) as caught:
        require_memory("m.gguf", MemoryNeed(2 * GB, GB, GB // 2), 3 * GB, context=8192)
    assert str(caught.value).splitlines() == [
        "`m.gguf` needs 3.5 GB of memory, and 3.0 GB are free",
        "  - weights: 2.0 GB",
        "  - a context of 8,192 tokens: 1.0 GB",
        "  - computing: 500 MB",
    ]
    assert caught.value.hint == "close other programs, or use a smaller context: `--context 4096`"


def test_what_is_free_is_not_known_everywhere() -> None:
    require_memory("m.gguf", MemoryNeed(GB, GB, GB), None, context=16)


def test_sizes_are_read_from_what_llama_says() -> None:
    lines = [
        "llama_context:        CPU  output buffer size =     1.00 MiB\n",
        "llama_kv_cache:        CPU KV buffer size =     0.00 MiB\n",
        "llama_kv_cache: size =   12.00 MiB (  4096 cells,   3 layers,  1/1 seqs), K (f16):    6.00 MiB\n",
        "llama_kv_cache: size =    1.50 MiB (   640 cells,  15 layers,  1/1 seqs), K (f16):    1.00 MiB\n",
        "llama_memory_recurrent: size =    2.00 MiB (  1 cells)\n",
        "sched_reserve:        CPU compute buffer size =     3.25 MiB\n",
    ]
    assert measured_need(5, lines) == MemoryNeed(5, int(15.5 * 2**20), int(4.25 * 2**20))


def test_a_container_has_what_its_limit_leaves(tmp_path: Path) -> None:
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    proc.mkdir()
    groups.mkdir()
    (proc / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 8000 kB\n")
    assert available_memory(proc, groups) == 8_192_000
    (groups / "memory.max").write_text("max\n")
    (groups / "memory.current").write_text("500000\n")
    (groups / "memory.stat").write_text("anon 1\ninactive_file 200000\n")
    assert available_memory(proc, groups) == 8_192_000
    (groups / "memory.max").write_text("1000000\n")
    assert available_memory(proc, groups) == 700_000
    (groups / "memory.current").write_text("5000000\n")
    assert available_memory(proc, groups) == 0
    old = groups / "memory"
    old.mkdir()
    (old / "memory.limit_in_bytes").write_text("100\n")
    (old / "memory.usage_in_bytes").write_text("40\n")
    (old / "memory.stat").write_text("total_inactive_file 10\n")
    (groups / "memory.max").write_text("1000000\n")
    (groups / "memory.current").write_text("1\n")
    assert available_memory(proc, groups) == 70
