/** `24 cells × 5 seeds × 3 repeats = 360 runs`; factors of one are left out. */
export function countText(cells: number, seeds: number, repeats: number): string {
  const factors = [
    cells === 1 ? '1 cell' : `${cells} cells`,
    ...(seeds === 1 ? [] : [`${seeds} seeds`]),
    ...(repeats === 1 ? [] : [`${repeats} repeats`]),
  ];
  if (factors.length === 1) return factors.join('');
  return `${factors.join(' × ')} = ${cells * seeds * repeats} runs`;
}
