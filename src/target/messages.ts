import { allocatorOn, deviceOn, targetControlOn } from '../device/index.ts';
import { ErrorNumber, type MetadataStore } from '../device/metadata-store.ts';
import { ON_MAIN } from '../device/remap-table.ts';
import {
  NoWitness,
  Refusal,
  type SpareWitness,
  type TargetControl,
} from '../device/target-control.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import type { Memory } from '../memory/attach.ts';
import {
  CONTROL_COMMANDS,
  type ControlCommand,
  type Plan,
  targetLockKindOf,
} from '../scenario/plan.ts';
import { Command, isDelivered, isRefused, logLinesOf, perform } from './commands.ts';

/** What became of one message. */
export interface MessageAnswer {
  /**
   * What the handler returns to the kernel: 1 = there is a reply, 0 = there is none to deliver,
   * below 0 = an error number.
   */
  readonly code: number;
  /** The text it made, delivered or not. */
  readonly reply: string;
  /** Whether the sender sees the text. */
  readonly delivered: boolean;
  /** Lines that it wrote to the kernel's log. */
  readonly logLines: number;
}

/**
 * The target's message interface, as one thread sees it. Objects are stateless: any number of
 * threads may each have one over the same memory, and locks are taken inside.
 */
export interface MessageTarget {
  /** The words after `dmsetup message TARGET 0`. */
  message(text: string): MessageAnswer;
  /** The line of `dmsetup status`, which is no message, and is delivered. */
  status(): string;
}

/** Words that are commands. What only a script can cause is not among them. */
const MESSAGES: ReadonlyMap<string, number> = new Map(
  CONTROL_COMMANDS.slice(0, Command.unknown).map((name, index) => [name, index]),
);

/** LBAs are kept in 32 bits, one of them for "none". */
const LBA_MAX = 2 ** 31 - 2;

/** Error numbers of the corrected handler. */
const ERROR_CODES: ReadonlyMap<number, number> = new Map([
  [Refusal.alreadyRemapped, ErrorNumber.exists],
  [Refusal.noSlot, ErrorNumber.noSpace],
  [Refusal.noSpare, ErrorNumber.noSpace],
  [Refusal.noRoom, ErrorNumber.noSpace],
  [Refusal.outOfRange, ErrorNumber.range],
  [Refusal.unknownCommand, ErrorNumber.invalid],
]);

export interface MessageTargetOptions {
  /** Told of each spare under the target lock; by default nobody is. */
  readonly witness?: SpareWitness;
  /** By default metadata is kept in the run's memory. */
  readonly metadata?: MetadataStore;
  /** By default the plan's, over the run's memory; one that reads a clock goes around that. */
  readonly targetLock?: Lock;
}

/**
 * The messages of a plan's target for one thread, over memory that was laid out for a plan with a
 * control path (hasControlPath()) and initialised.
 */
export function messageTargetOn(
  plan: Plan,
  memory: Memory,
  thread: number,
  options: MessageTargetOptions = {},
): MessageTarget {
  const { words, layout } = memory;
  const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const {
    metadata,
    witness = new NoWitness(),
    targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock),
  } = options;
  const control = targetControlOn(plan, memory, {
    device: deviceOn(plan, memory, targetLock),
    targetLock,
    allocator: allocatorOn(plan, words, layout, allocationLock),
    witness,
    ...(metadata === undefined ? {} : { metadata }),
  });
  return new Messages(plan, control, thread);
}

/**
 * Texts around a control path.
 *
 *     as published   every message returns 0, errors included, so no reply reaches anybody
 *     corrected      1 and a reply, or an error number, which `dmsetup` shows as a failure
 *
 * Sector numbers end at 2^31 − 2 here; dm-remap takes any of 64 bits.
 */
class Messages implements MessageTarget {
  readonly #plan: Plan;
  readonly #control: TargetControl;
  readonly #thread: number;

  constructor(plan: Plan, control: TargetControl, thread: number) {
    this.#plan = plan;
    this.#control = control;
    this.#thread = thread;
  }

