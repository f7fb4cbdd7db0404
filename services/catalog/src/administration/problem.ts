/** What is wrong with a change, and which field of it. */
export interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

export const problem = (message: string, ...path: (string | number)[]): Problem => ({
  message,
  path: path.map(String),
});
