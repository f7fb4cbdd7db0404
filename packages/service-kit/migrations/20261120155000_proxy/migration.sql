-- A proxy acts with the rights of access.user_id(): what is the account's and not the care's asks for the person instead.
CREATE FUNCTION access.proxy_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.proxy_id', true), '')::uuid;
-- The person at the keyboard.
CREATE FUNCTION access.person_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(access.proxy_id(), access.user_id());
-- True for everybody who is no proxy.
CREATE FUNCTION access.proxy_may(scope text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN access.proxy_id() IS NULL
    OR scope = ANY (string_to_array(coalesce(current_setting('app.proxy_scopes', true), ''), ','));

-- A token for an emergency access reads one record, whatever its holder may do otherwise: it is a standing of its own.
CREATE FUNCTION access.emergency_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.emergency_id', true), '')::uuid;
CREATE FUNCTION access.standing() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE WHEN access.emergency_id() IS NULL THEN access.role() ELSE 'emergency' END;
