"""The processors that an artifact can be made for, by the names that `--target` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from edgekit.core.errors import UsageError

# How the encoder computes: the student's own int8 as Q and DQ nodes; float32; uint16 x int8 on measured grids.
Form: TypeAlias = Literal["int8", "float", "measured"]


@dataclass(frozen=True, slots=True)
class Target:
    """A processor.

    provider: onnxruntime's name of what runs the encoder there; None where the one graph with the decode runs as it is.
    form: of the encoder, or of the one graph's weights (`int8` leaves them as the student has them).
    soc: the chip that a context binary is compiled for (QNN), or None.
    """

    name: str
    provider: str | None
    form: Form
    soc: str | None = None

    @property
    def id(self) -> str:
        """What an artifact's id ends with."""
        return self.name if self.soc is None else f"{self.name}-{self.soc}"


_TARGETS = (
    Target("openvino", "OpenVINOExecutionProvider", "int8"),
    Target("qnn", "QNNExecutionProvider", "measured"),
    Target("coreml", "CoreMLExecutionProvider", "float"),
    Target("cuda", None, "float"),
    Target("cpu-arm", None, "int8"),
    Target("cpu-x86", None, "int8"),
)

# Chip -> `soc_model` and `htp_arch` of onnxruntime's QNN provider, which are QNN_SOC_MODEL_* and QNN_HTP_DEVICE_ARCH_V*
# of Qualcomm's QnnTypes.h and QnnHtpDevice.h. A context binary is for one chip.
QNN_CHIPS: Mapping[str, tuple[int, int]] = {
    "sm8450": (36, 69),
    "sm8475": (42, 69),
    "sm8550": (43, 73),
    "sm8650": (57, 75),
    "sm8750": (69, 79),
    "sc8380xp": (60, 73),
}


def parse_target(text: str) -> Target:
    """`openvino`, or `qnn:sm8550` with the chip behind the colon. Raises UsageError with every name there is."""
    name, colon, soc = text.lower().partition(":")
    target = next((one for one in _TARGETS if one.name == name), None)
    listed = ", ".join(f"`{one.name}`" for one in _TARGETS)
    if target is None:
        raise UsageError(f"`{text}` is no target", hint=f"choose one of {listed}, or `qnn:CHIP`")
    if not colon:
        return target
    if name != "qnn":
        raise UsageError(f"`{name}` takes no chip", hint=f"write `--target {name}`")
    if soc not in QNN_CHIPS:
        raise UsageError(f"`{soc}` is no chip that is known", hint=f"choose one of {', '.join(QNN_CHIPS)}")
    return Target(target.name, target.provider, target.form, soc)
