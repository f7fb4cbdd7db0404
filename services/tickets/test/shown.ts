export interface Shown {
  id: string;
  number: string;
  kind: string;
  status: string;
  version: number;
  accessCode: string | null;
  openToAnyPharmacy: boolean;
  pharmacy: { id: string } | null;
  expiresAt: string;
  claim: { fence: number; leaseUntil: string; token: string | null; heldBy: { id: string } } | null;
  legalMoves: { mutation: string; to: string }[];
}

export interface TimelineRow {
  number: number;
  kind: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  noted: string | null;
  subjectId: string | null;
  fence: number;
  actor: { id: string } | null;
  onBehalfOf: { id: string } | null;
  channel: string;
}

export const ticketFields = `id number kind status version accessCode openToAnyPharmacy pharmacy { id } expiresAt
  claim { fence leaseUntil token heldBy { id } } legalMoves { mutation to }`;
export const entryFields =
  'number kind from to reason noted subjectId fence actor { id } onBehalfOf { id } channel happenedAt recordedAt';