  message(text: string): MessageAnswer {
    const words = text.trim().split(/\s+/);
    const [name = '', argument] = words;
    const command = MESSAGES.get(name) ?? Command.unknown;
    if (command !== Command.remap && command !== Command.verify) {
      const answer = perform(this.#control, this.#thread, command, 0);
      return this.#answer(words, command, 0, answer);
    }
    const lba = words.length === 2 ? sectorOf(argument as string) : null;
    const answer =
      lba === null ? Refusal.badArgument : perform(this.#control, this.#thread, command, lba);
    return this.#answer(words, command, lba ?? 0, answer);
  }

  status(): string {
    const status = this.#control.status(this.#thread);
    const { usedCount, remapCount, capacity } = status;
    const of = (count: number) => `${count}/${capacity}`;
    return [
      `remapped=${of(remapCount)}`,
      `lost=${of(usedCount - remapCount)}`,
      `used=${of(usedCount)}`,
      // As published nobody ever assesses it.
      'health=1',
      `errors=W${status.writeErrorCount}:R${status.readErrorCount}`,
      `auto_remaps=${status.autoRemapCount}`,
      `manual_remaps=${status.manualRemapCount}`,
      'scan=0%',
      `metadata=generation ${status.generation}`,
      `saves=${status.saveCount}/${status.failureCount}`,
    ].join(' ');
  }

  #answer(words: readonly string[], command: number, lba: number, answer: number): MessageAnswer {
    const { protocol } = this.#plan.target;
    const refused = answer === Refusal.badArgument || isRefused(command, answer);
    const delivered = isDelivered(protocol, refused, words.length);
    const error =
      ERROR_CODES.get(answer) ?? (answer <= ErrorNumber.exists ? answer : ErrorNumber.invalid);
    return {
      code: protocol === 'as-published' ? 0 : refused ? error : 1,
      reply: this.#replyTo(words[0] as string, command, lba, answer),
      delivered,
      logLines: logLinesOf(protocol, command, refused, words.length),
    };
  }

  #replyTo(name: string, command: number, lba: number, answer: number): string {
    const { sectorCount, spare } = this.#plan.device;
    if (answer === Refusal.badArgument) return `error: ${name} needs one sector number`;
    switch (CONTROL_COMMANDS[command] as ControlCommand) {
      case 'remap':
        if (answer >= 0) return `remapped sector ${lba} -> spare sector ${spare.start + answer}`;
        return remapError(lba, answer, sectorCount);
      case 'verify':
        if (answer === Refusal.outOfRange) return remapError(lba, answer, sectorCount);
        if (answer === ON_MAIN) return `sector ${lba} not remapped`;
        return `sector ${lba} -> spare ${spare.start + answer}`;
      case 'ping':
        return 'pong';
      case 'clear':
        return 'cleared all remap entries';
      case 'save':
        return answer < 0 ? `metadata write failed: ${answer}` : 'metadata saved successfully';
      case 'sync':
        if (answer === Refusal.noRoom) return 'error: more remaps than the metadata can hold';
        return answer < 0
          ? `metadata write failed: ${answer}`
          : `synced ${answer} entries to metadata`;
      case 'restore':
        return answer < 0
          ? `metadata read failed: ${answer}`
          : `restored ${answer} entries from metadata`;
      case 'metadata_status':
        return this.#metadataLine();
      default:
        return `error: unknown command ${name}`;
    }
  }

  #metadataLine(): string {
    const { generation, saveCount, failureCount } = this.#control.status(this.#thread);
    return `metadata generation ${generation}, ${saveCount} saved, ${failureCount} failed`;
  }
}

function remapError(lba: number, refusal: number, sectorCount: number): string {
  switch (refusal) {
    case Refusal.alreadyRemapped:
      return `error: sector ${lba} already remapped`;
    case Refusal.noSlot:
      return 'error: no spare sectors available';
    case Refusal.noSpare:
      return 'error: no unreserved spare sectors available';
    default:
      return `error: sector ${lba} is not on the device of ${sectorCount} sectors`;
  }
}

function sectorOf(text: string): number | null {
  if (!/^\d{1,10}$/.test(text)) return null;
  const lba = Number(text);
  return lba <= LBA_MAX ? lba : null;
}
