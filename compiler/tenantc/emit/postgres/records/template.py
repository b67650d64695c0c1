"""The tables that a schema of a tenant's own begins with, and what a later version of them changes."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import procedure
from tenantc.emit.statement import Literal, Sql, code

_APPLIED: Final = """
CREATE TABLE IF NOT EXISTS tenantc.templates (
  home name PRIMARY KEY,
  digest text NOT NULL
)"""
# Unqualified names mean what the schema holds, after what is PostgreSQL's own. What was run is not run again.
_APPLY: Final = """
DECLARE
  body CONSTANT text := {template};
  version CONSTANT text := encode(sha256(convert_to(body, 'UTF8')), 'hex');
BEGIN
  IF body = '' OR EXISTS (SELECT FROM tenantc.templates AS t WHERE t.home = lives_in AND t.digest = version) THEN
    RETURN;
  END IF;
  PERFORM set_config('search_path', quote_ident(lives_in) || ', pg_temp', true);
  EXECUTE body;
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
  INSERT INTO tenantc.templates (home, digest) VALUES (lives_in, version)
    ON CONFLICT (home) DO UPDATE SET digest = excluded.digest;
END
"""


def template(text: str | None) -> list[Sql]:
    """`text` is the platform's own SQL, which runs as whoever runs the tenant's records.sql."""
    apply = "tenantc.apply_template(lives_in name)"
    return [code(_APPLIED), procedure(apply, _APPLY, "invoker", template=Literal(text or ""))]
