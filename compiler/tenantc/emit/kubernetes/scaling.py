"""When the number of replicas changes and by how much, whatever it follows."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from tenantc.emit.document import Slot, Tree, Unsupported

SETTINGS: Final = "infrastructure.auto_scaling"
TARGET: Final = f"{SETTINGS}.target_utilization"
FACTOR: Final = f"{SETTINGS}.max_scale_factor"
UP: Final = f"{SETTINGS}.scale_up_threshold"
DOWN: Final = f"{SETTINGS}.scale_down_threshold"

# How often the controller decides, so the length of one step: the default of --horizontal-pod-autoscaler-sync-period
# https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
_STEP_SECONDS: Final = 15

# The minor version from which HPAConfigurableTolerance is on unless it is switched off:
# https://www.kubernetes.dev/resources/keps/4951/
_TOLERANT: Final = 35
_HALF: Final = Decimal("0.5")
_PLACES: Final = Decimal("0.0001")

Tolerances = tuple[str | None, str | None]


def behavior(
    growth: dict[str, Tree], tolerances: Tolerances, up_cooldown: Slot | None, down_cooldown: Slot | None
) -> Tree:
    """How replicas are added and taken away.

    A cooldown is a stabilisation window: of the recommendations in it Kubernetes takes the lowest before it adds
    replicas and the highest before it takes some away, so the load has to stay high, or low, that long; 0 to 3600 s in
    both (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/).
    What is left out is Kubernetes' default: no wait before growing, 300 s before shrinking.
    """
    up, down = tolerances
    return {
        "scaleUp": {"stabilizationWindowSeconds": up_cooldown, "tolerance": up, **growth},
        "scaleDown": {"stabilizationWindowSeconds": down_cooldown, "tolerance": down},
    }


def growth(factor: int | float | None) -> dict[str, Tree] | Unsupported:
    """How much one step may add: a whole percentage of the replicas that run, which Kubernetes rounds up to a replica.

    Stated alone it takes the place of Kubernetes' own policies, one of which (four pods a step) would let a small
    workload grow faster than the factor says.
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies
    """
    if factor is None:
        return {}
    percent = (Decimal(str(factor)) - 1) * 100
    if percent != int(percent):
        return Unsupported(FACTOR, ("give it at most two decimal places",))
    if percent == 0:  # a policy of 0 % is refused; this is how Kubernetes says never
        return {"selectPolicy": "Disabled"}
    return {"policies": [{"type": "Percent", "value": int(percent), "periodSeconds": _STEP_SECONDS}]}


def tolerances(version: str, target: int, up: int | float | None, down: int | float | None) -> Tolerances | Unsupported:
    """How far use may lie above and below the target, as a share of it, before replicas are added or taken away.

    Kubernetes measures use in whole percent, so a bound stands halfway between the last that is within and the first
    that is not: nothing is lost by rounding, and no comparison of fractions comes out the other way.
    https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/controller/podautoscaler/replica_calculator.go
    """
    if int(version.partition(".")[2]) < _TOLERANT:
        return None, None
    above = below = None
    if up is not None:
        most = int((Decimal(str(up)) * 100).to_integral_value(ROUND_FLOOR))
        if most < target:
            return Unsupported(TARGET, (f"set it to at most {most}", f"set `{UP}` to at least {_share(target)}"))
        above = (most + _HALF - target) / target
    if down is not None:
        least = int((Decimal(str(down)) * 100).to_integral_value(ROUND_CEILING))
        if least > target:
            return Unsupported(TARGET, (f"set it to at least {least}", f"set `{DOWN}` to at most {_share(target)}"))
        below = (target - least + _HALF) / target
    return _quantity(above), _quantity(below)


def _share(percent: int) -> str:
    return f"{(Decimal(percent) / 100).normalize():f}"


def _quantity(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.quantize(_PLACES).normalize():f}"
