/**
 * The colours, for a light page and for a dark one. Hues after Okabe and Ito, which readers with
 * any of the common colour deficiencies tell apart, darkened or lightened until lines and text keep
 * a contrast of 4.5 to 1. Nothing is said by colour alone: lines carry their names and a dash of
 * their own, cells have a legend with counts and a table.
 */
import type { SpareState } from '../details-schema.ts';

export interface Shade {
  readonly light: string;
  readonly dark: string;
}

/** Lines, by the name of their class. */
export const LINES: Readonly<Record<string, Shade & { readonly dash: string }>> = {
  read: { light: '#0063a0', dark: '#5cb6f2', dash: '' },
  write: { light: '#b84300', dark: '#ff9a57', dash: '8 3' },
  remap: { light: '#00755a', dark: '#3fd6ac', dash: '12 3 3 3' },
  unremap: { light: '#a03c7c', dark: '#f0a0cc', dash: '4 3' },
  sync: { light: '#5b4bb0', dark: '#b9a8ff', dash: '2 3' },
  trim: { light: '#7a5c00', dark: '#e8c547', dash: '6 3 2 3 2 3' },
  message: { light: '#8f3b2e', dark: '#f0a58f', dash: '10 3' },
  allocation: { light: '#33383e', dark: '#d7dce1', dash: '3 2' },
  first: { light: '#0063a0', dark: '#5cb6f2', dash: '' },
  second: { light: '#b84300', dark: '#ff9a57', dash: '8 3' },
  third: { light: '#a03c7c', dark: '#f0a0cc', dash: '4 3' },
};

export const STATE_SHADES: Readonly<Record<SpareState, Shade>> = {
  'beyond the limit': { light: '#ffffff', dark: '#101418' },
  free: { light: '#e3e8ec', dark: '#2a3138' },
  cached: { light: '#e6b422', dark: '#d9aa1e' },
  used: { light: '#5b9bc8', dark: '#3f83b5' },
  reserved: { light: '#6b737b', dark: '#8d969e' },
  collision: { light: '#c22a00', dark: '#ff5a36' },
};

/** Owners of spares: eight hues, then darker and lighter ones again. */
const OWNER_HUES: readonly string[] = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#b8ab1e',
  '#7a68c4',
];

export function ownerShade(thread: number): Shade {
  const hue = OWNER_HUES[thread % OWNER_HUES.length] as string;
  const round = Math.floor(thread / OWNER_HUES.length);
  // Each round of eight goes a step further from the last, by turns to dark and to light.
  const amount = Math.min(0.75, 0.22 * Math.ceil(round / 2));
  const towards = round % 2 === 1 ? '#000000' : '#ffffff';
  const mixed = mix(hue, towards, round === 0 ? 0 : amount);
  return { light: mixed, dark: mixed };
}

/** The drain after the run. */
export const DRAIN_SHADE: Shade = { light: '#80868c', dark: '#80868c' };

/** Steps of the heat map, from few to many: one hue, from the page's own side to the far one. */
export const HEAT_STEPS = 10;

export function heatShade(step: number): Shade {
  const share = step / (HEAT_STEPS - 1);
  return {
    light: along(['#d5e6f3', '#7fb4d9', '#2676ad', '#0a2f55'], share),
    dark: along(['#12344f', '#1f6a9c', '#5fb3dd', '#f3f1c4'], share),
  };
}

function along(stops: readonly string[], share: number): string {
  const at = share * (stops.length - 1);
  const from = Math.min(Math.floor(at), stops.length - 2);
  return mix(stops[from] as string, stops[from + 1] as string, at - from);
}

function mix(one: string, other: string, share: number): string {
  const [a, b] = [rgbOf(one), rgbOf(other)];
  const mixed = a.map((value, index) => Math.round(value + ((b[index] as number) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** `#rrggbb` as three bytes. */
export function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >>> 16, (value >>> 8) & 255, value & 255];
}
