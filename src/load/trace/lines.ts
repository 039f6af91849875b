/**
 * A text cut into lines in bounded memory: chunks are read into one buffer, and a line is a range
 * of it. Nothing is decoded here, because the numbers in a trace are cheaper to read from the
 * bytes.
 */

/** Longest line handed out whole, in bytes without its end. fio reads lines into 4096 bytes. */
export const LINE_BYTES_MAX = 4095;

const LINE_FEED = 0x0a;

/** A view that is valid until the next line is asked for: the object and its bytes are reused. */
export interface Line {
  readonly bytes: Buffer;
  /** First byte, and the one after the last; the line feed is not part of it. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly number: number;
  /** False for a last line that the text ends in the middle of. */
  readonly isTerminated: boolean;
}

/**
 * Lines of a text, one after the other. Of a line longer than LINE_BYTES_MAX at least one byte more
 * than that is handed out, so that the caller can tell; the rest of it is skipped.
 *
 * @param read fills a part of the buffer and says how many bytes it wrote, 0 at the end of the text
 */
export function* linesOf(
  read: (into: Buffer, offset: number) => number,
  chunkBytes = 64 * 1024,
): Generator<Line> {
  const bytes = Buffer.alloc(chunkBytes + LINE_BYTES_MAX + 1);
  const line = { bytes, start: 0, end: 0, number: 1, isTerminated: true };
  let filled = 0;
  let isSkipping = false;
  for (;;) {
    const count = read(bytes, filled);
    if (count === 0) break;
    const end = filled + count;
    let start = 0;
    // What was there before holds no line feed.
    const text = bytes.subarray(0, end);
    let feed = text.indexOf(LINE_FEED, filled);
    while (feed !== -1) {
      if (!isSkipping) {
        line.start = start;
        line.end = feed;
        yield line;
      }
      isSkipping = false;
      line.number++;
      start = feed + 1;
      feed = text.indexOf(LINE_FEED, start);
    }
    filled = end - start;
    if (isSkipping) {
      filled = 0;
    } else if (filled > LINE_BYTES_MAX) {
      line.start = start;
      line.end = end;
      yield line;
      isSkipping = true;
      filled = 0;
    } else {
      bytes.copyWithin(0, start, end);
    }
  }
  if (filled > 0) {
    line.start = 0;
    line.end = filled;
    line.isTerminated = false;
    yield line;
  }
}
