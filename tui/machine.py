"""What the screen of the device asks: what this machine is, how warm and full, how fast it translates."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgekit.core.events import Event, Progress
from edgekit.core.units import bytes_in_words
from tui.models import OpenTranslator

# Of our own making, of the length of a sentence in a school book.
SENTENCES = (
    "The water in the puddle is gone because the sun has warmed it.",
    "Plants use light, water and air to make the sugar that they live on.",
    "Read the first paragraph on page twelve and answer the questions below it.",
    "A magnet pulls at iron, but it leaves copper, wood and glass where they are.",
    "When the moon stands between the earth and the sun, its shadow falls on us.",
    "The teacher asked the children to write down what they had seen in the garden.",
    "If you double the length of every side, the area becomes four times as large.",
    "In winter the days are short, since our half of the earth leans away from the sun.",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """words, seconds: of the source, of one core's worth of threads as the engine chose them."""

    words: int
    seconds: float

    @property
    def rate(self) -> float:
        """Words a second."""
        return self.words / self.seconds


def describe(system: Path = Path("/sys")) -> list[tuple[str, str]]:
    """(what, value) of this machine; what the system does not tell is left out."""
    from edgekit.pipeline.device import describe_device

    here = describe_device()
    machine = here.machine
    rows = [("processor", f"{machine.processor} ({machine.architecture})"), ("cores", str(machine.cores))]
    if machine.memory_bytes is not None:
        memory = bytes_in_words(machine.memory_bytes)
        if machine.available_bytes is not None:
            memory += f", {bytes_in_words(machine.available_bytes)} available"
        rows.append(("memory", memory))
    if machine.instructions is not None:
        rows.append(("instructions", ", ".join(machine.instructions)))
    warm = temperature(system)
    if warm is not None:
        rows.append(("temperature", f"{warm:.0f} °C"))
    rows.append(("providers", ", ".join(here.found)))
    rows.append(("chosen", ", ".join(name for name, _ in here.choice.providers)))
    rows += [(name, reason) for name, reason in here.choice.reasons]
    return rows


def temperature(system: Path = Path("/sys")) -> float | None:
    """The warmest thermal zone in degrees Celsius, where Linux has any (kernel.org, thermal/sysfs-api)."""
    zones = system.glob("class/thermal/thermal_zone*/temp")
    return max((warm for zone in zones if (warm := _degrees(zone)) is not None), default=None)


def _degrees(zone: Path) -> float | None:
    try:
        return int(zone.read_text("ascii")) / 1000
    except (OSError, ValueError):
        return None


def measure(
    translator: OpenTranslator,
    report: Callable[[Event], None],
    *,
    seconds: float = 60.0,
    sentences: Sequence[str] = SENTENCES,
    clock: Callable[[], float] = time.monotonic,
) -> Speed:
    """Translate the same sentences again and again for some seconds, in batches as a document would be."""
    batch = [sentence for _ in range(4) for sentence in sentences]
    words = sum(len(sentence.split()) for sentence in batch)
    translator.translate(batch[:1])
    done, begin = 0, clock()
    while (taken := clock() - begin) < seconds:
        translator.translate(batch)
        done += words
        report(Progress("measure", min(round(taken), round(seconds)), round(seconds), "steps"))
    return Speed(done, clock() - begin)
