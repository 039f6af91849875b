/** What a stand-in answers, by `name.method`: a value, or one call after the other. */
export type Answers = Readonly<Record<string, unknown>>;

/**
 * Objects that write their calls down, `name.method(arguments)`, in one list for all of them, and
 * answer as they are told; what is in `values` is no method but a value.
 */
export function standIns(values: Answers = {}) {
  const calls: string[] = [];
  let answers: Answers = {};
  let asked: Record<string, number> = {};
  const named = (name: string): never =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          const key = `${name}.${String(method)}`;
          if (key in values) return values[key];
          return (...args: unknown[]) => {
            calls.push(`${key}(${args.join()})`);
            const answer = answers[key];
            const turn = asked[key] ?? 0;
            asked[key] = turn + 1;
            return Array.isArray(answer) ? answer[Math.min(turn, answer.length - 1)] : answer;
          };
        },
      },
    ) as never;
  return {
    named,
    /** What a call answers, and the calls that came of it. */
    of: (told: Answers, call: () => unknown): readonly [unknown, readonly string[]] => {
      calls.length = 0;
      answers = told;
      asked = {};
      return [call(), [...calls]];
    },
  };
}
