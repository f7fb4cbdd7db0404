-- Whoever reads a prescription of their own in an emergency has no role in it, and writes nothing.
ALTER POLICY doctor_writes ON screening WITH CHECK (
  (SELECT access.role()) = 'doctor' AND EXISTS (
    SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));
ALTER POLICY doctor_writes ON signed_content WITH CHECK (
  (SELECT access.role()) = 'doctor' AND EXISTS (
    SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));
ALTER POLICY doctor_writes ON finding_override WITH CHECK (
  (SELECT access.role()) = 'doctor' AND EXISTS (
    SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())));
ALTER POLICY written ON prescription_line WITH CHECK (
  (SELECT access.role()) = 'doctor' AND EXISTS (
    SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())
      AND (prescription_line.content_version > p.content_version OR p.signed_at IS NULL)));
ALTER POLICY dropped ON prescription_line USING (
  (SELECT access.role()) = 'doctor' AND EXISTS (
    SELECT 1 FROM prescription p WHERE p.id = prescription_id AND p.doctor_id = (SELECT access.user_id())
      AND (prescription_line.content_version > p.content_version OR p.signed_at IS NULL)));
