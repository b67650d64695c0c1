"""Consents and refusals, and whether something optional may be done with a person's data."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql, code

_CONSENTS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.consents (
  tenant_id text NOT NULL,
  subject_id text NOT NULL,
  purpose text NOT NULL,
  given_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz,
  wording text, -- with the next two the proof, where one is kept
  recorded_by name,
  by_parent boolean
)"""
_REFUSALS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.refusals (
  tenant_id text NOT NULL,
  subject_id text NOT NULL,
  purpose text NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT now(),
  effective_by date NOT NULL,
  by_signal boolean NOT NULL,
  PRIMARY KEY (tenant_id, subject_id, purpose)
)"""
_INDEX: Final = "CREATE INDEX IF NOT EXISTS consents_of_subject ON tenantc.consents (tenant_id, subject_id, purpose)"
_GIVE: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  least CONSTANT integer := tenantc.stated(tenant, 'compliance.data_governance.privacy.consent.minimum_age');
  parents CONSTANT boolean := tenantc.stated(tenant, 'compliance.data_governance.privacy.consent.parental_consent');
  proof CONSTANT boolean := tenantc.stated(tenant, 'compliance.data_governance.privacy.consent.record_proof');
BEGIN
  IF subject IS NULL OR purpose IS NULL THEN
    RAISE EXCEPTION 'a consent is of somebody to something' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF proof AND wording IS NULL THEN
    RAISE EXCEPTION 'a consent is proven by its wording' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  -- without an age, nobody is old enough
  IF least > 0 AND (age >= least) IS NOT TRUE AND (parents AND by_parent) IS NOT TRUE THEN
    RETURN false;
  END IF;
  INSERT INTO tenantc.consents (tenant_id, subject_id, purpose, wording, recorded_by, by_parent)
    SELECT tenant, subject, purpose, CASE WHEN proof THEN wording END, CASE WHEN proof THEN tenantc.caller_role() END,
      CASE WHEN proof THEN by_parent END;
  DELETE FROM tenantc.refusals AS r
    WHERE r.tenant_id = tenant AND r.subject_id = subject AND r.purpose = give_consent.purpose;
  RETURN true;
END
"""
_WITHDRAW: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  IF tenantc.stated(tenant, 'compliance.data_governance.privacy.consent.withdrawal_enabled')::boolean IS NOT TRUE THEN
    RAISE EXCEPTION 'consents are not taken back here' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE tenantc.consents AS c SET withdrawn_at = now()
    WHERE c.tenant_id = tenant AND c.subject_id = subject AND c.purpose = withdraw_consent.purpose
      AND c.withdrawn_at IS NULL;
  RETURN FOUND;
END
"""
_BUSINESS_DAYS: Final = """
DECLARE
  day date := first;
  left_over integer := days;
BEGIN
  WHILE left_over > 0 LOOP
    day := day + 1;
    IF extract(isodow FROM day) < 6 THEN
      left_over := left_over - 1;
    END IF;
  END LOOP;
  RETURN day;
END
"""
# A sale or sharing and the use of what is sensitive have settings of their own; anything else optional may be refused
# as consent to it may be.
_REFUSE: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  path CONSTANT text := CASE purpose WHEN 'sale_or_sharing' THEN 'sale_or_sharing'
    WHEN 'sensitive_data' THEN 'limit_sensitive' END;
  days CONSTANT integer :=
    tenantc.stated(tenant, 'compliance.data_governance.privacy.opt_out.complete_within_business_days');
BEGIN
  IF path IS NOT NULL
    AND tenantc.stated(tenant, 'compliance.data_governance.privacy.opt_out.' || path)::boolean IS NOT TRUE
    OR by_signal
    AND tenantc.stated(tenant, 'compliance.data_governance.privacy.opt_out.honour_gpc')::boolean IS NOT TRUE
  THEN
    RETURN NULL;
  END IF;
  INSERT INTO tenantc.refusals AS r (tenant_id, subject_id, purpose, effective_by, by_signal)
    VALUES (tenant, subject, purpose, tenantc.business_days_after((now() AT TIME ZONE 'UTC')::date, days), by_signal)
    ON CONFLICT ON CONSTRAINT refusals_pkey DO NOTHING;
  RETURN (SELECT r.effective_by FROM tenantc.refusals AS r
    WHERE r.tenant_id = tenant AND r.subject_id = subject AND r.purpose = refuse.purpose);
END
"""
_MAY: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant(reads => true);
  refused boolean;
  agreed boolean;
  withdrew boolean;
BEGIN
  SELECT EXISTS (SELECT FROM tenantc.refusals AS r WHERE r.tenant_id = tenant AND r.subject_id = subject
    AND r.purpose = may_process.purpose) INTO refused;
  SELECT coalesce(bool_or(c.withdrawn_at IS NULL), false), count(c.withdrawn_at) > 0 INTO agreed, withdrew
    FROM tenantc.consents AS c
    WHERE c.tenant_id = tenant AND c.subject_id = subject AND c.purpose = may_process.purpose;
  RETURN NOT refused AND (agreed OR NOT withdrew
    AND NOT coalesce(tenantc.stated(tenant, 'compliance.data_governance.privacy.consent_required')::boolean, true)
    AND tenantc.stated(tenant, 'compliance.data_governance.privacy.optional_processing_by_default')::boolean IS TRUE);
END
"""


def consents() -> list[Sql]:
    return [
        *(code(one) for one in (_CONSENTS, _REFUSALS, _INDEX)),
        function(
            "tenantc_api.give_consent(subject text, purpose text, wording text DEFAULT NULL, age integer DEFAULT NULL,"
            " by_parent boolean DEFAULT false)",
            "boolean", _GIVE, "definer",
        ),
        function("tenantc_api.withdraw_consent(subject text, purpose text)", "boolean", _WITHDRAW, "definer"),
        function("tenantc.business_days_after(first date, days integer)", "date IMMUTABLE", _BUSINESS_DAYS),
        function(
            "tenantc_api.refuse(subject text, purpose text, by_signal boolean DEFAULT false)",
            "date", _REFUSE, "definer",
        ),
        function("tenantc_api.may_process(subject text, purpose text)", "boolean STABLE", _MAY, "definer"),
    ]  # fmt: skip
