"""What a file stands among: the documents of the workspace around it."""

from __future__ import annotations

from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver import files
from tenantc.driver.rulebook import library_documents
from tenantc.driver.workspace import load
from tenantc.model.stack import Documents


def documents_for(start: Path) -> tuple[Documents, list[Diagnostic]]:
    """The documents of the workspace around a path, or the library's if there is none."""
    root = files.find_workspace(start)
    loaded = load(root) if root is not None else None
    if loaded is None:
        return library_documents(), []
    if loaded.value is None:
        return library_documents(), list(loaded.diagnostics)
    own = [one for one in loaded.value.diagnostics if not one.code.startswith("T5")]
    return loaded.value.documents, own
