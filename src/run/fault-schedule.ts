import { badWordOf } from '../device/bad-sectors.ts';
import { FaultControls } from '../device/fault-controls.ts';
import type { Memory } from '../memory/attach.ts';
import type { EventRecord } from '../record/run-record.ts';
import type {
  BadSectorPlan,
  EventAction,
  Plan,
  SectorChoice,
  SectorFailure,
  SurfaceName,
} from '../scenario/plan.ts';
import { SectorPicker } from './sector-picker.ts';

/** A stall every millisecond for a day would be more than anybody reads. */
const EVENTS_MOST = 1000;

interface Due {
  readonly atNs: number;
  /** Returns what happened, for the record, or null for what is not worth a line. */
  readonly act: (nowNs: number) => string | null;
}

type Stall = Extract<EventAction, { readonly kind: 'stall' }>;

/** An entry of faults.badSectors as it stands. */
interface BadSet {
  readonly plan: BadSectorPlan;
  readonly picker: SectorPicker;
  readonly sectors: number[];
  isEnabled: boolean;
}

/**
 * What happens to the device, and when: bad sectors of the plan, their growth, events. Applied by
 * the coordinator, which looks every few milliseconds, through words that the medium reads. What
 * was done is written down with the time at which it had taken effect.
 */
export class FaultSchedule {
  readonly #plan: Plan;
  readonly #controls: FaultControls;
  readonly #sets: readonly BadSet[];
  readonly #due: Due[] = [];
  readonly #events: EventRecord[] = [];
  #isStalled = false;
  #crash: EventRecord | null = null;
  /** Stalls under way that have not come to their end. */
  #stallCount = 0;

