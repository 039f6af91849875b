import { afterEach, expect, test, vi } from 'vitest';
import { onSignals } from '../../../src/cli/interruption.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  { second: 'SIGINT' as const, code: 130 },
  { second: 'SIGTERM' as const, code: 143 },
])('the first signal asks, a second $second ends the process', ({ second, code }) => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const before = process.listenerCount('SIGINT');
  const interruption = new AbortController();
  const stop = onSignals(interruption);
  process.emit('SIGINT', 'SIGINT');
  expect(interruption.signal.reason).toBe('SIGINT');
  expect(exit).not.toHaveBeenCalled();
  process.emit(second, second);
  expect(exit).toHaveBeenCalledExactlyOnceWith(code);
  stop();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
