import { EXIT } from '../errors.ts';

/**
 * The first signal asks for an end, its name being the reason, and keeps what there is; the second
 * ends the process.
 *
 * @returns what stops listening
 */
export function onSignals(interruption: AbortController): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    if (interruption.signal.aborted) process.exit(exitCodeOf(name));
    interruption.abort(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}

export function exitCodeOf(signal: NodeJS.Signals): number {
  return signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
}
