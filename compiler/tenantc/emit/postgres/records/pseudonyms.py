"""Pseudonyms: what names a person, hashed as the tenant's settings say, with a key that never leaves its table."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql, code

KNOWN_HASHES: Final = ("none", "sha256", "sha512", "hmac_sha256")
"""Those that PostgreSQL computes without an extension."""

_KEYS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.hash_keys (
  tenant_id text PRIMARY KEY,
  key bytea NOT NULL
)"""
# RFC 2104 (https://www.rfc-editor.org/rfc/rfc2104#section-2) with the 64-byte blocks of SHA-256
_HMAC: Final = """
DECLARE
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
  short CONSTANT bytea := CASE WHEN length(key) > 64 THEN sha256(key) ELSE key END;
BEGIN
  FOR place IN 0 .. length(short) - 1 LOOP
    inner_pad := set_byte(inner_pad, place, get_byte(inner_pad, place) # get_byte(short, place));
    outer_pad := set_byte(outer_pad, place, get_byte(outer_pad, place) # get_byte(short, place));
  END LOOP;
  RETURN sha256(outer_pad || sha256(inner_pad || message));
END
"""
# Two random UUIDs hold 244 random bits: https://www.postgresql.org/docs/current/functions-uuid.html
_NEW_KEY: Final = """
BEGIN
  INSERT INTO tenantc.hash_keys
    VALUES (tenant, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) ON CONFLICT DO NOTHING;
END
"""
_PSEUDONYM: Final = """
BEGIN
  RETURN CASE tenantc.stated_text(tenant, 'security.encryption_config.field_hash')
    WHEN 'sha256' THEN encode(sha256(convert_to(value, 'UTF8')), 'hex')
    WHEN 'sha512' THEN encode(sha512(convert_to(value, 'UTF8')), 'hex')
    WHEN 'hmac_sha256' THEN encode(tenantc.hmac_sha256(
      (SELECT k.key FROM tenantc.hash_keys AS k WHERE k.tenant_id = tenant), convert_to(value, 'UTF8')), 'hex')
  END;
END
"""


def pseudonyms() -> list[Sql]:
    return [
        code(_KEYS),
        function("tenantc.hmac_sha256(key bytea, message bytea)", "bytea IMMUTABLE STRICT", _HMAC),
        function("tenantc.make_key(tenant text)", "void", _NEW_KEY),
        function("tenantc.pseudonym(tenant text, value text)", "text STABLE", _PSEUDONYM),
    ]
