import { EXIT } from '../errors.ts';

/**
 * The first signal is told to whoever watches, who keeps what there is; the second ends the
 * process.
 *
 * @returns a function that stops listening
 */
export function onSignals(interruption: AbortController): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    if (interruption.signal.aborted) {
      process.exit(name === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted);
    }
    interruption.abort(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}
