"""What has to be told to Terraform when tenants stand in other roots than before: nothing is made anew or destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tenantc.driver.adoption import module_of
from tenantc.driver.build_roots import Roots, Standing
from tenantc.emit.terraform.imports import Import, blocks

FILE: Final = "moves.tf.json"
ENTER: Final = "enter"
LEAVE: Final = "leave"
# what a root needs to forget something: where its state is, and who reads it
_ROOT: Final = ("backend.tf.json", "provider.tf.json", "versions.tf.json")


@dataclass(slots=True)
class _Blocks:
    imports: list[Import] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def text(self) -> bytes:
        return blocks(self.imports, self.moved, self.removed)


class Relocation:
    """The move of all tenants from the roots of one build to those of another.

    `files` are, by path, what to lay beside the roots of the new build (`enter/…`), and roots in which to forget what
    left for good (`leave/…`). `left` are addresses of what the new build has no place for: nobody manages it any more.
    """

    def __init__(self, old: Roots, new: Roots, ids: Mapping[str, Any]) -> None:
        self._old, self._new, self._ids = old, new, ids
        self._enter: dict[str, _Blocks] = {}
        self._leave: dict[str, _Blocks] = {}
        self.left: list[str] = []
        self.tenants: list[str] = []
        for folder, before in sorted(old.standings.items()):
            after = new.standings.get(folder)
            if after is not None and (before.root, before.module) != (after.root, after.module):
                self.tenants.append(before.tenant)
                self._move(before, after)
        self.files = self._files()

    def _move(self, before: Standing, after: Standing) -> None:
        old, new = module_of(self._old, before, self._ids), module_of(self._new, after, self._ids)
        stays = [one for one in old if one.address in new.resources]
        self.left += [before.address(one.address) for one in old if one.address not in new.resources]
        entered = self._enter.setdefault(after.root, _Blocks())
        if self._share_a_state(before, after):
            entered.moved += [(before.address(one.address), after.address(one.address)) for one in stays]
            return
        entered.imports += [Import(after.address(one.address), old.id_of(one), after.provider_of(one)) for one in stays]
        # a root that there still is forgets by itself what left it
        room = self._enter if before.root in self._new.roots() else self._leave
        gone = [before.module] if before.module else [*dict.fromkeys(one.block for one in old)]
        room.setdefault(before.root, _Blocks()).removed += gone

    def _share_a_state(self, before: Standing, after: Standing) -> bool:
        if before.root == after.root:
            return True
        backend = self._old.backend(before.root)
        return backend is not None and backend == self._new.backend(after.root)

    def _files(self) -> dict[str, bytes]:
        found = {f"{ENTER}/{root}/{FILE}": one.text() for root, one in self._enter.items()}
        for root, one in self._leave.items():
            found[f"{LEAVE}/{root}/{FILE}"] = one.text()
            for name in _ROOT:
                if f"{root}/{name}" in self._old.files(root):
                    found[f"{LEAVE}/{root}/{name}"] = self._old.read(f"{root}/{name}")
        return {path: data for path, data in found.items() if data}
