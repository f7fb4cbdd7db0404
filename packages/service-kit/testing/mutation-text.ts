/** A mutation in the form all of ours have: one input named after it, and `userErrors` beside what comes of it. */
export function mutationText(name: string, fields: string): string {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) {
    ${fields} userErrors { code message path currentVersion currentStatus } } }`;
}
