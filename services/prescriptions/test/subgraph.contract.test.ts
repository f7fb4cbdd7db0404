import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { lineStates } from '@carethread/contracts/events/prescriptions.ts';
import { findingKinds, severities, verdictStatuses } from '@carethread/contracts/screening.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { type EnumTypeDefinitionNode, isObjectType, Kind, parse } from 'graphql';
import { cancelReasons } from '../src/ending.ts';
import { declineReasons } from '../src/decline-renewal/decline-renewal.ts';
import { moneyStates, moneySteps, renewalStates } from '../src/renewal/renewal.ts';
import {
  fillStatuses,
  notDispensedReasons,
  refundedReason,
  substitutionReasons,
  substitutionTypes,
} from '../src/fill.ts';
import { resolvers } from '../src/graphql/resolvers.ts';
import { liverImpairments, pregnancies, sexes } from '../src/patient-facts.ts';
import { statuses } from '../src/prescription.ts';
import { overrideReasons, screeningCauses } from '../src/screening.ts';

const { definitions } = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
const schema = buildSubgraph(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'), resolvers);

describe('the schema', () => {
  it.each([
    ['PrescriptionStatus', statuses],
    ['PrescriptionLineState', lineStates],
    ['StoredVerdictStatus', verdictStatuses],
    ['StoredFindingKind', findingKinds],
    ['StoredSeverity', severities],
    ['ScreeningCause', screeningCauses],
    ['FindingOverrideReason', overrideReasons],
    ['FillStatus', fillStatuses],
    ['RenewalState', renewalStates],
    ['RenewalMoney', moneyStates],
    ['RenewalStepKind', [...renewalStates, ...moneySteps]],
    ['RenewalDeclineReason', declineReasons],
    ['NotDispensedReason', [...notDispensedReasons, refundedReason]],
    ['SubstitutionType', substitutionTypes],
    ['SubstitutionReason', substitutionReasons],
    ['PrescriptionCancelReason', cancelReasons],
    ['PatientSex', sexes],
    ['PatientPregnancy', pregnancies],
    ['PatientLiverImpairment', liverImpairments],
  ])('has in %s exactly the codes the service knows', (name, codes) => {
    const type = definitions.find(
      (each): each is EnumTypeDefinitionNode =>
        each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === name,
    );
    expect(type!.values!.map(({ name: { value } }) => value).toSorted()).toEqual(
      codes.map((code) => code.toUpperCase()).toSorted(),
    );
  });

  it('has a resolver for every root field and for every entity it resolves', () => {
    for (const name of ['Query', 'Mutation']) {
      const type = schema.getType(name);
      if (!isObjectType(type)) throw new Error(`${name} is missing`);
      for (const field of Object.values(type.getFields()))
        expect([field.name, typeof field.resolve]).toEqual([field.name, 'function']);
    }
    for (const entity of ['Prescription', 'Fill', 'Dispense', 'Ticket'] as const)
      expect(resolvers[entity]).toHaveProperty('__resolveReference');
  });
});
