import type { Measured } from './measured.ts';
import { exactCount, plural } from './text.ts';

/** What was done to the device before the load; nothing where nothing was. */
export function preconditionParts({ precondition }: Pick<Measured, 'precondition'>): string[] {
  const { filledSectors, remaps, wantedRemaps } = precondition;
  const filled = plural(filledSectors, 'sector', exactCount(filledSectors));
  const moved = plural(wantedRemaps, 'sector', exactCount(wantedRemaps));
  const some = remaps < wantedRemaps ? `${exactCount(remaps)} of ${moved}` : moved;
  return [
    ...(filledSectors > 0 ? [`${filled} written`] : []),
    ...(wantedRemaps > 0 ? [`${some} remapped`] : []),
  ];
}
