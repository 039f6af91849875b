/**
 * What a control path leads to: something that takes a command as text, as `dmsetup message` hands
 * it over, and answers in text.
 */
export interface CommandTarget {
  command(text: string): string;
}