  constructor(plan: Plan, memory: Memory) {
    this.#plan = plan;
    this.#controls = new FaultControls(memory.words, memory.layout);
    this.#sets = plan.faults.badSectors.map((entry, index) => {
      const purpose = `bad sectors ${index}`;
      const picker = this.#pickerFor(entry.choice.surface, purpose);
      const sectors = picker.pick(entry.choice);
      return { plan: entry, picker, sectors, isEnabled: entry.enabled };
    });
  }

  /** Before the gate opens: what is wrong from the begin, and the rest of the calendar. */
  begin(): void {
    const { faults, events } = this.#plan;
    for (const [entry, { enabled }] of faults.corruption.entries()) {
      if (!enabled) this.#controls.setCorrupting(entry, false);
    }
    for (const set of this.#sets) {
      const { atNs, growth } = set.plan;
      if (atNs === 0) this.#note({ plannedNs: 0, takenNs: 0, text: this.#comeDue(set) });
      else this.#at(atNs, () => this.#comeDue(set));
      if (growth !== null) this.#grow(set, atNs + growth.everyNs);
    }
    for (const { atNs, action } of events)
      this.#at(atNs, (nowNs) => this.#act(action, atNs, nowNs));
  }

  /** When there is next something to do, ns since the gate; Infinity when there is nothing. */
  nextDueNs(): number {
    return this.#due[0]?.atNs ?? Number.POSITIVE_INFINITY;
  }

  /** Does all that is due. `elapsedNs` reads the time since the gate. */
  apply(elapsedNs: () => number): void {
    while (this.nextDueNs() <= elapsedNs()) {
      const { atNs, act } = this.#due.shift() as Due;
      const text = act(elapsedNs());
      this.#note({ plannedNs: atNs, takenNs: elapsedNs(), text });
    }
  }

  get events(): readonly EventRecord[] {
    return this.#events;
  }

  /** Whether the device serves nothing at this moment, as planned. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** The power cut, once it has happened. */
  get crash(): EventRecord | null {
    return this.#crash;
  }

  #note({ plannedNs, takenNs, text }: Omit<EventRecord, 'text'> & { text: string | null }): void {
    if (text === null) return;
    const event = { plannedNs, takenNs, text };
    if (this.#events.length < EVENTS_MOST) this.#events.push(event);
    if (text === CRASH) this.#crash = event;
  }

  /** In order of time; of one moment, in the order in which they were put in. */
  #at(atNs: number, act: Due['act']): void {
    const place = this.#due.findIndex((due) => due.atNs > atNs);
    this.#due.splice(place < 0 ? this.#due.length : place, 0, { atNs, act });
  }

  #comeDue(set: BadSet): string | null {
    if (!set.isEnabled) return null;
    this.#mark(set, set.sectors);
    return `${named(set)}: ${madeBad(set.sectors.length, set.plan.choice, set.plan.failure)}`;
  }

  /** Further sectors each time; nothing to tell before an event says where it has come to. */
  #grow(set: BadSet, atNs: number): void {
    const { growth } = set.plan;
    if (growth === null) return;
    this.#at(atNs, () => {
      const further = set.picker.further(growth.sectorCount);
      set.sectors.push(...further);
      if (set.isEnabled) this.#mark(set, further);
      if (further.length > 0) this.#grow(set, atNs + growth.everyNs);
      return null;
    });
  }

  #mark({ plan }: BadSet, sectors: readonly number[]): void {
    this.#setAll(plan.choice.surface, sectors, badWordOf(plan.failure));
  }

  #setAll(surface: SurfaceName, sectors: readonly number[], word: number): void {
    for (const sector of sectors) this.#controls.setBad(surface, sector, word);
  }

  #act(action: EventAction, atNs: number, nowNs: number): string {
    switch (action.kind) {
      case 'addBad': {
        const { choice, failure } = action;
        const sectors = this.#pickerFor(choice.surface, `event at ${atNs}`).pick(choice);
        this.#setAll(choice.surface, sectors, badWordOf(failure));
        return madeBad(sectors.length, choice, failure);
      }
      case 'removeBad': {
        const { choice } = action;
        const sectors = this.#pickerFor(choice.surface, '').pick(choice);
        this.#setAll(choice.surface, sectors, 0);
        return `${sectorsOf(sectors.length, choice)} sound again`;
      }
      case 'enable':
      case 'disable':
        return this.#switch(action.name, action.kind === 'enable');
      case 'stall':
        return this.#stall(action, atNs, nowNs);
      case 'crash':
        this.#controls.cutPower();
        this.#due.length = 0;
        return CRASH;
    }
  }

  #switch(name: string, isOn: boolean): string {
    const entry = this.#plan.faults.corruption.findIndex((one) => one.name === name);
    if (entry >= 0) this.#controls.setCorrupting(entry, isOn);
    const set = this.#sets.find(({ plan }) => plan.name === name);
    if (set === undefined) return `${name} ${isOn ? 'enabled' : 'disabled'}`;
    set.isEnabled = isOn;
    if (isOn) this.#mark(set, set.sectors);
    else this.#setAll(set.plan.choice.surface, set.sectors, 0);
    const what = `${name} ${isOn ? 'enabled' : 'disabled'}`;
    return `${what}: ${sectorsOf(set.sectors.length, set.plan.choice)} ${isOn ? 'bad' : 'sound again'}`;
  }

  /**
   * It lasts as long as it is meant to from when it really began. Where stalls overlap, the device
   * serves again when the last of them is over.
   */
  #stall(stall: Stall, atNs: number, nowNs: number): string {
    const { forNs, everyNs } = stall;
    this.#stallCount++;
    this.#isStalled = true;
    this.#controls.stall();
    this.#at(nowNs + forNs, () => this.#resume());
    if (everyNs !== null) {
      this.#at(atNs + everyNs, (then) => this.#stall(stall, atNs + everyNs, then));
    }
    return 'stalled: the device serves nothing';
  }

  #resume(): string | null {
    this.#stallCount--;
    if (this.#stallCount > 0) return null;
    this.#isStalled = false;
    this.#controls.resume();
    return 'serves again';
  }

  #pickerFor(surface: SurfaceName, purpose: string): SectorPicker {
    const { sectorCount, spare } = this.#plan.device;
    const count = surface === 'main' ? sectorCount : spare.sectorCount;
    return new SectorPicker(count, this.#plan.seed, purpose);
  }
}

const CRASH = 'power cut';

function named({ plan }: BadSet): string {
  return plan.name === '' ? 'bad sectors' : plan.name;
}

function madeBad(count: number, choice: SectorChoice, { fails, lasts }: SectorFailure): string {
  const what = fails === 'both' ? 'reads and writes fail' : `${fails} fail`;
  return `${sectorsOf(count, choice)} bad, ${what} (${lasts})`;
}

function sectorsOf(count: number, { surface }: SectorChoice): string {
  const noun = surface === 'main' ? 'sector' : 'spare';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
