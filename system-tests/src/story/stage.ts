import { Client } from '../client.ts';

/** The people of a story, signed in, with what a person would know of each other. */
export interface Stage {
  url: string;
  patient: Client;
  otherPatient: Client;
  doctor: Client;
  otherDoctor: Client;
  pharmacist: Client;
  otherPharmacist: Client;
  patientId: string;
  otherPatientId: string;
  pharmacyId: string;
  otherPharmacyId: string;
  /** Tells one step, as a person would read it. */
  tell: (line: string) => void;
  close(): Promise<void>;
}

const people = {
  patient: 'patient@demo.example',
  otherPatient: 'patient2@demo.example',
  doctor: 'doctor@demo.example',
  otherDoctor: 'doctor2@demo.example',
  pharmacist: 'pharmacist@demo.example',
  otherPharmacist: 'pharmacist2@demo.example',
} as const;

export async function setStage(url: string, tell: (line: string) => void): Promise<Stage> {
  const entries = await Promise.all(
    Object.entries(people).map(async ([name, email]) => [name, await Client.signIn(url, email)] as const),
  );
  const clients = Object.fromEntries(entries) as Record<keyof typeof people, Client>;
  const organisationOf = async (client: Client) => {
    const { me } = await client.do('{ me { id memberships { organisation { id } } } }');
    return me.memberships[0].organisation.id as string;
  };
  const idOf = async (client: Client) => (await client.do('{ me { id } }'))['me'].id as string;
  return {
    url,
    ...clients,
    patientId: await idOf(clients.patient),
    otherPatientId: await idOf(clients.otherPatient),
    pharmacyId: await organisationOf(clients.pharmacist),
    otherPharmacyId: await organisationOf(clients.otherPharmacist),
    tell,
    close: async () => void (await Promise.all(Object.values(clients).map((client) => client.close()))),
  };
}
