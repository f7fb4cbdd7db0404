export type Form = { [key: string]: string | Form };

/** Reads what Stripe's clients write: `metadata[reference]=x&created[gte]=1` as an object of objects. */
export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [path, value] of new URLSearchParams(text)) {
    const keys = path.split(/[[\]]+/).filter((key) => key !== '' && key !== '__proto__');
    let place = form;
    for (const key of keys.slice(0, -1)) {
      const inner = place[key];
      place = typeof inner === 'object' ? inner : (place[key] = {});
    }
    const last = keys.at(-1);
    if (last) place[last] = value;
  }
  return form;
}

export const textIn = (form: Form, key: string): string | undefined => {
  const value = form[key];
  return typeof value === 'string' ? value : undefined;
};

export const formIn = (form: Form, key: string): Form => {
  const value = form[key];
  return typeof value === 'object' ? value : {};
};

/** The texts directly in a form, such as metadata. */
export const textsIn = (form: Form): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
