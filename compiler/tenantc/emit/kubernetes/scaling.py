"""When the number of replicas changes and by how much, whatever it follows."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, TypeAlias

from tenantc.emit.document import Slot, Tree, Unsupported

_SETTINGS: Final = "infrastructure.auto_scaling"
METRICS: Final = f"{_SETTINGS}.custom_metrics"
PREDICTIVE: Final = f"{_SETTINGS}.predictive_scaling"
MOST: Final = f"{_SETTINGS}.max_capacity"
_ENABLED: Final = f"{_SETTINGS}.enabled"
_TARGET: Final = f"{_SETTINGS}.target_utilization"
_FACTOR: Final = f"{_SETTINGS}.max_scale_factor"
_UP: Final = f"{_SETTINGS}.scale_up_threshold"
_DOWN: Final = f"{_SETTINGS}.scale_down_threshold"
KEDA: Final = "workspace.kubernetes.keda"
_MEASURED: Final = "workspace.kubernetes.scaling_metrics"

LOOKS: Final = (
    *(_ENABLED, KEDA, PREDICTIVE, METRICS, _MEASURED, _TARGET, _FACTOR, _UP, _DOWN),
    "workspace.kubernetes.version",
)
"""What every autoscaler of ours looks at, whichever object says it; all place the following."""
LEAST: Final = f"{_SETTINGS}.min_capacity"
COOLDOWNS: Final = (f"{_SETTINGS}.scale_up_cooldown", f"{_SETTINGS}.scale_down_cooldown")

# How often the controller decides, so the length of one step: the default of --horizontal-pod-autoscaler-sync-period
# https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
_STEP_SECONDS: Final = 15

# The minor version from which HPAConfigurableTolerance is on unless it is switched off:
# https://www.kubernetes.dev/resources/keps/4951/
_TOLERANT: Final = 35
_HALF: Final = Decimal("0.5")
_PLACES: Final = Decimal("0.0001")

_Thresholds: TypeAlias = tuple[int | float | None, int | float | None]
_Tolerances: TypeAlias = tuple[str | None, str | None]


def lacking(most: object) -> Unsupported:
    """Refuses to scale without the most replicas or, where those are stated, a target."""
    return Unsupported(MOST if most is None else _TARGET, (f"set it, or set `{_ENABLED}` to false",))


def behavior(
    version: str,
    target: int,
    factor: int | float | None,
    thresholds: _Thresholds,
    cooldowns: tuple[Slot | None, Slot | None],
) -> Tree | Unsupported:
    """How replicas are added and taken away.

    A cooldown is a stabilisation window: of the recommendations in it Kubernetes takes the lowest before it adds
    replicas and the highest before it takes some away, so the load has to stay high, or low, that long; 0 to 3600 s in
    both (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/).
    What is left out is Kubernetes' default: no wait before growing, 300 s before shrinking.
    """
    growth, tolerances = _growth(factor), _tolerances(version, target, thresholds)
    if isinstance(growth, Unsupported):
        return growth
    if isinstance(tolerances, Unsupported):
        return tolerances
    (up, down), (up_cooldown, down_cooldown) = tolerances, cooldowns
    return {
        "scaleUp": {"stabilizationWindowSeconds": up_cooldown, "tolerance": up, **growth},
        "scaleDown": {"stabilizationWindowSeconds": down_cooldown, "tolerance": down},
    }


def _growth(factor: int | float | None) -> dict[str, Tree] | Unsupported:
    """How much one step may add: a whole percentage of the replicas that run, which Kubernetes rounds up to a replica.

    Stated alone it takes the place of Kubernetes' own policies, one of which (four pods a step) would let a small
    workload grow faster than the factor says.
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies
    """
    if factor is None:
        return {}
    percent = (Decimal(str(factor)) - 1) * 100
    if percent != int(percent):
        return Unsupported(_FACTOR, ("give it at most two decimal places",))
    if percent == 0:  # a policy of 0 % is refused; this is how Kubernetes says never
        return {"selectPolicy": "Disabled"}
    return {"policies": [{"type": "Percent", "value": int(percent), "periodSeconds": _STEP_SECONDS}]}


def _tolerances(version: str, target: int, thresholds: _Thresholds) -> _Tolerances | Unsupported:
    """How far use may lie above and below the target, as a share of it, before replicas are added or taken away.

    Kubernetes measures use in whole percent, so a bound stands halfway between the last that is within and the first
    that is not: nothing is lost by rounding, and no comparison of fractions comes out the other way.
    https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/controller/podautoscaler/replica_calculator.go
    """
    if int(version.partition(".")[2]) < _TOLERANT:
        return None, None
    up, down = thresholds
    above = below = None
    if up is not None:
        most = int((Decimal(str(up)) * 100).to_integral_value(ROUND_FLOOR))
        if most < target:
            return Unsupported(_TARGET, (f"set it to at most {most}", f"set `{_UP}` to at least {_share(target)}"))
        above = (most + _HALF - target) / target
    if down is not None:
        least = int((Decimal(str(down)) * 100).to_integral_value(ROUND_CEILING))
        if least > target:
            return Unsupported(_TARGET, (f"set it to at least {least}", f"set `{_DOWN}` to at most {_share(target)}"))
        below = (target - least + _HALF) / target
    return _quantity(above), _quantity(below)


def _share(percent: int) -> str:
    return f"{(Decimal(percent) / 100).normalize():f}"


def _quantity(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.quantize(_PLACES).normalize():f}"
