/** What a stream can show. */
export interface Terminal {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly width: number;
  /** A place to redraw in: a terminal, and nobody records what is written. */
  readonly isLive: boolean;
}

const WIDTH_DEFAULT = 100;

/**
 * NO_COLOR (non-empty) and TERM=dumb switch colour off, FORCE_COLOR switches it on for a pipe too;
 * CI, as any value but empty, `0` and `false`, takes the live region away.
 */
export function terminalOf(
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  const isTty = stream.isTTY === true;
  const isDumb = env.TERM === 'dumb';
  const isForced = isSet(env.FORCE_COLOR);
  return {
    color: env.NO_COLOR ? false : isForced || (isTty && !isDumb),
    unicode: !isDumb && isUnicode(env),
    width: Math.max(60, Math.min(WIDTH_DEFAULT, stream.columns ?? WIDTH_DEFAULT)),
    isLive: isTty && !isDumb && !isSet(env.CI),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/** The locale decides, as for any program; without one, UTF-8 is what there is today. */
function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
