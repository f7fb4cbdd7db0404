/** A prescription as the gateway names it: prescriptions has it. What a field requires of it comes along. */
export interface PrescriptionRef {
  id: string;
  screeningInput?: unknown;
  keptVerdict?: unknown;
}
